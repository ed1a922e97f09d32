"""Processor time of a training with all its recording, beside the same training without any.

    python -m benchmarks.telemetry [--preset tiny] [--rounds 2] [--append]

Both begin with the same weights and random numbers, learn the same, and take turns step by step, so that a busy machine
is unfair to both alike.  A step is the median of all, and what listening adds to it that of the pairs' differences; a
tick, a sample picture and a snapshot are each the median of several, shared out over the images between two of them.
Metrics are no part of it: docs/metrics.md says what they take, and they can be switched off.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from benchmarks.train_step import RESULTS, ROOT
from tests.training.toy import toy_data
from training.config import RunConfig
from training.config_files import with_values
from training.config_fit import fitted
from training.control import Control
from training.presets import load_preset
from training.run_dir import create_run
from training.train_state import Progress
from training.trainer import Trainer

# Steps before the first that counts: memory is found, and kernels are chosen.
WARM_UP = 2
# Sample pictures and snapshots that are timed.
FEW = 2


@dataclass
class Timed:
    """A training that is driven by hand, and processor seconds of its parts.

    Attributes:
        trainer: Its parts.
        steps: Of each step.
        ticks: Of each tick.
    """

    trainer: Trainer
    steps: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    def step(self) -> None:
        """Train on one batch."""
        self.steps.append(seconds_of(self.trainer._step))

    def tick(self) -> None:
        """Record a tick, or nothing where nothing is recorded."""
        self.ticks.append(seconds_of(self.trainer._tick))


def seconds_of(work: Callable[[], object]) -> float:
    """Processor time of this process, seconds: what others do meanwhile does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def trainer_of(folder: Path, config: RunConfig, *, record: bool) -> Trainer:
    """A training of its own run."""
    run = create_run(folder / "runs", config)
    return Trainer(run, config, Control(run, 1, 1, Progress()), record=record)


def measured(config: RunConfig, folder: Path, rounds: int) -> list[tuple[str, float]]:
    """Take turns for so many ticks.  Returns rows: name, processor seconds per kimg."""
    recorded, silent = (Timed(trainer_of(folder, config, record=record)) for record in (True, False))
    both = (recorded, silent)
    for _ in range(WARM_UP):
        for each in both:
            each.step()
    for each in both:
        each.steps.clear()
        each.trainer.telemetry.clear()
    batch, loop = config.loop.batch, config.loop
    for _ in range(rounds):
        for turn in range(max(round(loop.kimg_per_tick * 1000 / batch), 1)):
            for each in both[:: 1 - 2 * (turn % 2)]:  # neither is always the first
                each.step()
        for each in both:
            each.tick()
    recorder, progress = recorded.trainer.recorder, recorded.trainer.progress
    samples = statistics.median(seconds_of(lambda: recorder.sample(progress)) for _ in range(FEW))
    snapshots = statistics.median(seconds_of(lambda: recorder.snapshot(progress)) for _ in range(FEW))
    for each in both:
        each.trainer.close()
    alone = statistics.median(silent.steps) * 1000 / batch
    pairs = zip(recorded.steps, silent.steps, strict=True)
    listening = statistics.median(heard - unheard for heard, unheard in pairs) * 1000 / batch
    return [
        ("training, nothing recorded", alone),
        ("listening to steps", listening),
        ("ticks", statistics.median(recorded.ticks) / loop.kimg_per_tick),
        ("sample pictures", samples / loop.sample_kimg),
        ("snapshots", snapshots / loop.snapshot_kimg),
    ]


def table(rows: list[tuple[str, float]]) -> list[tuple[str, float, float]]:
    """Rows with the share of the training alone, percent, and what recording sums up to."""
    alone = rows[0][1]
    parts = [(name, value, 100 * value / alone) for name, value in rows]
    telemetry = sum(value for name, value in rows if name in ("listening to steps", "ticks"))
    return [*parts, ("all telemetry: listening and ticks", telemetry, 100 * telemetry / alone)]


def markdown(rows: list[tuple[str, float, float]], title: str) -> str:
    """The table for BENCHMARKS.md."""
    lines = [title, "", "| | s / kimg | part of the training alone |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {value:.2f} | {share:.2f} % |" for name, value, share in rows)]) + "\n"


def main() -> int:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--rounds", type=int, default=2, help="ticks of each (default: 2)")
    parser.add_argument("--append", action="store_true", help=f"add the table to {RESULTS.name}")
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        preset = load_preset(args.preset)
        data = toy_data(folder / "discs.zip", count=64, resolution=preset.discriminator.image_resolution)
        still = {"loop.threads": 1, "loop.device": "cpu", "metrics.interval": 0, "name": "telemetry"}
        rows = table(measured(fitted(with_values(preset, still), data), folder, args.rounds))
    for label, value, share in rows:
        print(f"{label:32}{value:9.2f} s/kimg{share:8.2f} %")
    if args.append:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        title = (
            f"`{args.preset}`, {args.rounds} ticks of each, one thread, processor time: {platform.machine()}, torch "
            f"{torch.__version__}, commit `{commit}`."
        )
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n" + markdown(rows, title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
