"""Lines that show where things are: the box of a field, the cameras of a training.  In NumPy, world units."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from core.camera import Camera, sphere_points

CORNERS = np.array(list(product((-1.0, 1.0), repeat=3)))  # [8, 3]
# Pairs of corners that differ in one coordinate, [12, 2].
EDGES = np.array([(i, j) for i in range(8) for j in range(i) if np.abs(CORNERS[i] - CORNERS[j]).sum() == 2])
RING = 96


def box_edges(half: float, eye: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edges of the box around the origin, told apart by whether its own faces hide them.

    Args:
        half: Half an edge.
        eye: Where it is seen from, [3].

    Returns:
        (seen, hidden), [n, 2, 3] and [12 - n, 2, 3]: both ends of each.  From inside all are seen.
    """
    ends = CORNERS[EDGES]  # [12, 2, 3]
    middles = ends.mean(axis=1)  # 0 along the edge, the signs of its two faces across
    # A face is seen from outside of its plane; an edge with either of its faces.
    faces_seen = middles * np.asarray(eye) > half
    seen = ((middles != 0) & faces_seen).any(axis=1) | bool((np.abs(eye) <= half).all())
    return half * ends[seen], half * ends[~seen]


def frustum(camera: Camera, near: float, far: float) -> np.ndarray:
    """The rays of a picture's corners and its outlines where they begin and end.

    Args:
        camera: Whose; the picture is square.
        near: Where its rays begin, along the ray.
        far: Where they end.

    Returns:
        [12, 2, 3]: four lines from the eye to `far`, four around at `near`, four around at `far`.
    """
    matrix, focal = camera.matrix, 1 / math.tan(math.radians(camera.fov) / 2)
    corners = np.array([[-1, -1, -focal], [1, -1, -focal], [1, 1, -focal], [-1, 1, -focal]])
    rays = corners / np.linalg.norm(corners, axis=1, keepdims=True) @ matrix[:3, :3].T  # [4, 3]
    eye = matrix[:3, 3]
    first, last = eye + near * rays, eye + far * rays
    around = [np.stack([square, np.roll(square, -1, axis=0)], axis=1) for square in (first, last)]
    return np.concatenate([np.stack([np.broadcast_to(eye, (4, 3)), last], axis=1), *around])


def ray_points(camera: Camera, place: tuple[float, float], depths: np.ndarray) -> np.ndarray:
    """Points along the ray of a pixel.

    Args:
        camera: From where.
        place: Of the pixel in the picture plane, as core/projection.to_plane has it.
        depths: Along the ray, world units, [n].

    Returns:
        [n, 3].
    """
    matrix = camera.matrix
    ray = np.array([*place, -1 / math.tan(math.radians(camera.fov) / 2)])
    return matrix[:3, 3] + np.asarray(depths)[:, None] * (matrix[:3, :3] @ (ray / np.linalg.norm(ray)))


def horizon(radius: float) -> np.ndarray:
    """The level circle of a sphere around the origin.  [RING, 2, 3]."""
    points = radius * sphere_points(np.linspace(0, math.tau, RING + 1), math.pi / 2 * np.ones(RING + 1))
    return np.stack([points[:-1], points[1:]], axis=1)
