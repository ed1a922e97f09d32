"""Patches as the discriminator sees them, aliased or not (EpiGRAF, Section 3.3 and Appendix A; METHOD: Patches)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from core.model_config import Antialias
from core.rays import Patches, patch_grid


def extract_patches(images: Tensor, patches: Patches, resolution: int, antialias: Antialias = "none") -> Tensor:
    """Resample a square of each image.

    Args:
        images: [batch, channels, size, size], rows from the top.
        patches: [batch] squares; y offsets count from the bottom.
        resolution: Pixels along a side of a patch.
        antialias: `none` reads the image bilinearly at the patch's pixels, corners aligned: what lies between them is
            not seen (published; Appendix A).  `area` takes the exact mean over the footprint of each (see
            pixel_footprints); where the patch is as fine as the image both agree.

    Returns:
        [batch, channels, resolution, resolution].
    """
    if antialias == "area":
        columns, rows = _coverage(*pixel_footprints(patches, resolution, images.shape[-1]), images.shape[-1])
        rows = rows.flip(1, 2)  # y counts from the bottom
        return rows[:, None].to(images) @ images @ columns[:, None].to(images).transpose(2, 3)
    grid = patch_grid(patches, resolution)
    grid = torch.stack([grid[..., 0], -grid[..., 1]], dim=-1)  # grid_sample's y points down
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=True)


def pixel_footprints(patches: Patches, resolution: int, image_resolution: int) -> tuple[Tensor, Tensor]:
    """What each pixel of a patch stands for: an interval on each axis of the image plane.

    It is as wide as the pixels' distance, but never narrower than a pixel of the image, and ends at the edge of the
    image, half a pixel beyond the centres of its outermost pixels (which lie at -1 and 1).

    Args:
        patches: [batch] squares.
        resolution: Pixels along a side of a patch.
        image_resolution: Pixels along a side of the image.

    Returns:
        Lower and upper ends, [2, batch, resolution] each: x from the left, then y from the bottom.
    """
    line = torch.linspace(0, 2, resolution, device=patches.scales.device)
    centres = line * patches.scales[None, :, None] - 1 + 2 * patches.offsets.T[:, :, None]
    half = (patches.scales / (resolution - 1)).clamp(min=1 / (image_resolution - 1))[None, :, None]
    edge = 1 + 1 / (image_resolution - 1)
    return (centres - half).clamp(-edge, edge), (centres + half).clamp(-edge, edge)


def _coverage(low: Tensor, high: Tensor, size: int) -> Tensor:
    """Share that each of `size` pixels has in each interval.  [..., n] twice -> [..., n, size], sum 1."""
    edges = (2 * torch.arange(size + 1, device=low.device) - 1) / (size - 1) - 1
    overlap = torch.minimum(high[..., None], edges[1:]) - torch.maximum(low[..., None], edges[:-1])
    overlap = overlap.clamp(min=0)
    return overlap / overlap.sum(dim=-1, keepdim=True)


def supersampled_places(patches: Patches, resolution: int, image_resolution: int, side: int) -> Tensor:
    """Image-plane coordinates of side x side rays in the footprint of each pixel of a patch, evenly spread.

    Args:
        patches: [batch] squares.
        resolution: Pixels along a side of a patch.
        image_resolution: Pixels along a side of the image.
        side: Rays along a side of a pixel.

    Returns:
        [batch, resolution * side, resolution * side, 2], rows from the top, y up; pooled() makes pixels of the rays.
    """
    low, high = pixel_footprints(patches, resolution, image_resolution)
    fractions = (torch.arange(side, device=low.device) + 0.5) / side
    x, y = (low[..., None] + (high - low)[..., None] * fractions).flatten(2)  # [batch, resolution * side] each
    y = y.flip(1)
    size = x.shape[1]
    return torch.stack([x[:, None, :].expand(-1, size, -1), y[:, :, None].expand(-1, -1, size)], dim=-1)


def pooled(images: Tensor, side: int) -> Tensor:
    """Mean over squares of side x side.  [batch, channels, h * side, w * side] -> [batch, channels, h, w]."""
    return F.avg_pool2d(images, side) if side > 1 else images


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
