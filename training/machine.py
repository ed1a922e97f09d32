"""What this machine can compute on, found out without torch: cores, memory, GPUs, what the installed torch can use."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pynvml

from training.config import Device, RunConfig
from training.cores import usable_cores

GPU_HIDDEN = ("", "-1")
# A GPU on which less than this part of the memory is taken is free: drivers keep some for themselves.
FREE_PART = 0.05


@dataclass(frozen=True)
class Memory:
    """Memory of something that computes.

    Attributes:
        name: What it is, for people.
        total: Bytes; 0 if unknown.
        used: Bytes, by all programs together.
    """

    name: str
    total: int
    used: int

    @property
    def is_free(self) -> bool:
        """Whether hardly anything of it is in use."""
        return self.total > 0 and self.used < FREE_PART * self.total

    def __str__(self) -> str:
        """For people."""
        if not self.total:
            return self.name
        return f"{self.name}, {self.total / 1e9:.0f} GB, {self.used / 1e9:.1f} in use"


@dataclass(frozen=True)
class Torch:
    """The installed torch, without importing it.

    Attributes:
        version: As 2.13.0+cpu; empty if there is none.
        cuda: Whether it was built for NVIDIA GPUs.
        rocm: Whether it was built for AMD GPUs, which it calls cuda as well.
    """

    version: str = ""
    cuda: bool = False
    rocm: bool = False


@dataclass(frozen=True)
class Machine:
    """What there is to compute on.

    Attributes:
        cores: Of the processor, as many as this process may use.
        memory: Main memory.
        gpus: NVIDIA GPUs.
        torch: What is installed.
        apple: Whether it is a Mac with Apple silicon.
        hidden: Whether CUDA_VISIBLE_DEVICES hides all GPUs.
        amd: Whether there is an AMD GPU with its driver.
    """

    cores: int
    memory: Memory
    gpus: tuple[Memory, ...] = ()
    torch: Torch = Torch()
    apple: bool = False
    hidden: bool = False
    amd: bool = False

    def refusal(self, device: Device) -> str:
        """Why a device cannot be used, in a sentence; empty if it can."""
        if device == "mps" and not self.apple:
            return "Only Macs with Apple silicon have it."
        if device != "cuda" or (self.torch.rocm and self.amd):
            return ""
        if self.hidden:
            return "CUDA_VISIBLE_DEVICES hides all GPUs from this program."
        if not self.gpus:
            return "No NVIDIA GPU was found: none is there, or its driver is missing."
        if not self.torch.cuda:
            return f"The installed torch ({self.torch.version}) is built without CUDA: install one from pytorch.org."
        return ""

    def chosen(self, device: Device) -> Device:
        """What `auto` takes; any other device is itself."""
        if device != "auto":
            return device
        order: tuple[Device, ...] = ("cuda", "mps")
        found: list[Device] = [each for each in order if not self.refusal(each)]
        return found[0] if found else "cpu"

    def gpu_refusal(self, numbers: Sequence[int]) -> str:
        """Why these GPUs cannot train together, in a sentence; empty if they can."""
        refusal = self.refusal("cuda")
        absent = [str(number) for number in numbers if number >= len(self.gpus)]
        if refusal or not absent or not self.gpus:
            return refusal
        last = len(self.gpus) - 1
        return f"This machine has no GPU {', '.join(absent)}, only {f'GPUs 0 to {last}' if last else 'GPU 0'}."

    def run_refusal(self, config: RunConfig) -> str:
        """Why a run with these settings cannot start here, with the setting concerned; empty if it can."""
        device, numbers = config.loop.device, config.parallel.gpu_numbers
        if refusal := self.refusal(device):
            return f"loop.device {device}: {refusal}"
        refusal = self.gpu_refusal(numbers) if numbers and device in ("auto", "cuda") else ""
        return f"parallel.gpus {config.parallel.gpus}: {refusal}" if refusal else ""

    def describe(self, device: Device) -> str:
        """What a device is on this machine, in a few words."""
        taken = self.chosen(device)
        if taken == "cuda":
            words = "; ".join(str(gpu) for gpu in self.gpus) or "AMD GPU"
        elif taken == "mps":
            words = f"Apple GPU, shares {self.memory.total / 1e9:.0f} GB"
        else:
            cores = f"{self.cores} core{'' if self.cores == 1 else 's'}"
            words = f"{cores}, {self.memory.total / 1e9:.0f} GB, {self.memory.used / 1e9:.1f} in use"
        return f"{taken}: {words}" if device == "auto" else words


def look() -> Machine:
    """Look at this machine.  May take a moment: call it on a thread."""
    with NvidiaGpus() as gpus:
        return Machine(
            cores=usable_cores(),
            memory=main_memory(),
            gpus=gpus.memory(),
            torch=installed_torch(),
            apple=sys.platform == "darwin" and platform.machine() == "arm64",
            hidden=os.environ.get("CUDA_VISIBLE_DEVICES", "all") in GPU_HIDDEN,
            amd=Path("/dev/kfd").exists(),
        )


def main_memory() -> Memory:
    """Main memory of this machine, or of the container that we live in."""
    memory = psutil.virtual_memory()
    total, used = int(memory.total), int(memory.total - memory.available)
    limit, taken = _cgroup("memory.max"), _cgroup("memory.current")
    if limit is not None and limit < total:
        return Memory("memory", limit, taken if taken is not None else used)
    return Memory("memory", total, used)


class NvidiaGpus:
    """NVIDIA's GPUs as their driver knows them; without a driver there are none.

    Keep it open where it is asked again and again: the driver takes its time to answer at first.
    """

    def __init__(self) -> None:
        self._open = False
        with contextlib.suppress(pynvml.NVMLError):
            pynvml.nvmlInit()
            self._open = True

    def __enter__(self) -> NvidiaGpus:
        """Itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()

    def memory(self) -> tuple[Memory, ...]:
        """Name and memory of each."""
        return tuple(self._each()) if self._open else ()

    def close(self) -> None:
        """Let go of the driver."""
        if self._open:
            self._open = False
            with contextlib.suppress(pynvml.NVMLError):
                pynvml.nvmlShutdown()

    def _each(self) -> Iterator[Memory]:
        with contextlib.suppress(pynvml.NVMLError):
            for index in range(pynvml.nvmlDeviceGetCount()):
                handle = pynvml.nvmlDeviceGetHandleByIndex(index)
                yield Memory(str(pynvml.nvmlDeviceGetName(handle)), *_gpu_memory(handle))


def installed_torch() -> Torch:
    """What is installed, read from its files."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return Torch()
    try:
        text = Path(found.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        return Torch()
    return torch_of(text)


def torch_of(text: str) -> Torch:
    """What torch/version.py says of its build."""

    def value(name: str) -> str:
        match = re.search(rf"^{name}\b[^=\n]*=\s*['\"]([^'\"]*)['\"]", text, re.MULTILINE)
        return match[1] if match else ""

    return Torch(value("__version__"), bool(value("cuda")), bool(value("hip")))


def _gpu_memory(handle: object) -> tuple[int, int]:
    """Bytes in all and in use; zeros where the driver does not tell."""
    try:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    except pynvml.NVMLError:
        return 0, 0
    return int(memory.total), int(memory.used)


def _cgroup(name: str) -> int | None:
    """A number of our control group, if it sets one."""
    try:
        text = Path("/sys/fs/cgroup", name).read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
