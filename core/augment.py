"""Adaptive augmentation's transformations, applied to pictures (Karras et al. 2020, Appendix B; METHOD: Augmentation).

Real and generated pictures are transformed alike before the discriminator sees them, so that a few pictures do for
many.  All of it is differentiable, twice for the R1 penalty.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.augment_filters import SYM6, amplify, downsample, reflected, sent, upsample
from core.augment_laws import (
    Family,
    draw_band_gains,
    draw_colour,
    draw_cutouts,
    draw_geometry,
    draw_noise,
)
from core.bilinear import sample_bilinear
from core.shares import Share

# Pixels that the resampling filter reaches beyond a picture of the original size.
MARGIN = len(SYM6) // 4


def augment(
    images: Tensor,
    families: Collection[Family],
    p: float,
    rng: np.random.Generator,
    share: Share | None = None,
) -> Tensor:
    """Transform each picture at random.

    Args:
        images: [batch, 3, h, w], values around [-1, 1]; or pairs of them, [batch, 6, h, w], transformed alike.
        families: Which transformations are on.
        p: Probability of each transformation, in [0, 1]; 0 gives the pictures back, and draws no random numbers.
        rng: Draws the parameters; only the pixels of noise come from torch's own random state.
        share: Of which batch the pictures are a part: parameters are drawn for all of it.  None: they are all.

    Returns:
        As the images.
    """
    if p <= 0 or not families:
        return images
    share = share or Share.all_of(len(images))
    count, rows, (height, width) = share.whole, share.rows, images.shape[2:]
    if not {"flip", "blit", "geometry"}.isdisjoint(families):
        images = transform(images, draw_geometry(families, p, count, rng).inverse(height, width)[rows])
    if "colour" in families:
        images = recolour(images, draw_colour(p, count, rng).matrix()[rows])
    if "filter" in families:
        images = amplify(images, draw_band_gains(p, count, rng)[rows])
    if "noise" in families:
        images = images + torch.randn_like(images) * sent(draw_noise(p, count, rng)[rows, None, None, None], images)
    if "cutout" in families:
        centres, edges = draw_cutouts(p, count, rng)
        images = cut_out(images, centres[rows], edges[rows])
    return images


def transform(images: Tensor, inverse: np.ndarray) -> Tensor:
    """Move pixels: reflect at the edges, upsample by 2, interpolate, downsample by 2.

    Args:
        images: [batch, c, h, w].
        inverse: From output to input pixels, origin at the centre, [batch, 3, 3].

    Returns:
        [batch, c, h, w].
    """
    height, width = images.shape[2:]
    left, above, right, below = margins = _margins(inverse, height, width)
    images = upsample(reflected(images, margins))
    matrix = _translation((left - right) / 2, (above - below) / 2) @ inverse
    # From pixels to those of twice the size, whose centre lies half a pixel off.
    matrix = _translation(-0.5, -0.5) @ _scaling(2, 2) @ matrix @ _scaling(0.5, 0.5) @ _translation(0.5, 0.5)
    rows, columns = 2 * (height + 2 * MARGIN), 2 * (width + 2 * MARGIN)
    matrix = _scaling(2 / images.shape[3], 2 / images.shape[2]) @ matrix @ _scaling(columns / 2, rows / 2)
    affine = sent(matrix[:, :2], images)
    grid = F.affine_grid(affine, [*images.shape[:2], rows, columns], align_corners=False)
    return downsample(sample_bilinear(images, grid))


def recolour(images: Tensor, matrix: np.ndarray) -> Tensor:
    """Transform colours by matrices on (r, g, b, 1).

    Args:
        images: [batch, 3, h, w]; or several of one place, [batch, 3 * n, h, w], which are transformed alike.
        matrix: [batch, 4, 4].

    Returns:
        As the images.
    """
    colours = sent(matrix[:, None, :3], images)  # [batch, 1, 3, 4]
    pixels = images.flatten(2).unflatten(1, (-1, 3))  # [batch, n, 3, h * w]
    return (colours[..., :3] @ pixels + colours[..., 3:]).reshape(images.shape)


def cut_out(images: Tensor, centres: np.ndarray, edges: np.ndarray) -> Tensor:
    """Make rectangles grey.

    Args:
        images: [batch, c, h, w].
        centres: x and y, part of the size, [batch, 2].
        edges: Part of the size, [batch]; 0 leaves a picture as it is.

    Returns:
        [batch, c, h, w].
    """
    height, width = images.shape[2:]
    half = edges[:, None] / 2
    x = np.abs((np.arange(width) + 0.5) / width - centres[:, :1]) < half  # [batch, w]
    y = np.abs((np.arange(height) + 0.5) / height - centres[:, 1:]) < half  # [batch, h]
    kept = ~(x[:, None, None, :] & y[:, None, :, None])
    return images * sent(kept, images)


def _margins(inverse: np.ndarray, height: int, width: int) -> tuple[int, int, int, int]:
    """How far the output reaches beyond the input, over the batch: pixels left, above, right, below."""
    x, y = (width - 1) / 2, (height - 1) / 2
    corners = np.array([[-x, x, x, -x], [-y, -y, y, y], [1, 1, 1, 1]])
    reached = inverse[:, :2] @ corners  # [batch, 2, 4]
    excess = np.concatenate([-reached.min(axis=(0, 2)), reached.max(axis=(0, 2))])
    wanted = excess + 2 * MARGIN - np.array([x, y, x, y])
    left, above, right, below = np.ceil(np.clip(wanted, 0, [width - 1, height - 1] * 2)).astype(int).tolist()
    return left, above, right, below


def _translation(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


def _scaling(x: float, y: float) -> np.ndarray:
    return np.diag([x, y, 1.0])
