"""A run with very many ticks, written without a trainer: what a week of training leaves behind."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from training.config import RunConfig
from training.run_dir import RunDirectory, create_run
from training.status import RunStatus

POINTS = 100_000
TICK_FILES = 64
LOG_LINES = 20_000
SCALARS = (
    "Loss/G/loss", "Loss/D/loss", "Loss/scores/real", "Loss/scores/fake", "Loss/signs/real", "Loss/signs/fake",
    "Loss/r1_penalty", "Loss/D/reg", "Patch/scale_mean", "Patch/scale_expected", "Patch/beta", "Anneal/blur_sigma",
    "Anneal/density_noise", "Timing/sec_per_kimg", "Timing/total_sec", "Resources/cpu_mem_gb",
)  # fmt: skip


def long_run(root: Path, config: RunConfig, points: int = POINTS) -> RunDirectory:
    """Make a finished run of so many ticks, of a tenth of a kimg each."""
    from PIL import Image

    run = create_run(root, config)
    rng = np.random.default_rng(0)
    walks = np.cumsum(rng.normal(0, 0.01, (points, len(SCALARS))), axis=0) + rng.normal(0, 0.1, (points, len(SCALARS)))
    began = time.time() - 10 * points
    with run.stats_path.open("w", encoding="utf-8") as file:
        for tick, values in enumerate(walks, 1):
            head = {"Progress/kimg": tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick, "Progress/start": 1}
            row = {**head, **dict(zip(SCALARS, values.round(6).tolist(), strict=True)), "timestamp": began + 10 * tick}
            file.write(json.dumps({**row, "Timing/total_sec": 9.5 * tick}) + "\n")
    for tick in range(points - TICK_FILES + 1, points + 1):
        _write_tick(run.tick_path(tick), rng)
    for kimg in np.linspace(0, points / 10, 50).round():
        Image.fromarray(rng.integers(0, 255, (256, 384, 3), np.uint8)).save(run.sample_path(float(kimg)))
    lines = (f"2026-01-01 {tick // 3600 % 24:02d}:{tick // 60 % 60:02d}:{tick % 60:02d} INFO tick {tick}"
             for tick in range(LOG_LINES))  # fmt: skip
    run.log_path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run.write_status(
        RunStatus(
            state="finished", start=1, pid=1, pid_created=0.0, host="elsewhere", heartbeat=time.time(),
            step=25 * points, tick=points, kimg=points / 10, total_kimg=points / 10, sec_per_kimg=95.0,
        )
    )  # fmt: skip
    return run


def _write_tick(path: Path, rng: np.random.Generator) -> None:
    """Patches and modulations of one tick, as a trainer of a large network writes them."""
    scales = np.linspace(0.125, 1, 32, dtype=np.float32)
    drawn = (0.125 + 0.875 * rng.beta(1, 0.8, 1600)).astype(np.float32)
    sigmas = {
        f"sigma/b{size}.conv{layer}": (1 + 0.3 * rng.normal(size=(32, 512))).astype(np.float16)
        for size in (8, 16, 32, 64)
        for layer in (0, 1)
    }
    offsets = (rng.random((1600, 2)) * (1 - drawn)[:, None]).astype(np.float32)
    np.savez_compressed(path, scales=drawn, offsets=offsets, sigma_scales=scales, **sigmas)
