"""Rays of patches: from a pose and a patch's scale and offset to origins and directions (METHOD: Rays)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.camera import cam2world


@dataclass(frozen=True)
class Patches:
    """Squares of the image plane, one per sample.

    Attributes:
        scales: [batch], in (0, 1]: edge over the image's edge.
        offsets: [batch, 2], in [0, 1 - s]: lower left corner; y counts from the bottom.
    """

    scales: Tensor
    offsets: Tensor

    @classmethod
    def whole(cls, batch: int, device: torch.device | str = "cpu") -> Patches:
        """The whole image for every sample."""
        return cls(torch.ones(batch, device=device), torch.zeros(batch, 2, device=device))

    def __len__(self) -> int:
        """Number of patches."""
        return len(self.scales)

    def __getitem__(self, rows: slice) -> Patches:
        """Some of them."""
        return Patches(self.scales[rows], self.offsets[rows])


def patch_grid(patches: Patches, resolution: int) -> Tensor:
    """Image-plane coordinates of patch pixels, rows from the top, y up.

    A full image covers linspace(-1, 1) with both end pixels; a patch maps it by x' = (x + 1) s - 1 + 2 dx.

    Returns:
        [batch, resolution, resolution, 2], in [-1, 1].
    """
    line = torch.linspace(-1, 1, resolution, device=patches.scales.device)
    y, x = torch.meshgrid(-line, line, indexing="ij")
    return _in_patches(patches, torch.stack([x, y], dim=-1))


def centre_grid(patches: Patches, resolution: int) -> Tensor:
    """As `patch_grid`, but for pictures whose edges span the angle of view: places are the middles of their pixels."""
    line = (2 * torch.arange(resolution, device=patches.scales.device) + 1) / resolution - 1
    y, x = torch.meshgrid(-line, line, indexing="ij")
    return _in_patches(patches, torch.stack([x, y], dim=-1))


def _in_patches(patches: Patches, grid: Tensor) -> Tensor:
    """Places of the whole image in patches instead.  [r, r, 2] -> [batch, r, r, 2]."""
    scale, offset = patches.scales[:, None, None, None], patches.offsets[:, None, None, :]
    return (grid + 1) * scale - 1 + 2 * offset


def camera_rays(patches: Patches, resolution: int, fov: float) -> Tensor:
    """Unit directions in camera axes.  fov in degrees.  Returns [batch, resolution^2, 3], rows from the top."""
    return place_rays(patch_grid(patches, resolution).flatten(1, 2), fov)


def place_rays(places: Tensor, fov: float) -> Tensor:
    """Unit directions in camera axes of image-plane coordinates.  [batch, rays, 2] -> [batch, rays, 3]."""
    forward = torch.full_like(places[..., :1], -1 / math.tan(math.radians(fov) / 2))
    rays = torch.cat([places, forward], dim=-1)
    return rays / rays.norm(dim=-1, keepdim=True)


def world_rays(matrices: Tensor, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Turn camera rays into the world.

    Args:
        matrices: Camera-to-world, [batch, 4, 4].
        directions: In camera axes, [batch, pixels, 3].

    Returns:
        Origins [batch, 1, 3] and unit directions [batch, pixels, 3].
    """
    return matrices[:, None, :3, 3], directions @ matrices[:, :3, :3].transpose(1, 2)


def pose_matrices(poses: np.ndarray, radius: float, device: torch.device | str = "cpu", pivot: float = 0.0) -> Tensor:
    """Camera-to-world matrices of poses [batch, 2 or more] (yaw, pitch, radians).  Returns [batch, 4, 4], float32."""
    matrices = cam2world(poses[:, 0], poses[:, 1], radius, pivot)
    return torch.from_numpy(matrices.astype(np.float32)).to(device)
