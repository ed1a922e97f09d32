"""Sample pictures: always the same latents from the same cameras, so that the pictures of a run compare."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.bake import z_from_seed
from core.files import replacing
from core.generator import Generator
from training.config import RunConfig
from training.data_check import summarise_poses
from training.data_set import ImageDataSet

LATENTS = 4
VIEWS = 6
# Larger pictures would cost more than they tell.
MAX_RESOLUTION = 256
TURNTABLE_PITCH = 1.2


def sample_poses(config: RunConfig, angles: np.ndarray | None) -> np.ndarray:
    """Cameras of the sample pictures: once around where poses cover the sphere, else spread over what is trained.

    Args:
        config: The run.
        angles: The data set's poses, [n, 2 or more], if it has any.

    Returns:
        [VIEWS, 2] yaw and pitch, radians.
    """
    around = config.poses.kind == "spherical-uniform"
    if config.poses.kind == "custom" and angles is not None:
        around = summarise_poses(angles).covers_sphere
    if not around:
        drawn = config.poses.sample(64 * VIEWS, np.random.default_rng(0), angles)
        drawn = drawn[np.argsort(drawn[:, 0], kind="stable")]
        return drawn[32::64]
    yaws = np.linspace(-math.pi, math.pi, VIEWS, endpoint=False)
    return np.stack([yaws, np.full(VIEWS, TURNTABLE_PITCH)], axis=1)


@torch.no_grad()
def sample_grid(generator: Generator, poses: np.ndarray, resolution: int, latents: int = LATENTS) -> np.ndarray:
    """One row per latent (seeds 0, 1, …), one column per camera.  Returns [height, width, 3], uint8."""
    device = next(generator.parameters()).device
    matrices = generator.cameras(poses, device)
    rows = []
    for seed in range(latents):
        field = generator.field(generator.mapping(z_from_seed(seed, generator.config.z_dim).to(device)))
        views = [generator.picture(field, matrix[None], resolution)[0, :3] for matrix in matrices]
        rows.append(torch.cat(views, dim=2))
    return as_pixels(torch.cat(rows, dim=1))


def real_grid(data: ImageDataSet, resolution: int, rows: int = LATENTS, columns: int = VIEWS) -> np.ndarray:
    """Pictures spread over the data set, for comparison.  Returns [height, width, 3], uint8."""
    chosen = np.linspace(0, len(data) - 1, rows * columns).round().astype(int)
    tiles = [
        Image.fromarray(data.image(int(index))).resize((resolution, resolution), Image.Resampling.BOX)
        for index in chosen
    ]
    pixels = np.stack([np.asarray(tile) for tile in tiles]).reshape(rows, columns, resolution, resolution, 3)
    return pixels.transpose(0, 2, 1, 3, 4).reshape(rows * resolution, columns * resolution, 3)


def as_pixels(image: torch.Tensor) -> np.ndarray:
    """[3, height, width] in about [-1, 1] -> [height, width, 3], uint8."""
    return ((image + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def write_picture(path: Path, pixels: np.ndarray, **facts: str) -> None:
    """Write a PNG, aside and renamed, with facts as text chunks."""
    text = PngInfo()
    for name, value in facts.items():
        text.add_text(name, value)
    with replacing(path) as aside:
        Image.fromarray(pixels).save(aside, format="PNG", pnginfo=text)
