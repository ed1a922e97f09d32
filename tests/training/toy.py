"""A data set and a configuration so small that whole trainings take a second."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from training.config import RunConfig
from training.config_files import with_values
from training.config_fit import fitted
from training.data_format import StudioBlock
from training.data_writer import writing
from training.run_dir import RunDirectory, create_run

RESOLUTION = 16
TOY: dict[str, Any] = {
    "name": "toy",
    "generator.z_dim": 8,
    "generator.w_dim": 16,
    "generator.plane_resolution": 8,
    "generator.plane_features": 4,
    "generator.channel_base": 64,
    "generator.channel_max": 8,
    "generator.decoder_hidden": 8,
    "generator.render.coarse_samples": 4,
    "generator.render.fine_samples": 4,
    "discriminator.image_resolution": RESOLUTION,
    "discriminator.patch_resolution": 8,
    "discriminator.channel_base": 64,
    "discriminator.channel_max": 8,
    "discriminator.hyper_dim": 16,
    "patches.anneal_kimg": 0.05,
    "anneal.blur_kimg": 0.02,
    "anneal.blur_sigma": 1.0,
    "anneal.density_noise_kimg": 0.05,
    "optimizer.r1_interval": 4,
    "loop.batch": 4,
    "loop.total_kimg": 0.064,
    "loop.kimg_per_tick": 0.016,
    "loop.sample_kimg": 0.032,
    "loop.snapshot_kimg": 0.048,
    "loop.device": "cpu",
    "loop.threads": 1,
    "loop.live_seconds": 0.05,
}
# The same size for EG3D: whole pictures from raw ones of half the size.
TOY_EG3D: dict[str, Any] = {
    "generator__family": "eg3d",
    "generator__camera_condition": True,
    "generator__upsampler__image_resolution": RESOLUTION,
    "generator__upsampler__input_resolution": 8,
    "generator__upsampler__raw_resolution": 8,
    "generator__upsampler__channels": 4,
    "generator__render__bounds": "box",
    "discriminator__kind": "dual",
    "discriminator__patch_resolution": RESOLUTION,
    "discriminator__camera_condition": True,
    "discriminator__camera_dropout": 0.0,
    "optimizer__density_weight": 0.25,
    "optimizer__density_interval": 2,
    "anneal__density_noise": 0.0,
    "anneal__raw_start": 6,
    "anneal__raw_kimg": 0.04,
}


def toy_data(path: Path, count: int = 24, resolution: int = RESOLUTION) -> Path:
    """Write pictures of a coloured disc on white, from everywhere."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[-1 : 1 : resolution * 1j, -1 : 1 : resolution * 1j]
    with writing(path) as writer:
        for index in range(count):
            picture = np.full((resolution, resolution, 3), 255, np.uint8)
            picture[x**2 + y**2 < 0.4] = rng.integers(0, 200, 3)
            angles = (float(rng.uniform(-math.pi, math.pi)), float(np.arccos(rng.uniform(-1, 1))), 0.0)
            writer.add(picture, angles, index % 3)
        writer.describe(
            StudioBlock(
                version=1, name="toy", fov=30, radius=1, scale=0.25, near=0.74, far=1.26, cube_scale=0.35,
                background="white", protocol="objects", objects=["a", "b", "c"], generator="tests",
            )
        )  # fmt: skip
    return path


def toy_config(data: Path, **changes: Any) -> RunConfig:
    """The toy configuration; changes by dotted name with __ for the dots."""
    values = TOY | {name.replace("__", "."): value for name, value in changes.items()}
    return fitted(with_values(RunConfig(), values), data)


def toy_run(folder: Path, **changes: Any) -> RunDirectory:
    """A run directory of the toy configuration, with its data beside it."""
    data = folder / "toy.zip"
    if not data.exists():
        toy_data(data)
    return create_run(folder / "runs", toy_config(data, **changes))
