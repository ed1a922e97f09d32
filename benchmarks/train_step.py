"""Milliseconds of the steps of a training, beside the same training written down plainly.

    python -m benchmarks.train_step [--config tiny] [--rounds 15] [--device auto] [--precision float32]

Both begin with the same weights and take turns, step by step, so that a busy machine is unfair to both of them alike.
The plain path is that of `benchmarks/_plain.py`: one `grid_sample` per plane, convolutions with modulated weights for
each sample, samples merged by sorting, float32.  `full` is the paper's network for FFHQ at 512²; on a processor a step
of it takes most of a minute, so that it is measured there only when asked for.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks._plain import plain_stepper
from training.batches import RealBatch
from training.config import RunConfig
from training.config_files import with_values
from training.device import choose_device, device_name
from training.networks import Networks
from training.precision import set_precision
from training.presets import load_preset
from training.steps import Stepper
from training.telemetry import Telemetry
from training.train_state import seeded_rng

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "BENCHMARKS.md"
PHASES = ("G", "D", "R1", "average")
# Fading help is over, but for the density's noise; patches of all sizes are drawn.
KIMG = 2500.0
# Steps before the first that counts: memory is found, kernels are chosen and compiled.
WARM_UP = 2
FULL_BATCH = {"cpu": 4, "cuda": 32, "mps": 4}
COMMON: dict[str, Any] = {"augment.kind": "none", "poses.kind": "normal", "poses.yaw_spread": 0.3}
TINY: dict[str, Any] = {
    "generator.plane_resolution": 64,
    "generator.plane_features": 32,
    "generator.channel_base": 32768,
    "generator.channel_max": 64,
    "generator.render.coarse_samples": 8,
    "generator.render.fine_samples": 8,
    "discriminator.image_resolution": 64,
    "discriminator.patch_resolution": 32,
    "discriminator.channel_base": 16384,
    "discriminator.channel_max": 64,
    "discriminator.camera_condition": True,
    "loop.batch": 4,
}


def benchmark_config(name: str, device: torch.device) -> RunConfig:
    """`tiny` or `full`, without augmentation."""
    if name == "tiny":
        return with_values(RunConfig(), {**COMMON, **TINY})
    return with_values(load_preset("ffhq512"), {**COMMON, "loop.batch": FULL_BATCH[device.type]})


def real_batch(config: RunConfig, device: torch.device) -> RealBatch:
    """Smooth pictures with poses."""
    random = torch.Generator().manual_seed(1)
    batch, size = config.loop.batch, config.discriminator.image_resolution
    coarse = torch.rand(batch, 3, 8, 8, generator=random) * 2 - 1
    images = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic").clamp(-1, 1)
    angles = np.random.default_rng(1).normal([np.pi / 2, np.pi / 2, 0], 0.2, (batch, 3))
    return RealBatch(images.to(device), angles)


@dataclass
class Timed:
    """A training whose phases are timed.

    Attributes:
        stepper: Takes the steps.
        wait: Returns when the device has done its work.
        clock: Seconds.
        tf32: Whether a GPU may round what matrices and convolutions multiply.
        seconds: Of each phase, one number per step.
    """

    stepper: Stepper
    wait: Callable[[], None]
    clock: Callable[[], float]
    tf32: tuple[bool, bool]
    seconds: dict[str, list[float]] = field(default_factory=lambda: {phase: [] for phase in PHASES})

    def __post_init__(self) -> None:
        self._marks: list[float] = []
        for optimizer in (self.stepper.generator_optimizer, self.stepper.discriminator_optimizer):
            optimizer.register_step_post_hook(lambda *_: self._mark())

    def _mark(self) -> None:
        self.wait()
        self._marks.append(self.clock())

    def step(self, real: RealBatch, index: int) -> None:
        """Take a step; the penalty is applied when `index` is a multiple of its interval."""
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = self.tf32
        self._marks.clear()
        self._mark()
        self.stepper.step(real, index, KIMG, Telemetry())
        self._mark()
        phases = PHASES if len(self._marks) == len(PHASES) + 1 else ("G", "D", "average")
        for phase, seconds in zip(phases, np.diff(self._marks).tolist(), strict=True):
            self.seconds[phase].append(seconds)

    def forget(self) -> None:
        """Begin to measure anew."""
        for values in self.seconds.values():
            values.clear()


def measured(
    config: RunConfig, device: torch.device, rounds: int, changes: dict[str, Any], clock: Callable[[], float]
) -> dict[str, Timed]:
    """Take turns, and return the times of ours and of the plain path."""
    torch.manual_seed(0)
    networks = Networks.build(config, device)
    plain, _ = plain_stepper(config, networks, None, device)
    changed = with_values(config, changes)
    set_precision(changed.loop.precision, (networks.generator, networks.discriminator), device)
    ours = Stepper(changed, networks, None, seeded_rng(0), device)
    wait = torch.cuda.synchronize if device.type == "cuda" else (lambda: None)
    tf32 = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    timed = {"plain": Timed(plain, wait, clock, (False, False)), "ours": Timed(ours, wait, clock, tf32)}
    real = real_batch(config, device)
    for turn in range(WARM_UP + rounds):
        if turn == WARM_UP:
            for each in timed.values():
                each.forget()
        # Every step with the penalty, which is lazy in training, so that it is measured as often as the others.
        for each in timed.values():
            each.step(real, 0)
    return timed


def table(timed: dict[str, Timed], config: RunConfig) -> list[tuple[str, list[float]]]:
    """Rows: name; minimum and median of plain, of ours, and their ratios.  Milliseconds, and seconds per kimg."""
    batch, interval = config.loop.batch, config.optimizer.r1_interval
    rows = []
    for title, share, unit in (
        ("G step, ms", {"G": 1.0}, 1e3),
        ("D step, ms", {"D": 1.0}, 1e3),
        ("G + D step, ms", {"G": 1.0, "D": 1.0}, 1e3),
        ("R1 step, ms", {"R1": 1.0}, 1e3),
        ("average, ms", {"average": 1.0}, 1e3),
        ("s / kimg", {"G": 1.0, "D": 1.0, "R1": 1 / interval, "average": 1.0}, 1e3 / batch),
    ):
        numbers = []
        for each in timed.values():
            totals = np.sum([weight * np.array(each.seconds[phase]) for phase, weight in share.items()], axis=0)
            numbers += [unit * min(totals), unit * statistics.median(totals)]
        least, middle, our_least, our_middle = numbers
        rows.append((title, [*numbers, least / our_least, middle / our_middle]))
    return rows


def markdown(rows: list[tuple[str, list[float]]], title: str) -> str:
    """The table for BENCHMARKS.md."""
    lines = [title, "", "| | plain, minimum | median | ours, minimum | median | times faster, minimum | median |"]
    lines.append("| --- " * 7 + "|")
    for name, values in rows:
        shown = [f"{value:.1f}" for value in values[:4]] + [f"{value:.2f}" for value in values[4:]]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def report(name: str, args: argparse.Namespace, device: torch.device) -> None:
    """Measure one configuration, print it, and keep it if asked."""
    config = benchmark_config(name, device)
    changes = {"loop.precision": args.precision}
    clock = time.thread_time if args.busy else time.perf_counter
    timed = measured(config, device, args.rounds, changes, clock)
    rows = table(timed, config)
    how = args.precision + (", processor time" if args.busy else "")
    print(f"\n{name}: batch {config.loop.batch}, {device_name(device)}, {how}, {args.rounds} rounds")
    print(f"{'':16}{'plain min':>11}{'median':>10}{'ours min':>10}{'median':>10}{'ratio min':>11}{'median':>8}")
    for title, values in rows:
        cells = "".join(f"{value:>{width}.{digits}f}" for value, width, digits in zip(
            values, (11, 10, 10, 10, 11, 8), (1, 1, 1, 1, 2, 2), strict=True))  # fmt: skip
        print(f"{title:16}{cells}", flush=True)
    if args.append:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        title = (
            f"`{name}`, batch {config.loop.batch}, {how}: {platform.machine()}, {device_name(device)}, torch "
            f"{torch.__version__}, commit `{commit}`, {args.rounds} rounds in turns."
        )
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n" + markdown(rows, title))


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=("tiny", "full"), help="default: tiny, and full too if there is a GPU")
    parser.add_argument("--rounds", type=int, default=15, help="steps of each (default: 15)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--precision", choices=("float32", "tf32", "bf16"), default="float32", help="of ours")
    parser.add_argument("--threads", type=int, default=0, help="of torch (default: OMP_NUM_THREADS, or all)")
    parser.add_argument("--busy", action="store_true", help="one thread, and its processor time: for a busy machine")
    parser.add_argument("--append", action="store_true", help=f"add the table to {RESULTS.name}")
    args = parser.parse_args()
    if args.busy or args.threads or "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(1 if args.busy else args.threads or os.cpu_count() or 1)
    device = choose_device("cpu" if args.busy else args.device)
    names = [args.config] if args.config else ["tiny"] + ["full"] * (device.type == "cuda")
    for name in names:
        report(name, args, device)
    if names == ["tiny"] and not args.config:
        print(
            "\nfull: not measured, since a step of it takes most of a minute without a GPU (--config full --rounds 2)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
