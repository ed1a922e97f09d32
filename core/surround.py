"""What lies behind a field as a texture, for the viewport: a picture, or layers of the world outside a sphere."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from core.background import PlainBackground, PlaneBackground, SphereBackground, inverse_distances
from core.triplane import Background

HALF_MAX = 65_000.0
# Texels around the horizon, at most. A network of random weights, with all its waves alike, is met to 31 dB by 512
# texels and to 41 dB by 1024; what was learned is smoother.
LARGEST_PANORAMA = 1024
TEXELS_PER_VOXEL = 4
CHUNK_POINTS = 8_192  # activations that stay in the cache


@torch.no_grad()
def bake_surround(
    background: Background | None, resolution: int, on_layer: Callable[[float], None] | None = None
) -> np.ndarray | None:
    """Evaluate the background of one sample.

    Args:
        background: Of a field; none if it has none.
        resolution: Voxels along an edge of the volume beside it: the panorama of a sphere is as fine.
        on_layer: Called with the fraction done now and then, where that takes a while; it may raise to give up.

    Returns:
        [layers, height, width, 4], float16: raw colour and density, as `BakedVolume.surround` has it; or None.
    """
    match background:
        case None:
            return None
        case PlaneBackground(image=image):
            return bake_picture(image)
        case PlainBackground(value=value):
            return bake_picture(torch.full((1, 3, 1, 1), value))
        case SphereBackground():
            return _panorama(background, min(TEXELS_PER_VOXEL * resolution, LARGEST_PANORAMA), on_layer)
        case _:
            raise TypeError(f"no texture for a background of type {type(background).__name__}")


def bake_picture(image: Tensor) -> np.ndarray:
    """A picture [1, 3, height, width] as one layer, bottom row first.  Returns [1, height, width, 4], float16."""
    opaque = torch.ones_like(image[:, :1])
    return _half(torch.cat([image, opaque], dim=1).permute(0, 2, 3, 1).flip(1))


def _panorama(background: SphereBackground, width: int, on_layer: Callable[[float], None] | None) -> np.ndarray:
    """Layers by inverse distance, each by polar angle and azimuth, the ends of both included."""
    height = width // 2
    device = background.ws.device
    azimuth = torch.linspace(-math.pi, math.pi, width, device=device)
    polar = torch.linspace(0, math.pi, height, device=device)
    down, around = torch.meshgrid(polar, azimuth, indexing="ij")
    places = torch.stack([down.sin() * around.cos(), down.cos(), down.sin() * around.sin()], dim=-1).reshape(-1, 3)
    layers = []
    for done, inverse in enumerate(inverse_distances(background.steps, device)):
        if on_layer is not None:
            on_layer(done / background.steps)
        parts = []
        for part in places.split(CHUNK_POINTS):
            points = torch.cat([part, inverse.expand(len(part), 1)], dim=-1)
            parts.append(torch.cat(background.network(points[None], background.ws), dim=-1)[0])
        layers.append(torch.cat(parts).reshape(height, width, 4))
    return _half(torch.stack(layers))


def _half(values: Tensor) -> np.ndarray:
    return np.ascontiguousarray(values.clamp(-HALF_MAX, HALF_MAX).to(torch.float16).cpu().numpy())
