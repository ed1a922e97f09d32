"""What is known of densities and of surfaces, in numbers: for people, and for whoever draws them.  No torch, no VTK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.camera import Vector
from core.geometry import Filter


@dataclass(frozen=True)
class Densities:
    """How the densities of a grid are distributed.  Per world unit, after softplus.

    Attributes:
        least: Of all points of the grid.
        most: Likewise.
        edges: Of the histogram's bins, ascending, logarithmic, one more than counts.
        counts: Points of the grid in each bin.
        proposed: Threshold at which the surface lies where the volume rendering has its shell; none where rays meet
            nothing (core/threshold.py).
    """

    least: float
    most: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    proposed: float | None


@dataclass(frozen=True)
class Figures:
    """What can be counted and measured of a mesh.

    Attributes:
        vertices: How many.
        faces: Triangles.
        components: Parts that do not touch.
        open_edges: Edges of one face only.
        manifold: Whether no edge has more than two faces.
        area: World units squared.
        volume: World units cubed; of an open surface none.
        bounds: Least x, y, z and greatest x, y, z, world units.
    """

    vertices: int
    faces: int
    components: int
    open_edges: int
    manifold: bool
    area: float
    volume: float | None
    bounds: tuple[Vector, Vector]

    @property
    def watertight(self) -> bool:
        """Whether it has an inside."""
        return self.manifold and self.open_edges == 0


@dataclass(frozen=True)
class Step:
    """What a filter has done.

    Attributes:
        filter: Which.
        before: Of the mesh that it was given.
        after: Of the mesh that it made.
        milliseconds: What it took.
    """

    filter: Filter
    before: Figures
    after: Figures
    milliseconds: float


@dataclass(frozen=True)
class Legend:
    """What colours mean.

    Attributes:
        title: With its unit.
        least: Value of the first colour.
        most: Value of the last one.
        logarithmic: Whether values between them are.
        colours: 0 to 255 each, evenly spaced.
    """

    title: str
    least: float
    most: float
    logarithmic: bool
    colours: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Picked:
    """A place on the surface or on a slice.

    Attributes:
        position: World units.
        normal: Unit vector, out of the surface.
        density: Of the grid, there; per world unit.
        on: What was hit.
    """

    position: Vector
    normal: Vector
    density: float
    on: Literal["surface", "slice"]
