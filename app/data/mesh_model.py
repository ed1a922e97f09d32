"""A textured object in memory: surfaces with colours, and the geometry that rendering needs (NumPy only)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

MAX_SPLITS = 8
# Splitting multiplies triangles; a mesh of this many is fine enough for any picture.
MAX_TRIANGLES = 400_000


@dataclass(frozen=True)
class Surface:
    """Triangles with a colour at every vertex, and an optional texture that multiplies it.

    Attributes:
        points: [n, 3] float64.
        faces: [m, 3] int64, indices of points.
        colours: [n, 3] float64 in [0, 1]; None asks for a procedural texture.
        normals: [n, 3] unit vectors, or None before `with_normals`.
        uv: [n, 2] texture coordinates, v up; or None.
        texture: [h, w, 3] uint8, rows from the top; or None.
    """

    points: np.ndarray
    faces: np.ndarray
    colours: np.ndarray | None = None
    normals: np.ndarray | None = None
    uv: np.ndarray | None = None
    texture: np.ndarray | None = None


@dataclass(frozen=True)
class Model:
    """A named object of one or more surfaces."""

    name: str
    surfaces: tuple[Surface, ...]

    @property
    def points(self) -> np.ndarray:
        """Points that are part of a triangle.  [n, 3], float64."""
        return np.concatenate([surface.points[np.unique(surface.faces)] for surface in self.surfaces])

    def transformed(self, offset: np.ndarray, scale: float) -> Model:
        """Every point p becomes (p + offset) * scale."""
        moved = (replace(surface, points=(surface.points + offset) * scale) for surface in self.surfaces)
        return replace(self, surfaces=tuple(moved))


def bounding_sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """A small sphere that holds points [n, 3]: Ritter's start, then shrunk by steps towards the farthest point.

    Returns:
        Centre [3] and the exact radius around it, at most about 1% larger than the smallest possible.
    """
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    for step in range(1, 200):
        farthest = points[np.argmax(((points - centre) ** 2).sum(axis=1))]
        centre = centre + (farthest - centre) / (step + 1)  # Badoiu and Clarkson: within 1/sqrt(steps) of the optimum
    return centre, float(np.sqrt(((points - centre) ** 2).sum(axis=1).max()))


def face_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Normals times twice the area.  [m, 3]."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def with_normals(surface: Surface, crease: float = 45.0) -> Surface:
    """Smooth normals that break at creases; vertices there are doubled.

    A corner's normal is the mean over the faces around the vertex whose planes differ by less than `crease` degrees
    from that of its own face, weighted by area.  Vertices at the same place (seams of textures, STL) count as one.

    Args:
        surface: Its own normals, if any, are replaced.
        crease: Degrees.
    """
    points, faces = surface.points, surface.faces
    weighted = face_normals(points, faces)
    unit = weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-30)
    place = _places(points)[faces].ravel()  # [3m] place of every corner
    owner = np.repeat(np.arange(len(faces)), 3)  # [3m] face of every corner
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(place.max() + 2))
    count = np.diff(first)
    smooth = np.zeros((len(place), 3))
    # Corners at a place are compared with each other, k-th neighbour by k-th neighbour, so that NumPy does the work.
    for k in range(int(count.max())):
        has = count[place] > k
        other = owner[order[first[place[has]] + k]]
        alike = np.abs((unit[other] * unit[owner[has]]).sum(axis=1))
        turned = np.sign((unit[other] * unit[owner[has]]).sum(axis=1))  # a neighbour may be wound the other way
        near = alike > np.cos(np.radians(crease))
        smooth[has] += weighted[other] * (turned * near)[:, None]
    length = np.linalg.norm(smooth, axis=1, keepdims=True)
    smooth = np.where(length > 1e-30, smooth / np.maximum(length, 1e-30), unit[owner])
    return _split_corners(surface, smooth)


def subdivided(surface: Surface, longest: float) -> Surface:
    """Halve edges until none is longer than `longest` (world units); neighbours agree, so no cracks open."""
    for _ in range(MAX_SPLITS):
        edges, halves = _edges(surface.faces)  # [e, 2], [m, 3]
        length = np.linalg.norm(surface.points[edges[:, 0]] - surface.points[edges[:, 1]], axis=1)
        cut = length > longest
        if not cut.any() or len(surface.faces) > MAX_TRIANGLES:
            break
        surface = _cut_edges(surface, edges, halves, cut)
    return surface


def joined(surfaces: Sequence[Surface]) -> Surface:
    """One surface of several untextured ones, all with colours."""
    starts = np.cumsum([0, *(len(surface.points) for surface in surfaces)])
    return Surface(
        points=np.concatenate([surface.points for surface in surfaces]),
        faces=np.concatenate([surface.faces + start for surface, start in zip(surfaces, starts, strict=False)]),
        colours=np.concatenate([surface.colours for surface in surfaces if surface.colours is not None]),
        normals=np.concatenate([surface.normals for surface in surfaces if surface.normals is not None]),
    )


def _places(points: np.ndarray) -> np.ndarray:
    """Number of the place of every point; points closer than a millionth of the extent share one.  [n], int64."""
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    return np.unique(np.rint(points / extent * 1e6).astype(np.int64), axis=0, return_inverse=True)[1].ravel()


def _split_corners(surface: Surface, normals: np.ndarray) -> Surface:
    """Give every corner its normal [3m, 3], keeping one vertex for corners that agree."""
    corners = surface.faces.ravel()
    keys = np.column_stack([corners, np.rint(normals * 1000).astype(np.int64)])
    _, kept, faces = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    source = corners[kept]
    return replace(
        surface,
        points=surface.points[source],
        faces=faces.reshape(-1, 3),
        normals=normals[kept],
        colours=None if surface.colours is None else surface.colours[source],
        uv=None if surface.uv is None else surface.uv[source],
    )


def _edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges [e, 2] and the edge after each corner of every face [m, 3]."""
    pairs = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    # One number per edge: np.unique on rows is many times slower.
    keys, inverse = np.unique(pairs[:, 0] * (faces.max() + 1) + pairs[:, 1], return_inverse=True)
    return np.column_stack(np.divmod(keys, faces.max() + 1)), inverse.reshape(-1, 3)


