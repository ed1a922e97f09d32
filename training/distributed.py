"""A team of several processes, as torchrun or a scheduler starts them: NCCL between GPUs, gloo between processors."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from pydantic import TypeAdapter
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous

from core.memory import is_out_of_memory
from training.config import ConfigError
from training.team import Team, TeamError, Value

FAREWELL = "epigraf/farewell"
# How long a process that is going may take to say why, seconds.
LAST_WORDS_S = 3.0
# How often those who wait for the first process hear that it is still there, seconds.
STILL_HERE_S = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where the environment puts this process.

    Attributes:
        rank: Which of the processes it is, from 0.
        size: How many there are.
        local_rank: Which of those on this machine it is.
        local_size: How many there are on this machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @classmethod
    def from_environment(cls) -> Place:
        """As torchrun says it.  Raises ConfigError."""
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        defaults = (0, 1, int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))
        try:
            return cls(*(int(os.environ.get(name, default)) for name, default in zip(names, defaults, strict=True)))
        except ValueError as error:
            raise ConfigError(f"{', '.join(names)} must be whole numbers, as torchrun sets them: {error}") from error


def own_device(device: torch.device, place: Place) -> torch.device:
    """The device of one process among those of this machine.

    Args:
        device: Of which kind.
        place: Where the process is.

    Raises:
        ConfigError: There are too few of them, or they cannot work together.
    """
    if place.size == 1 or device.type == "cpu":
        return device
    if device.type != "cuda":
        raise ConfigError(f"several processes cannot share {device.type}: set loop.device to cpu or cuda")
    count = torch.cuda.device_count()
    if place.local_size > count:
        raise ConfigError(
            f"{place.local_size} processes on this machine need as many GPUs, but it shows {count}: start fewer "
            "processes, or set loop.device to cpu"
        )
    torch.cuda.set_device(place.local_rank)
    return torch.device("cuda", place.local_rank)


def join(place: Place, device: torch.device, minutes: float) -> Team:
    """Meet the other processes.

    Args:
        place: Where this process is.
        device: What it computes on.
        minutes: How long it waits for another one before it gives up.

    Raises:
        TeamError: The others do not come.
        ConfigError: The environment does not say where to meet.
    """
    if place.size == 1:
        return Team()
    if not dist.is_available() or not dist.is_gloo_available():
        raise ConfigError("this torch cannot train with several processes: it is built without torch.distributed")
    try:
        return DistributedTeam(place, device, timedelta(minutes=minutes))
    except ValueError as error:
        raise ConfigError(f"several processes cannot meet: {error}. Start them with torchrun") from error


class DistributedTeam(Team):
    """Several processes that take the same steps.

    Small things that all must know go over gloo, which notices at once when a process is gone; only gradients and
    weights go from GPU to GPU.
    """

    def __init__(self, place: Place, device: torch.device, timeout: timedelta) -> None:
        """Meet the others: see join."""
        self.rank, self.size = place.rank, place.size
        self._awaited, self._told, self._tell_s = False, 0.0, min(STILL_HERE_S, timeout.total_seconds() / 4)
        with self._together("meet the others"):
            self._store, rank, size = next(rendezvous("env://", place.rank, place.size, timeout=timeout))
            fast = "nccl" if device.type == "cuda" and dist.is_nccl_available() else "gloo"
            backend = f"cpu:gloo,cuda:{fast}" if device.type == "cuda" else "gloo"
            dist.init_process_group(backend, store=self._store, rank=rank, world_size=size, timeout=timeout)

    def any(self, flag: bool) -> bool:
        """Whether a flag is set in any process.  Raises TeamError."""
        return self._most([flag])[0]

    def share(self, value: Value, kind: type[Value]) -> Value:
        """What the first process has, as Team has it."""
        adapter = TypeAdapter(kind)
        words = adapter.dump_json(value, exclude_unset=True) if self.leads else b""
        size = torch.tensor([len(words)])
        with self._together("hear from the first"):
            dist.broadcast(size, src=0)
            content = torch.empty(int(size), dtype=torch.uint8)
            if self.leads:
                content = torch.frombuffer(bytearray(words), dtype=torch.uint8)
            dist.broadcast(content, src=0)
        return value if self.leads else adapter.validate_json(content.numpy().tobytes())

    def totals(self, values: Sequence[float]) -> list[float]:
        """Sums over the processes, of equally many values in each.  Raises TeamError."""
        sums = torch.tensor(values, dtype=torch.float64)
        with self._together("add up numbers"):
            dist.all_reduce(sums)
        return sums.tolist()

    @torch.no_grad()
    def add_gradients(self, network: nn.Module) -> None:
        """Leave the sums over the processes at a network's parameters.  Raises TeamError."""
        parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        # Networks that judge other scales get no gradients, but in another process they may.
        needed = self._most([parameter.grad is not None for parameter in parameters])
        used = [parameter for parameter, any_has in zip(parameters, needed, strict=True) if any_has]
        if not used:
            return
        flat = torch.cat(
            [(torch.zeros_like(each) if each.grad is None else each.grad).flatten() for each in used]
        )  # [all numbers]
        with self._together("add up gradients"):
            dist.all_reduce(flat)
        for each, total in zip(used, flat.split([each.numel() for each in used]), strict=True):
            each.grad = total.view_as(each)

    @torch.no_grad()
    def align(self, tensors: Iterable[Tensor]) -> None:
        """Give all processes the values that the first one has.  Raises TeamError."""
        with self._together("align weights"):
            for tensor in tensors:
                values = tensor.contiguous()  # NCCL takes no other
                dist.broadcast(values, src=0)
                tensor.copy_(values)

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Around what the first process does by itself, as Team has it: the others hear from it until it is done."""
        if not self.leads:
            yield
            while self.share(False, bool):
                pass
            return
        self._awaited, self._told = True, time.monotonic()
        try:
            yield
        finally:
            self._awaited = False
        self.share(False, bool)  # after an error the others hear nothing more but that we are gone

    def still_here(self) -> None:
        """Let those who wait for us wait on, as Team has it."""
        now = time.monotonic()
        if self._awaited and now >= self._told + self._tell_s:
            self._told = now
            self.share(True, bool)

    def farewell(self, words: str) -> None:
        """Leave behind why we go, for the others to say."""
        with suppress(RuntimeError):  # who kept our words may be gone before us
            self._store.set(FAREWELL, f"process {self.rank + 1} of {self.size}: {words}")

    def last_words(self) -> str:
        """Why another process has gone; empty if it said nothing."""
        deadline = time.monotonic() + LAST_WORDS_S
        with suppress(RuntimeError):
            while not self._store.check([FAREWELL]):
                if time.monotonic() > deadline:
                    return ""
                time.sleep(LAST_WORDS_S / 30)
            return self._store.get(FAREWELL).decode()
        return ""

    def leave(self) -> None:
        """Cut the ties."""
        if dist.is_initialized():
            with suppress(RuntimeError):
                dist.destroy_process_group()

    def _most(self, flags: Sequence[bool]) -> list[bool]:
        """Each flag, if it is set in any process."""
        most = torch.tensor(flags, dtype=torch.uint8)
        with self._together("agree"):
            dist.all_reduce(most, dist.ReduceOp.MAX)
        return [bool(flag) for flag in most.tolist()]

    @contextmanager
    def _together(self, what: str) -> Iterator[None]:
        """Turn what torch says when another process is gone into a TeamError."""
        try:
            yield
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            logger.warning("cannot %s: %s", what, str(error).strip().partition("\n")[0])
            raise TeamError("another process of this training is gone, or does not answer") from error
