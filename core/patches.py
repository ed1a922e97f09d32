"""Patches of real images, as the discriminator sees them (EpiGRAF, Section 3.3; METHOD: Patches)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from core.rays import Patches, patch_grid


def extract_patches(images: Tensor, patches: Patches, resolution: int) -> Tensor:
    """Resample a square of each image, bilinearly, corners aligned (aliased: Appendix A of the paper).

    Args:
        images: [batch, channels, size, size], rows from the top.
        patches: [batch] squares; y offsets count from the bottom.
        resolution: Pixels along a side of a patch.

    Returns:
        [batch, channels, resolution, resolution].
    """
    grid = patch_grid(patches, resolution)
    grid = torch.stack([grid[..., 0], -grid[..., 1]], dim=-1)  # grid_sample's y points down
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=True)


def gaussian_blur(images: Tensor, sigma: float) -> Tensor:
    """Blur with a separable Gaussian of deviation `sigma` pixels, cut at three deviations, zero outside.

    Early in training real and generated patches are blurred alike (METHOD: Training).  [batch, channels, h, w] -> the
    same; below a third of a pixel nothing is left to blur.
    """
    radius = math.floor(sigma * 3)
    if radius <= 0:
        return images
    offsets = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    taps = torch.exp(-0.5 * (offsets / sigma) ** 2)
    taps = taps / taps.sum()
    channels = images.shape[1]
    rows = F.conv2d(images, taps.expand(channels, 1, 1, -1), padding=(0, radius), groups=channels)
    return F.conv2d(rows, taps.reshape(-1, 1).expand(channels, 1, -1, 1), padding=(radius, 0), groups=channels)
