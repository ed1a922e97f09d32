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


def mean_mask(images: Tensor) -> Tensor:
    """How often each pixel shows the object rather than white background.

    Args:
        images: [n, 3, R, R], in about [-1, 1].

    Returns:
        [R, R], in [0, 1].
    """
    return ((1 - images).amax(dim=1) > MASK_THRESHOLD).to(torch.float32).mean(dim=0)


def mask_iou(one: Tensor, other: Tensor) -> float:
    """Soft intersection over union of two mean masks [R, R]; 1 for equal ones."""
    union = torch.maximum(one, other).sum()
    return float(torch.minimum(one, other).sum() / union) if union > 0 else 1.0


def sliced_wasserstein(one: Tensor, other: Tensor, seed: int = 0) -> dict[int, float]:
    """Sliced Wasserstein distance of patch statistics, per level of a Laplacian pyramid (Karras et al. 2018).

    Args:
        one: [n, 3, R, R], in about [-1, 1]; R a power of two of at least 16.
        other: Of the same shape.
        seed: Of patches and projections.

    Returns:
        Resolution of the level to distance, times 1000: the coarsest compares colours and layout, the finest texture.

    Raises:
        ValueError: The sets differ in shape.
    """
    if one.shape != other.shape:
        raise ValueError(f"both sets must have the same shape, got {tuple(one.shape)} and {tuple(other.shape)}")
    random = torch.Generator().manual_seed(seed)
    distances = {}
    for level, (first, second) in enumerate(zip(_pyramid(one), _pyramid(other), strict=True)):
        descriptors = [_descriptors(images, random.manual_seed(seed + level)) for images in (first, second)]
        directions = F.normalize(torch.randn(descriptors[0].shape[1], PROJECTIONS, generator=random), dim=0)
        sorted_values = [(values @ directions).sort(dim=0).values for values in descriptors]
        distances[first.shape[-1]] = 1000 * float((sorted_values[0] - sorted_values[1]).abs().mean())
    return distances


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
    """Random patches as rows.  [n, 3, h, h] -> [n * PATCHES_PER_PICTURE, 3 * 49].

    Not normalised by the two sets' own statistics, as the original is: a shift of colours must count.
    """
    count, _, size, _ = images.shape
    corners = torch.randint(size - PATCH + 1, (2, count, PATCHES_PER_PICTURE), generator=random)
    offsets = torch.arange(PATCH)
    rows = corners[0][..., None, None] + offsets[:, None]  # [n, patches, 7, 1]
    columns = corners[1][..., None, None] + offsets[None, :]
    picked = images[torch.arange(count)[:, None, None, None], :, rows, columns]  # [n, patches, 7, 7, 3]
    return picked.reshape(count * PATCHES_PER_PICTURE, -1)
