"""Views of scenes whose surfaces are known: painted spheres and planes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.rays import Patches, camera_rays, place_rays, pose_matrices, world_rays
from training.metrics_views import View
from training.reprojection import ViewPair

SIZE = 64
Trace = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Paint = Callable[[Tensor], Tensor]
FRONT = (math.pi / 2, math.pi / 2)
BESIDE = (math.pi / 2 + 0.15, math.pi / 2)


def waves(points: Tensor) -> Tensor:
    """A smooth pattern in space, [n, 3] -> [n, 3]."""
    return torch.sin(6 * points + torch.tensor([0.0, 1.0, 2.0]))


def sphere(radius: float) -> Trace:
    def trace(origins: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
        along = (origins * ways).sum(-1)
        inside = along**2 - (origins**2).sum(-1) + radius**2
        return -along - inside.clamp(min=0).sqrt(), inside > 0

    return trace


def plane(normal: list[float], offset: float = 0.0, half: float = 9.0) -> Trace:
    direction = F.normalize(torch.tensor(normal, dtype=torch.float32), dim=0)

    def trace(origins: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
        distance = (offset - origins @ direction) / (ways @ direction)
        points = origins + ways * distance[:, None]
        return distance, (distance > 0) & (points[:, :2].abs().amax(-1) < half)

    return trace


def look(
    trace: Trace,
    pose: tuple[float, float],
    radius: float = 1.0,
    fov: float = 30.0,
    size: int = SIZE,
    paint: Paint = waves,
) -> View:
    """An analytic scene from a camera on the sphere."""
    matrix = pose_matrices(np.array([pose]), radius)
    origins, ways = world_rays(matrix, camera_rays(Patches.whole(1), size, fov))
    distance, hit = trace(origins[0].expand(size * size, 3), ways[0])
    colour = torch.where(hit[:, None], paint(origins[0] + ways[0] * distance[:, None]), torch.ones(()))
    square = (size, size)
    return View(colour.T.reshape(3, *square), distance.reshape(square), hit.reshape(square), matrix[0], fov)


def two(trace: Trace, other: Trace | None = None, size: int = SIZE, paint: Paint = waves) -> ViewPair:
    """A scene from two cameras; what the second one sees may be another."""
    first, second = look(trace, FRONT, size=size, paint=paint), look(other or trace, BESIDE, size=size, paint=paint)

    def retrace(places: Tensor) -> Tensor:
        upwards = places * torch.tensor([1.0, -1.0])
        origins, ways = world_rays(second.matrix[None], place_rays(upwards[None], second.fov))
        origins = origins[0].expand(len(places), 3)
        distance, _ = (other or trace)(origins, ways[0])
        return paint(origins + ways[0] * distance[:, None]).T

    return ViewPair(first, second, retrace)
