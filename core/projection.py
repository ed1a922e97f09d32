"""Where points of the world are seen in a picture: the rays of core/camera.py, backwards (shaders/camera.glsl)."""

from __future__ import annotations

import math

import numpy as np

from core.camera import Camera

# Lines are cut this far in front of the eye, in units of the distance to the target: nearer, they run to infinity.
NEAR_PLANE = 0.01


def picture_extent(width: int, height: int) -> tuple[float, float]:
    """Picture plane coordinates of the right and upper edge, where the centres of the shorter side's end pixels are ±1.

    The extent belongs to the full picture: drawn coarser, it covers the same view.
    """
    span = max(1, min(width, height) - 1)
    return width / span, height / span


def to_camera(camera: Camera, points: np.ndarray) -> np.ndarray:
    """World points in camera axes: x right, y up, and -z is the depth along the view.  [..., 3] -> [..., 3]."""
    matrix = camera.matrix
    return (np.asarray(points, np.float64) - matrix[:3, 3]) @ matrix[:3, :3]


def to_pixels(camera: Camera, points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Where world points in front of the eye are seen.

    Args:
        camera: From where.
        points: World units, [..., 3]; each in front of the eye.
        width: Pixels of the picture.
        height: Likewise.

    Returns:
        Pixels right and down from the upper left corner, [..., 2]; centres of pixels lie at one half.
    """
    local = to_camera(camera, points)
    focal = 1 / math.tan(math.radians(camera.fov) / 2)
    plane = focal * local[..., :2] / -local[..., 2:]
    return (plane * [1, -1] / picture_extent(width, height) + 1) / 2 * [width, height]


def to_plane(x: float, y: float, width: int, height: int) -> tuple[float, float]:
    """The place in the picture plane of a place in a picture, as `to_pixels` counts pixels; y points up."""
    right, up = picture_extent(width, height)
    return (2 * x / width - 1) * right, (1 - 2 * y / height) * up


def in_front(camera: Camera, lines: np.ndarray) -> np.ndarray:
    """The parts of straight lines that lie in front of the eye.

    Args:
        camera: From where.
        lines: Both ends of each, world units, [n, 2, 3].

    Returns:
        [m, 2, 3], m at most n, in their order: those behind the eye are left out.
    """
    depths = -to_camera(camera, lines)[..., 2] - NEAR_PLANE * camera.radius  # [n, 2]
    kept = depths.max(axis=1, initial=-1) > 0 if len(lines) else np.zeros(0, bool)
    lines, depths = np.array(lines, np.float64)[kept], depths[kept]
    for end in (0, 1):
        behind = depths[:, end] < 0
        share = depths[behind, 1 - end] / (depths[behind, 1 - end] - depths[behind, end])
        far = lines[behind, 1 - end]
        lines[behind, end] = far + share[:, None] * (lines[behind, end] - far)
    return lines
