"""A triangle mesh as arrays, as it travels to files; free of VTK."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh in the world of the cameras: y is up.

    Attributes:
        points: Vertices, [n, 3], float32, world units.
        faces: Triangles, [m, 3], int64: numbers of vertices, counter-clockwise seen from outside.
        normals: Unit vectors out of the surface, [n, 3], float32.
        colours: Of the vertices, [n, 3], uint8, sRGB; none if nobody has asked for them.
    """

    points: np.ndarray
    faces: np.ndarray
    normals: np.ndarray
    colours: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        count = len(self.points)
        if self.normals.shape != (count, 3) or (self.colours is not None and self.colours.shape != (count, 3)):
            raise ValueError(f"mesh: {count} vertices, but normals or colours of another number")
