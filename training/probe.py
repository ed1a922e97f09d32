"""`python -m training.probe`: a few steps of the training that standard input describes, timed (training/estimate.py).

Reads a configuration as one line of JSON, writes lines of JSON: progress, then an estimate or an error.  It writes no
file, and ends when its standard input is closed.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import torch

from core.shares import shares
from training.batches import RealBatches
from training.config import RunConfig
from training.config_files import config_of, with_values
from training.cores import usable_cores
from training.data_set import ImageDataSet
from training.errand import end_with_input
from training.estimate import WHAT_TO_LOWER, Estimate
from training.networks import Networks
from training.priority import PROBE_NICENESS, go_first_when_memory_ends, step_back
from training.steps import Stepper, TrainingDiverged
from training.telemetry import Telemetry
from training.train_state import seeded_rng
from training.trainer import choose_device

MOST_STEPS = 8
# No further step is begun after so many seconds of steps of one kind.
ENOUGH_S = 10.0
# Adaptive augmentation costs nothing at its start; it is measured with a probability as in the middle of a training.
PROBED_P = 0.5


def main() -> int:
    """Measure what standard input asks for.  Returns the exit status."""
    step_back(PROBE_NICENESS)
    go_first_when_memory_ends()
    line = sys.stdin.buffer.readline()
    end_with_input()
    try:
        config = config_of(json.loads(line), "the configuration")
        estimate = measure(config)
    except (torch.OutOfMemoryError, MemoryError):
        _say(error=f"there is not enough memory for this: {WHAT_TO_LOWER}")
    except RuntimeError as error:
        # torch has no class of its own for a CPU without memory.
        short = "allocate memory" in str(error) or "alloc" in str(error).lower()
        _say(error=f"there is not enough memory for this: {WHAT_TO_LOWER}" if short else " ".join(str(error).split()))
    except (ValueError, OSError, TrainingDiverged) as error:
        _say(error=" ".join(str(error).split()))
    else:
        sys.stdout.write(estimate.as_json() + "\n")
        sys.stdout.flush()
        return 0
    return 1


def measure(config: RunConfig) -> Estimate:
    """Take a few steps.  Raises ValueError, OSError, OutOfMemoryError."""
    _say(progress="opening the data set")
    processes, batch = config.parallel.process_count, config.loop.batch
    threads = max((config.loop.threads or usable_cores()) // processes, 1)
    config = _of_one_process(config, processes)
    torch.set_num_threads(threads)
    device = choose_device(config.loop.device)
    with ImageDataSet.open(config.data_path, config.data.resolution, mirrored=config.data.mirror) as data:
        _say(progress="building the networks")
        torch.manual_seed(config.loop.seed)
        networks = Networks.build(config, device)
        stepper = Stepper(config, networks, data.all_angles, seeded_rng(config.loop.seed), device, data.all_labels)
        if config.augment.kind == "adaptive":
            stepper.augmenter.p = PROBED_P
        batches = RealBatches(data, config.loop.batch, config.loop.seed, device)
        try:
            steps = _Steps(config, stepper, batches, device, threads)
            seconds = _seconds_per_step(steps)
        finally:
            batches.close()
    per_kimg = 1000 * seconds / batch
    stored = [*networks.average.state_dict().values(), *networks.discriminator.state_dict().values()]
    snapshot = sum(value.numel() * value.element_size() for value in stored)
    return Estimate(
        device.type, threads, per_kimg, _most_memory(device), steps.slowdown, snapshot, _state_bytes(stepper)
    )


def _of_one_process(config: RunConfig, processes: int) -> RunConfig:
    """What one of several processes computes, as a training of its own."""
    share = shares(config.loop.batch, config.discriminator.group_size, processes)[0]
    alone = {"loop.batch": len(share), "parallel.gpus": "", "parallel.processes": 1}
    return with_values(config, alone) if processes > 1 else config


def _state_bytes(stepper: Stepper) -> int:
    """Size of a state for exact resume: all but this is small."""
    kept = [value for network in stepper.networks.state_dict().values() for value in network.values()]
    for optimizer in (stepper.generator_optimizer, stepper.discriminator_optimizer):
        for numbers in optimizer.state_dict()["state"].values():
            kept += numbers.values()
    return sum(value.numel() * value.element_size() for value in kept)


class _Steps:
    """Steps of a training, each with its duration."""

    def __init__(
        self, config: RunConfig, stepper: Stepper, batches: RealBatches, device: torch.device, threads: int
    ) -> None:
        self._config, self._stepper, self._batches = config, stepper, batches
        self._device, self._threads = device, threads
        self._telemetry = Telemetry()
        self._count = 0
        self._wall = self._needed = 0.0
        self.interval = config.optimizer.r1_interval if config.optimizer.r1_gamma > 0 else 0

    @property
    def slowdown(self) -> float:
        """How many times as long the steps took as they needed."""
        return max(self._wall / self._needed, 1.0) if self._needed > 0 else 1.0

    def take(self, penalised: bool, kimg: float) -> float:
        """One step, with or without R1.  Returns the seconds that it needs."""
        self._count += 1
        _say(progress=f"step {self._count}{' with R1' if penalised else ''}")
        wall, processor, own = time.perf_counter(), time.process_time(), time.thread_time()
        real = self._batches.at((self._count - 1) * self._config.loop.batch)
        self._stepper.step(real, 0 if penalised else 1, kimg, self._telemetry)
        self._telemetry.clear()
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        elif self._device.type == "mps":
            torch.mps.synchronize()
        wall = time.perf_counter() - wall
        # We stand back behind all others, so on a busy processor the clock says nothing of the training.
        processor = max(time.thread_time() - own, (time.process_time() - processor) / self._threads)
        needed = min(wall, processor) if self._device.type == "cpu" else wall
        self._wall += wall
        self._needed += needed
        return needed

    def some(self, penalised: bool, most: int) -> float:
        """Some steps in the middle of the training, until it is known how long they take.  Returns seconds of one."""
        kimg = self._config.loop.total_kimg / 2
        until = time.monotonic() + ENOUGH_S
        taken = [self.take(penalised, kimg)]
        while len(taken) < most and time.monotonic() < until:
            taken.append(self.take(penalised, kimg))
        return statistics.median(taken)


def _seconds_per_step(steps: _Steps) -> float:
    """The mean over steps with and without the lazy penalty."""
    # The first one is no measure of time: memory is found and kernels are chosen.  It needs the most memory, though:
    # the penalty's second derivatives, beside a blur that is at its widest.
    steps.take(steps.interval > 0, 0.0)
    if steps.interval == 1:
        return steps.some(True, MOST_STEPS)
    plain = steps.some(False, MOST_STEPS)
    if steps.interval == 0:
        return plain
    penalised = steps.some(True, 2)
    return plain + (penalised - plain) / steps.interval


def _most_memory(device: torch.device) -> int:
    """Bytes that were in use at most."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    if device.type == "mps":
        return torch.mps.driver_allocated_memory()
    return peak_rss()


def peak_rss() -> int:
    """Bytes of memory that this process has had at most, its libraries included."""
    info = psutil.Process().memory_info()
    if hasattr(info, "peak_wset"):
        return int(info.peak_wset)
    try:
        # Not ru_maxrss: on Linux that begins with what the parent had.
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    except (OSError, StopIteration):
        return info.rss


def _say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
