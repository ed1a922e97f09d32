"""Which part of a ray is rendered: the training range, or all of the box (METHOD, `bounds: box`)."""

from __future__ import annotations

import math

import numpy as np

from core.camera import Camera

# World units. The eye of a camera that was only turned stays this close to the training sphere, its axis to the origin.
TOLERANCE = 1e-3
# Per world unit: those that a slice tells apart.
SHOWN_DENSITIES = (0.1, 1000.0)


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

    The training rays' near and far hold for eyes on the training sphere that look at its centre. From anywhere else
    they would cut the object or miss it, and the ray's segment inside the box is all there is. A roll and another angle
    of view change neither the eye nor the axis.

    Args:
        camera: The camera to render from.
        radius: Distance of the training cameras from the origin, world units.
        near: Start of the training rays, world units along the ray.
        far: Their end.

    Returns:
        (nearest, farthest) distance along the ray; (0, inf) for a view that is none of the training's.
    """
    return (near, far) if is_training_view(camera, radius) else (0.0, math.inf)


def is_training_view(camera: Camera, radius: float) -> bool:
    """Whether a camera stands on the training sphere of this radius and looks at its centre, or at its pivot."""
    eye = camera.position
    # Both: a camera that goes round another target crosses the sphere now and then, and must not flicker there.
    beside = float(np.linalg.norm(np.cross(eye - [0.0, 0.0, camera.pivot], camera.matrix[:3, 2])))
    return abs(float(np.linalg.norm(eye)) - radius) <= TOLERANCE and beside <= TOLERANCE
