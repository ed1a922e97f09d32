"""How large the box of the field must be to hold what rays sample: outside it the field is fog (METHOD: Cameras)."""

from __future__ import annotations

import math

import numpy as np

from core.camera import cam2world, pixel_directions

# Points along a side of the picture at which the bulging far end is looked at; includes the corners and the centre.
GRID = 5


def smallest_cube_scale(fov: float, radius: float, near: float, far: float, poses: np.ndarray | None = None) -> float:
    """Half the edge of the smallest cube around the origin that holds the frusta of all poses.

    Depth is measured along the normalised rays, so a frustum ends in pieces of spheres around the eye.

    Args:
        fov: Full angle of view, degrees, in (0, 180).
        radius: Distance of the cameras to the origin, world units.
        near: Start of the rays, world units.
        far: End of the rays, world units.
        poses: [n, 2 or more] yaw and pitch in radians.  None means every pose on the sphere.

    Returns:
        World units.  For every pose it is exact: some pose turns the farthest corner onto an axis.
    """
    if poses is None:
        corner_cosine = 1 / math.sqrt(1 + 2 * math.tan(math.radians(fov) / 2) ** 2)
        # The distance to the origin grows with the angle to the axis and is convex along a ray: a corner's end wins.
        return max(math.sqrt(t * t - 2 * t * radius * corner_cosine + radius * radius) for t in (near, far))
    matrices = cam2world(poses[:, 0], poses[:, 1], radius)  # [n, 4, 4]
    directions = pixel_directions(GRID, fov).reshape(-1, 3)  # [GRID * GRID, 3]
    ends = np.concatenate([near * directions, far * directions])  # [2 * GRID * GRID, 3]
    world = np.einsum("nij,kj->nki", matrices[:, :3, :3], ends) + matrices[:, None, :3, 3]
    return float(np.abs(world).max())