def _cut_edges(surface: Surface, edges: np.ndarray, halves: np.ndarray, cut: np.ndarray) -> Surface:
    """Put a vertex on every edge that is cut [e] and make triangles of what arises."""
    a, b = edges[cut].T
    middle = np.full(len(edges), -1)
    middle[cut] = len(surface.points) + np.arange(len(a))
    faces, mid = surface.faces, middle[halves]  # mid[:, i] lies between corners i and i + 1
    number = (mid >= 0).sum(axis=1)
    made = [faces[number == 0]]
    for wanted in (1, 2, 3):
        some = number == wanted
        # Turn the triangle so that its first edge is cut (1), its last edge is whole (2).
        turn = np.argmax(mid[some] >= 0, axis=1) if wanted == 1 else (np.argmin(mid[some], axis=1) + 1) % 3
        index = (np.arange(3) + turn[:, None]) % 3
        p, q, r = np.take_along_axis(faces[some], index, axis=1).T
        pq, qr, rp = np.take_along_axis(mid[some], index, axis=1).T
        triangles = {
            1: [(p, pq, r), (pq, q, r)],
            2: [(pq, q, qr), (p, pq, qr), (p, qr, r)],
            3: [(p, pq, rp), (pq, q, qr), (rp, qr, r), (pq, qr, rp)],
        }
        made += [np.column_stack(corners) for corners in triangles[wanted]]

    def grown(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.concatenate([values, (values[a] + values[b]) / 2])

    points, normals = (
        np.concatenate([surface.points, (surface.points[a] + surface.points[b]) / 2]),
        grown(surface.normals),
    )
    if normals is not None:
        normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    return replace(
        surface, points=points, faces=np.concatenate(made), normals=normals,
        colours=grown(surface.colours), uv=grown(surface.uv),
    )  # fmt: skip
