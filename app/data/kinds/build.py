"""The workbench of the procedural shapes: turned bodies, tubes, leaves, and putting painted parts together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from app.data.mesh_model import Surface, joined, subdivided, with_normals

# Shapes are built about one unit large; colours live at the vertices, so edges are kept this short.
LONGEST_EDGE = 0.04

Paint = Callable[[np.ndarray], np.ndarray]
"""From points [n, 3], as the part was built, to colours [n, 3] in [0, 1]; above 1 for what shines by itself."""

Vector = Sequence[float]


def curve(knots: Sequence[Sequence[float]], count: int = 24) -> np.ndarray:
    """A smooth line through knots [k, d] (Catmull-Rom).  Returns [count, d], both ends included."""
    points = np.asarray(knots, np.float64)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    at = np.linspace(0, len(points) - 1, count)
    index = np.minimum(at.astype(int), len(points) - 2)
    t = (at - index)[:, None]
    a, b, c, d = (padded[index + k] for k in range(4))
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def grid_faces(rows: int, columns: int, *, wrap_rows: bool = False, wrap_columns: bool = False) -> np.ndarray:
    """Two triangles for every cell of a grid of points.  [m, 3]."""
    i, j = np.meshgrid(np.arange(rows - (not wrap_rows)), np.arange(columns - (not wrap_columns)), indexing="ij")
    i, j = i.ravel(), j.ravel()
    below, above = i * columns, (i + 1) % rows * columns
    a, b, c, d = below + j, above + j, above + (j + 1) % columns, below + (j + 1) % columns
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])])


def lathe(profile: np.ndarray, segments: int = 40) -> Surface:
    """Turn a profile [k, 2] of (radius, height) around y, from the bottom up so that the outside is out."""
    turn = np.arange(segments) / segments * math.tau
    radius, height = np.maximum(profile[:, :1], 0), profile[:, 1:]
    points = np.stack([radius * np.cos(turn), height + 0 * turn, radius * np.sin(turn)], axis=-1).reshape(-1, 3)
    return _without_slivers(points, grid_faces(len(profile), segments, wrap_columns=True))


def turned(knots: Sequence[Sequence[float]], count: int = 36, segments: int = 40) -> Surface:
    """A lathe along a smooth curve through (radius, height) knots."""
    return lathe(curve(knots, count), segments)


def ball(radius: float = 1.0, height: float | None = None, segments: int = 32) -> Surface:
    """An ellipsoid of revolution around the origin; `height` is its half axis along y."""
    polar = np.linspace(math.pi, 0, segments // 2 + 1)
    up = radius if height is None else height
    return lathe(np.column_stack([radius * np.sin(polar), up * np.cos(polar)]), segments)


def tube(path: np.ndarray, radii: np.ndarray | float, segments: int = 14, *, closed: bool = False) -> Surface:
    """A round tube along a path [k, 3] with radii [k]; open ends get flat caps."""
    path = np.asarray(path, np.float64)
    radius = np.broadcast_to(np.asarray(radii, np.float64), len(path))
    if not closed:
        path = np.concatenate([path[:1], path, path[-1:]])
        radius = np.concatenate([[0.0], radius, [0.0]])
    first, second = _frames(path, closed)
    turn = np.arange(segments) / segments * math.tau
    ring = np.cos(turn)[:, None] * first[:, None] + np.sin(turn)[:, None] * second[:, None]  # [k, segments, 3]
    points = path[:, None] + radius[:, None, None] * ring
    faces = grid_faces(len(path), segments, wrap_rows=closed, wrap_columns=True)
    return _without_slivers(points.reshape(-1, 3), faces)


def ring(radius: float, thickness: float, segments: int = 40) -> Surface:
    """A torus around y."""
    turn = np.arange(segments) / segments * math.tau
    path = np.column_stack([radius * np.cos(turn), np.zeros(segments), radius * np.sin(turn)])
    return tube(path, thickness, 18, closed=True)


def leaf(length: float, width: float, rise: float, bend: float, fold: float = 0.3, tip: float = 1.0) -> Surface:
    """A leaf that starts at the origin towards +x.

    Args:
        length: Along the middle.
        width: Greatest full width.
        rise: Angle from the ground at the stalk, radians.
        bend: How far it has turned down at the tip, radians.
        fold: How steeply both halves rise from the middle.
        tip: Above 1 the widest place moves outwards, below 1 towards the stalk.
    """
    along, across = np.linspace(0, 1, 18), np.linspace(-1, 1, 7)
    angle = rise - bend * along
    step = length / (len(along) - 1)
    x, y = np.cumsum(np.cos(angle)) * step - step, np.cumsum(np.sin(angle)) * step - step * math.sin(rise)
    half = width / 2 * np.sin(math.pi * np.clip(along, 0.02, 0.995) ** tip) ** 0.8
    z = half[:, None] * across
    lift = fold * np.abs(z)
    points = np.stack(
        [x[:, None] - np.sin(angle)[:, None] * lift, y[:, None] + np.cos(angle)[:, None] * lift, z], axis=-1
    )
    return Surface(points.reshape(-1, 3), grid_faces(len(along), len(across)))


def box(width: float, height: float, depth: float) -> Surface:
    """A box around the origin."""
    corners = (np.array(list(np.ndindex(2, 2, 2)), np.float64) - 0.5) * [width, height, depth]
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    return Surface(corners, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))


def bent(surface: Surface, change: Callable[[np.ndarray], np.ndarray]) -> Surface:
    """Move the points [n, 3] of a surface."""
    return replace(surface, points=change(surface.points))


def part(
    surface: Surface, paint: Paint, at: Vector = (0, 0, 0), turn: np.ndarray | None = None, size: float = 1.0,
    crease: float = 50.0,
) -> Surface:  # fmt: skip
    """Paint a surface, then scale it by `size`, turn it by a matrix [3, 3] and put it at `at`."""
    fine = subdivided(with_normals(surface, crease), LONGEST_EDGE / size)
    matrix = np.eye(3) if turn is None else turn
    assert fine.normals is not None
    return replace(
        fine,
        points=size * fine.points @ matrix.T + np.asarray(at, np.float64),
        normals=fine.normals @ matrix.T,
        colours=np.maximum(paint(fine.points), 0),  # above 1 for what shines; the light cuts it
    )


def group(
    parts: Sequence[Surface], at: Vector = (0, 0, 0), turn: np.ndarray | None = None, size: float = 1.0
) -> Surface:
    """Put finished parts together and move them as one."""
    whole = joined(parts)
    matrix = np.eye(3) if turn is None else turn
    assert whole.normals is not None
    points = size * whole.points @ matrix.T + np.asarray(at, np.float64)
    return replace(whole, points=points, normals=whole.normals @ matrix.T)


def turn_x(angle: float) -> np.ndarray:
    """Rotation around x, radians.  [3, 3]."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def turn_y(angle: float) -> np.ndarray:
    """Rotation around y, radians, that takes +x to (cos, 0, sin).  [3, 3]."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])


def turn_z(angle: float) -> np.ndarray:
    """Rotation around z, radians.  [3, 3]."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def towards(direction: Vector) -> np.ndarray:
    """A rotation that takes +y to a direction.  [3, 3]."""
    up = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    side = np.cross(up, [0.0, 0.0, 1.0] if abs(up[2]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    return np.column_stack([side, up, np.cross(side, up)])


def _frames(path: np.ndarray, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors across a path at every point, turned as little as possible from one point to the next."""
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    if not closed:
        ahead = np.gradient(path, axis=0)
        ahead[[0, -1]] = ahead[[2, -3]] if len(path) > 5 else ahead[[1, -2]]
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-12)
    first = np.zeros_like(path)
    start = np.array([0.0, 1.0, 0.0]) if abs(ahead[0, 1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    for index, tangent in enumerate(ahead):
        start = start - tangent * (start @ tangent)
        start /= np.linalg.norm(start)
        first[index] = start
    return first, np.cross(first, ahead)


def _without_slivers(points: np.ndarray, faces: np.ndarray) -> Surface:
    """Drop triangles that have shrunk to a line, as at the poles of a ball."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return Surface(points, faces[area > 1e-12])
