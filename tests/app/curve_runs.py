"""A run with much to plot, pictures to go through and real ones beside them; written in a moment, without weights."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from PIL import Image

from tests.app import studio_runs
from training.commands import acknowledge_command, send_command
from training.run_dir import RunDirectory

SAMPLES = 5
STEPS_PER_TICK = 25


def rich_run(home: Path, ticks: int = 300) -> RunDirectory:
    """An ended run of two starts with a pause: `ticks` lines of statistics, five samples, real pictures, a log."""
    run = studio_runs.ended_run(home, ticks=2)
    for old in (*run.snapshots(), *run.samples()):
        old.path.unlink()  # without weights the viewport stays out of it
    noise = np.random.default_rng(0).normal(0, 0.1, (ticks, 4))
    run.stats_path.write_text("".join(json.dumps(_row(tick, ticks, noise[tick])) + "\n" for tick in range(ticks)))
    for command, result in (("pause", "paused"), ("resume", "running")):
        wish = send_command(run.commands_path, command, 1)
        acknowledge_command(run.commands_path, wish, STEPS_PER_TICK * ticks // 4, result)
    for number in range(SAMPLES):
        pixels = np.full((96, 144, 3), 40 * number, np.uint8)
        Image.fromarray(pixels).save(run.sample_path(number * ticks / 10 / (SAMPLES - 1)))
    Image.fromarray(np.full((96, 144, 3), 255, np.uint8)).save(run.reals_path)
    return run


def _row(tick: int, ticks: int, noise: np.ndarray) -> dict[str, float]:
    done = tick / ticks
    return {
        "Progress/kimg": (tick + 1) / 10, "Progress/step": STEPS_PER_TICK * (tick + 1),
        "Progress/start": 1 if done < 0.5 else 2, "timestamp": 1.8e9 + tick,
        "Loss/G/loss": 1.2 - 0.5 * done + noise[0], "Loss/D/loss": 1.1 + noise[1],
        "Loss/scores/real": 0.4 + noise[2], "Loss/scores/fake": -0.3 + noise[3],
        "Loss/signs/real": 0.5 * done, "Loss/signs/fake": -0.5 * done, "Augment/p": 0.3 * done,
        "Loss/r1_penalty": 0.3 * math.exp(-3 * done), "Patch/scale_mean": 1 - 0.4 * done + 0.1 * noise[0],
        "Patch/scale_expected": 1 - 0.4 * done, "Anneal/blur_sigma": max(0.0, 10 - 20 * done),
        "Timing/sec_per_kimg": 6.5 + noise[3], "Timing/total_sec": 0.65 * (tick + 1),
        "Resources/cpu_mem_gb": 1.3 + done, "Resources/peak_gpu_mem_gb": 4.0,
    }  # fmt: skip
