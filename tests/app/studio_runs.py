"""What tests of the window need of runs: a tiny data set, a preset of a minute, and an end for every trainer."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
import yaml
from PIL import Image

from app.studio import Studio
from core.baked import BakedVolume
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.sigma_patches import centred_scales, edge_patches
from tests import ui
from tests.training.toy import TOY, toy_config, toy_data
from training.config import RunConfig
from training.run_dir import RunDirectory, create_run, list_runs
from training.status import RunStatus

PRESET = "minute"
# Long enough for any test, with something new to see all the time.
CHANGES: dict[str, Any] = {
    "loop.total_kimg": 1000,
    "loop.kimg_per_tick": 0.1,
    "loop.sample_kimg": 0.5,
    "loop.snapshot_kimg": 500,
    "loop.state_minutes": 0.02,
    "loop.live_seconds": 0.5,
}


def ball() -> BakedVolume:
    """An analytic demo: a ball, red to one side and blue to the other, in white."""
    line = np.linspace(-0.35, 0.35, 48)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    density = (0.2 - np.sqrt(x**2 + y**2 + z**2)) * 800
    colour = np.where(x[..., None] > 0, [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0])
    outside = (density < -40)[..., None]
    values = np.concatenate([np.where(outside, 1.0, colour), density[..., None]], axis=-1)
    return BakedVolume(values.astype(np.float16), 0.35, 0.74, 1.26, 1.0, 30.0, 96, "ball")


def prepare(home: Path) -> Path:
    """Put the preset where the studio looks for presets of its user.  Returns the path of a tiny data set."""
    folder = home / "epigraf-studio" / "presets"
    folder.mkdir(parents=True, exist_ok=True)
    tree: dict[str, Any] = {"description": "Only for tests: sees something within seconds"}
    for name, value in {**TOY, **CHANGES}.items():
        *groups, leaf = name.split(".")
        branch = tree
        for group in groups:
            branch = branch.setdefault(group, {})
        branch[leaf] = value
    del tree["name"]
    (folder / f"{PRESET}.yaml").write_text(yaml.safe_dump(tree))
    data = home / "toy.zip"
    return data if data.exists() else toy_data(data)


def runs_dir(home: Path) -> Path:
    """Where the studio of a test keeps runs."""
    return home / "epigraf-studio" / "runs"


def ended_run(home: Path, ticks: int = 40) -> RunDirectory:
    """A run as a trainer leaves it behind, written without one."""
    data = home / "toy.zip"
    config = toy_config(data if data.exists() else toy_data(data))
    run = create_run(runs_dir(home), config)
    rng = np.random.default_rng(0)
    for tick in range(1, ticks + 1):
        write_tick(run, config, tick)
        noise = rng.normal(0, 0.05, 4)
        run.append_stats(
            {
                "Progress/kimg": tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick,
                "Loss/G/loss": 0.8 + 0.2 * math.sin(tick / 9) + noise[0], "Loss/D/loss": 1.3 + noise[1],
                "Loss/scores/real": 0.4 + noise[2], "Loss/scores/fake": -0.3 + noise[3],
                "Loss/r1_penalty": math.exp(-tick / 20), "Patch/scale_mean": 1 - tick / 100,
                "Modulation/always_on": 0.7, "Modulation/always_off": 0.01, "Modulation/switch_scale": tick / 250,
                "Modulation/switch_position": 0.0, "timestamp": float(tick),
                "Timing/sec_per_kimg": 6.5, "Resources/cpu_mem_gb": 0.3,
            }
        )  # fmt: skip
    for kimg in (0, 2, 4):
        pixels = np.full((96, 144, 3), 60 * kimg, np.uint8)
        Image.fromarray(pixels).save(run.sample_path(kimg))
    torch.manual_seed(0)
    save_checkpoint(run.snapshot_path(ticks / 10), EpigrafGenerator(config.generator), None, {"kimg": ticks / 10})
    lines = [f"2026-01-01 10:00:{tick:02d} INFO tick {tick}  {tick / 10} kimg" for tick in range(1, ticks + 1)]
    lines += ["2026-01-01 10:01:00 WARNING the disk is nearly full", "2026-01-01 10:01:01 ERROR out of luck"]
    run.log_path.write_text("\n".join(lines) + "\n")
    run.write_status(
        RunStatus(
            state="stopped", start=1, pid=1, pid_created=0.0, host="elsewhere", heartbeat=time.time(), step=25 * ticks,
            tick=ticks, kimg=ticks / 10, total_kimg=10, sec_per_kimg=6.5,
        )
    )  # fmt: skip
    return run


def write_tick(run: RunDirectory, config: RunConfig, tick: int, kimg_per_tick: float = 0.1) -> None:
    """The arrays of a tick, with a modulation that grows over time and from filter to filter."""
    rng = np.random.default_rng(tick)
    scales = config.schedule.sample(200, tick * kimg_per_tick, rng).astype(np.float32)
    measured = centred_scales(config.discriminator.min_scale)
    sigmas = {}
    edge_scales, edge_offsets = edge_patches(config.discriminator.min_scale)
    for index, resolution in enumerate(config.discriminator.resolutions):
        filters = config.discriminator.channels(resolution)
        slopes = np.linspace(-1, 1, filters)[rng.permutation(filters)] * min(tick / 40, 1) * (index + 1) / 2
        sigmas[f"sigma/b{resolution}.conv1"] = 1 + np.tanh(np.outer(2 * (measured - 0.75), slopes)).astype(np.float16)
        lean = edge_offsets.sum(axis=1) - (
            1 - edge_scales
        )  # what lies lower left is weakened, upper right strengthened
        placed = 1 + np.tanh(np.outer(2 * (edge_scales - 0.75), slopes) + np.outer(lean, np.abs(slopes)))
        sigmas[f"sigma_places/b{resolution}.conv1"] = placed.astype(np.float16)
    offsets = rng.random((len(scales), 2)) * (1 - scales)[:, None]
    measured_at = {"sigma_scales": measured, "sigma_place_scales": edge_scales, "sigma_place_offsets": edge_offsets}
    np.savez_compressed(run.tick_path(tick), scales=scales, offsets=offsets, **measured_at, **sigmas)


def patch_arrays(tick: int, count: int = 3) -> dict[str, np.ndarray]:
    """Seen patches as a trainer writes them: coloured pictures with a grey square, of which the patch is grey."""
    rng = np.random.default_rng(tick)
    arrays: dict[str, np.ndarray] = {"rows": np.arange(count) * 2, "blur": np.float32(0.5), "p": np.float32(0.25)}
    for kind in ("real", "fake"):
        scales = rng.uniform(0.3, 1, count).astype(np.float32)
        offsets = (rng.random((count, 2)) * (1 - scales[:, None])).astype(np.float32)
        pictures = np.full((count, 32, 32, 3), 255, np.uint8)
        pictures[:] = rng.integers(0, 255, (count, 1, 1, 3))
        for picture, scale, (x, y) in zip(pictures, scales * 32, offsets * 32, strict=True):
            picture[round(32 - y - scale) : round(32 - y), round(x) : round(x + scale)] = 128
        arrays |= {f"{kind}/scales": scales, f"{kind}/offsets": offsets, f"{kind}/pictures": pictures}
        arrays[f"{kind}/patches"] = np.full((count, 16, 16, 3), 128, np.uint8)
        arrays[f"{kind}/scores"] = rng.normal(0, 1, count).astype(np.float32)
    arrays["real/angles"] = rng.uniform(0, 3, (count, 2)).astype(np.float32)
    return arrays


@contextmanager
def no_trainer_left(home: Path) -> Iterator[None]:
    """Kill every trainer of the runs of a test, whatever happens."""
    try:
        yield
    finally:
        for run in list_runs(runs_dir(home)):
            status = run.status()
            if status is not None and psutil.pid_exists(status.pid):
                process = psutil.Process(status.pid)
                if "training" in " ".join(process.cmdline()):
                    process.kill()


def step_of(studio: Studio) -> int:
    """Step of the attached run as the window shows it."""
    run = studio.train.run
    return run.item.view.status.step if run is not None and run.item.view.status is not None else 0


def state_of(studio: Studio) -> str:
    """State of the attached run as the window shows it; empty without one."""
    run = studio.train.run
    return run.item.view.state if run is not None else ""


def fill_form(ctx: ui.Context, studio: Studio, data: Path, name: str = "test") -> None:
    """Fill in the Train panel, by clicks; Start is left to press."""
    ui.wait_until(ctx, lambda: bool(studio.train.view().form.presets), 60, "the presets")
    ctx.set_ref("//Train")
    ctx.combo_click(f"##preset/{PRESET}")
    ctx.combo_click("##data/Own zip or folder")
    ctx.item_click("##path")
    ctx.key_chars_replace_enter(str(data))
    ctx.item_click("##name")
    ctx.key_chars_replace_enter(name)


def wait_for_end(run: RunDirectory, seconds: float = 60) -> None:
    """Wait until a run's trainer has ended."""
    deadline = time.monotonic() + seconds
    while run.observe().active:
        assert time.monotonic() < deadline, "the trainer does not end"
        time.sleep(0.1)
