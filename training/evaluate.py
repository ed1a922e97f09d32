"""Compare what a checkpoint generates with a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.checkpoint import load_checkpoint
from core.generator import Generator
from core.poses import PoseConfig
from core.rays import pose_matrices
from training.data_set import ImageDataSet
from training.metrics import SMALLEST, mask_iou, mean_mask, sliced_wasserstein


@dataclass(frozen=True)
class Evaluation:
    """How close generated pictures are to real ones, with what two halves of the real ones give.

    Attributes:
        pictures: Pictures in each of the compared sets.
        mask_iou: Soft IoU of the mean silhouettes, generated against real; 1 is equal; none unless on white.
        mask_iou_floor: The same, real against real.
        wasserstein: Sliced Wasserstein distance by pyramid level, x 1000; 0 is equal.
        wasserstein_floor: The same, real against real.
    """

    pictures: int
    mask_iou: float | None
    mask_iou_floor: float | None
    wasserstein: dict[int, float]
    wasserstein_floor: dict[int, float]


def evaluate(
    checkpoint: Path,
    data_path: Path,
    pictures: int = 400,
    device: str = "cpu",
    on_progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Generate pictures with the data set's poses and compare.

    Args:
        checkpoint: A snapshot.
        data_path: The data set; its resolution is the one compared at.
        pictures: In each set, at most half of the data set.
        device: Where to generate.
        on_progress: Called with the fraction done.

    Raises:
        CheckpointError: The checkpoint cannot be used.
        DataSetError: The data set cannot be used.
        ValueError: The data set has too few pictures, or a size that is no power of two of at least 16.
    """
    generator = load_checkpoint(checkpoint, device).generator
    with ImageDataSet.open(data_path) as data:
        count = min(pictures, len(data) // 2)
        if count < 2:
            raise ValueError(f"{data_path}: has {len(data)} pictures; comparing takes at least 4")
        if data.resolution < SMALLEST or data.resolution & (data.resolution - 1):
            raise ValueError(
                f"{data_path}: has {data.resolution} px; comparing takes a power of two of at least {SMALLEST}"
            )
        on_white = data.info.background == "white"
        order = np.random.default_rng(0).permutation(len(data))[: 2 * count]
        real = torch.stack([_to_tensor(data.image(int(index))) for index in order])
        kind = "spherical-uniform" if data.all_angles is None else "custom"
        poses = PoseConfig(kind=kind).sample(count, np.random.default_rng(1), data.all_angles)
        fake = generate(generator, poses, data.resolution, on_progress)
    half, other = real[:count], real[count:]
    return Evaluation(
        pictures=count,
        mask_iou=mask_iou(mean_mask(half), mean_mask(fake)) if on_white else None,
        mask_iou_floor=mask_iou(mean_mask(half), mean_mask(other)) if on_white else None,
        wasserstein=sliced_wasserstein(half, fake),
        wasserstein_floor=sliced_wasserstein(half, other),
    )


@torch.no_grad()
def generate(
    generator: Generator,
    poses: np.ndarray,
    resolution: int,
    on_progress: Callable[[float], None] | None = None,
    seed: int = 0,
) -> Tensor:
    """One picture of a new latent for each pose [n, 2], psi 1.  Returns [n, 3, resolution, resolution], on the CPU."""
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    matrices = pose_matrices(poses, generator.config.render.radius, device)
    pictures = []
    for index, matrix in enumerate(matrices):
        z = torch.randn(1, generator.config.z_dim, generator=random).to(device)
        field = generator.field(generator.mapping(z))
        pictures.append(generator.picture(field, matrix[None], resolution)[0, :3].cpu())
        if on_progress is not None:
            on_progress((index + 1) / len(matrices))
    return torch.stack(pictures).clamp(-1, 1)


def _to_tensor(pixels: np.ndarray) -> Tensor:
    return torch.tensor(pixels).permute(2, 0, 1).to(torch.float32) / 127.5 - 1
