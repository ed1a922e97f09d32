"""Which near, far and cube scale go with cameras: objects between them, frusta in the box (METHOD: Cameras)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.frustum import smallest_cube_scale

# Rays begin and end this much beyond the object's sphere.
SLACK = 1.04
# The box is this much larger than the frusta need.
ROOM = 1.01
# More poses decide nothing that these do not.
MOST_POSES = 4096


@dataclass(frozen=True)
class RayFit:
    """Cameras and what their rays pass through, world units.

    Attributes:
        fov: Full angle of view between the centres of the outer pixels, degrees.
        radius: Distance of the cameras to the origin.
        near: Where rays start, along the ray.
        far: Where rays end.
        cube_scale: Half the side of the box that holds the field.
    """

    fov: float
    radius: float
    near: float
    far: float
    cube_scale: float


def fitted_rays(fov: float, radius: float, scale: float | None, poses: np.ndarray | None) -> RayFit:
    """Rays that pass through the whole object, and the smallest box around them.

    Args:
        fov: Full angle of view, degrees, in (0, 180).
        radius: Distance of the cameras to the origin, > 0.
        scale: Radius of the objects' bounding sphere; None takes the sphere that fills the picture.
        poses: [n, 2 or more] yaw and pitch, radians; None means every pose on the sphere.

    Returns:
        Values rounded to what a person would write; rounding makes the box no smaller than needed.
    """
    half = SLACK * (filling_scale(fov, radius) if scale is None else scale)
    near, far = round(max(radius - half, 0.01 * radius), 3), round(radius + half, 3)
    needed = needed_cube_scale(fov, radius, near, far, poses)
    return RayFit(round(fov, 3), radius, near, far, math.ceil(ROOM * needed * 1000) / 1000)


def needed_cube_scale(fov: float, radius: float, near: float, far: float, poses: np.ndarray | None) -> float:
    """`core.frustum.smallest_cube_scale` of at most MOST_POSES of the poses, evenly taken."""
    if poses is not None and len(poses) > MOST_POSES:
        poses = poses[np.linspace(0, len(poses) - 1, MOST_POSES).astype(int)]
    return smallest_cube_scale(fov, radius, near, far, poses)


def filling_scale(fov: float, radius: float) -> float:
    """Radius of the sphere around the origin that just fits into the picture."""
    return radius * math.sin(math.radians(fov) / 2)


def seen_scale(extent: float, fov: float, radius: float) -> float:
    """Radius of a sphere whose outline reaches so far in pictures.

    Args:
        extent: From the picture's middle to the outline, where the middle of a side is 1.
        fov: Full angle of view, degrees.
        radius: Distance of the cameras to the origin.
    """
    return radius * math.sin(math.atan(extent * math.tan(math.radians(fov) / 2)))


def centre_fov(edge_fov: float, resolution: int) -> float:
    """The angle between the centres of the outer pixels, degrees, of one that reaches to their outer edges.

    Other programs count to the edges, core.camera to the centres.
    """
    if resolution < 2:
        return edge_fov
    return 2 * math.degrees(math.atan(math.tan(math.radians(edge_fov) / 2) * (resolution - 1) / resolution))


def edge_fov(centre: float, resolution: int) -> float:
    """`centre_fov` backwards."""
    if resolution < 2:
        return centre
    return 2 * math.degrees(math.atan(math.tan(math.radians(centre) / 2) * resolution / (resolution - 1)))


def cropped_fov(whole: float, share: float) -> float:
    """The angle of view of a part of a picture around its middle; `share` is its part of the width.  Degrees."""
    return 2 * math.degrees(math.atan(share * math.tan(math.radians(whole) / 2)))
