"""Distances between two sets of pictures that need no pretrained network: sliced Wasserstein and silhouettes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

PATCH = 7
PATCHES_PER_PICTURE = 64
PROJECTIONS = 256
SMALLEST = 16
# A pixel belongs to the object when a channel is this far from the white background, of the range [-1, 1].
MASK_THRESHOLD = 0.15


def object_mask(images: Tensor) -> Tensor:
    """Which pixels show the object rather than white background.

    Args:
        images: [n, 3, R, R], in about [-1, 1].

    Returns:
        [n, R, R], 0 or 1, float32.
    """
    return ((1 - images).amax(dim=1) > MASK_THRESHOLD).to(torch.float32)


def mask_iou(one: Tensor, other: Tensor) -> float:
    """Soft intersection over union of two mean masks [R, R]; 1 for equal ones."""
    union = torch.maximum(one, other).sum()
    return float(torch.minimum(one, other).sum() / union) if union > 0 else 1.0


def patch_descriptors(images: Tensor, random: torch.Generator) -> dict[int, Tensor]:
    """Random patches of each level of a Laplacian pyramid, by the level's resolution.

    Args:
        images: [n, 3, R, R], in about [-1, 1]; R a power of two of at least 16.
        random: Of the places, on the CPU.

    Returns:
        Levels from the finest, [n * 64, 147] each.  Not normalised by the sets' own statistics, as the original is: a
        shift of colours must count.
    """
    return {level.shape[-1]: _descriptors(level, random) for level in _pyramid(images)}


def sliced_wasserstein(one: Tensor, other: Tensor, seed: int = 0) -> float:
    """Sliced Wasserstein distance of two sets of equally many vectors (Rabin et al. 2011; Karras et al. 2018).

    Args:
        one: [n, d].
        other: Of the same shape.
        seed: Of the directions.

    Returns:
        Mean over directions of the mean distance of the sorted projections, times 1000.

    Raises:
        ValueError: The sets differ in shape.
    """
    if one.shape != other.shape:
        raise ValueError(f"both sets must have the same shape, got {tuple(one.shape)} and {tuple(other.shape)}")
    random = torch.Generator().manual_seed(seed)
    directions = F.normalize(torch.randn(one.shape[1], PROJECTIONS, generator=random), dim=0).to(one.device)
    first, second = ((values @ directions).sort(dim=0).values for values in (one, other))
    return 1000 * float((first - second).abs().mean())


def _pyramid(images: Tensor) -> list[Tensor]:
    """Laplacian pyramid, finest first; the last level is what remains."""
    levels = []
    while images.shape[-1] > SMALLEST:
        smaller = F.avg_pool2d(images, 2)
        grown = F.interpolate(smaller, scale_factor=2, mode="bilinear", align_corners=False)
        levels.append(images - grown)
        images = smaller
    return [*levels, images]


def _descriptors(images: Tensor, random: torch.Generator) -> Tensor:
    """Random patches as rows.  [n, 3, h, h] -> [n * PATCHES_PER_PICTURE, 3 * 49]."""
    count, _, size, _ = images.shape
    corners = torch.randint(size - PATCH + 1, (2, count, PATCHES_PER_PICTURE), generator=random).to(images.device)
    offsets = torch.arange(PATCH, device=images.device)
    rows = corners[0][..., None, None] + offsets[:, None]  # [n, patches, 7, 1]
    columns = corners[1][..., None, None] + offsets[None, :]
    picked = images[
        torch.arange(count, device=images.device)[:, None, None, None], :, rows, columns
    ]  # [n, patches, 7, 7, 3]
    return picked.reshape(count * PATCHES_PER_PICTURE, -1)
