"""Which part of a ray is rendered: the training range, or all of the box (METHOD, `bounds: box`)."""

from __future__ import annotations

import math

import numpy as np

from core.camera import Camera

# World units. The eye of a camera that was only turned stays this close to the training sphere.
RADIUS_TOLERANCE = 1e-3


def shown_depths(camera: Camera, half: float) -> tuple[float, float]:
    """Depths of the ball that fits into the box: the same for every view from a distance.

    Args:
        camera: The camera.
        half: Half the edge of the box around the origin, world units.

    Returns:
        (nearest, farthest), world units along the ray, nearest at least 0.
    """
    distance = float(np.linalg.norm(camera.position))
    return max(distance - half, 0.0), distance + half


def depth_range(camera: Camera, radius: float, near: float, far: float) -> tuple[float, float]:
    """Where samples may lie along every ray, before it is cut with the box.

    The training rays' near and far hold for eyes on the training sphere. From anywhere else they would cut the object
    or miss it, and the ray's segment inside the box is all there is.

    Args:
        camera: The camera to render from.
        radius: Distance of the training cameras from the origin, world units.
        near: Start of the training rays, world units along the ray.
        far: Their end.

    Returns:
        (nearest, farthest) distance along the ray; (0, inf) off the training sphere.
    """
    if abs(float(np.linalg.norm(camera.position)) - radius) > RADIUS_TOLERANCE:
        return 0.0, math.inf
    return near, far
