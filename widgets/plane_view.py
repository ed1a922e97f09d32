"""What the Tri-planes panel shows and wants: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.scene import ALL_PLANES
from widgets.notes import Problem
from widgets.picture import Picture

PlanePainting = Literal["components", "lengths", "channel"]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class PlaneLook:
    """How the planes are shown.

    Attributes:
        painting: Their features by their principal components, how long they are, or one of them.
        channel: Which, from 0.
    """

    painting: PlanePainting = "components"
    channel: int = 0


@dataclass(frozen=True)
class PointReading:
    """What the field says of the point under the crosshair.

    Attributes:
        density: Per world unit, after softplus.
        colour: In [0, 1] each.
        left_out: Density without each of the planes.
    """

    density: float
    colour: tuple[float, float, float]
    left_out: tuple[float, float, float]


@dataclass(frozen=True)
class PlanesView:
    """What there is to show.

    Attributes:
        pictures: Of each plane; empty while there are none.
        axes: Which coordinates span each; the first runs along its width, the second upwards.
        features: Channels of each.
        size: Texels along an edge.
        box: Half the edge of the box, world units.
        shares: Of the variance that red, green and blue stand for; empty without components.
        values: Least and greatest value shown; none for components.
        planes: Those that count, of the Scene.
        point: Under the crosshair, world units; none until somebody has chosen one.
        reading: What the field says of it; none while it is asked.
        problem: Why there are no pictures.
        waiting: Why there are none yet, for people; empty if nothing is awaited.
    """

    pictures: tuple[Picture, ...] = ()
    axes: tuple[tuple[int, int], ...] = ()
    features: int = 0
    size: int = 0
    box: float = 1.0
    shares: tuple[float, ...] = ()
    values: tuple[float, float] | None = None
    planes: tuple[int, ...] = ALL_PLANES
    point: Point | None = None
    reading: PointReading | None = None
    problem: Problem | None = None
    waiting: str = ""


@dataclass(frozen=True)
class PlanesWish:
    """What is wanted.

    Attributes:
        planes: Those that shall count.
        point: Where the crosshair shall be; none: nowhere.
        retry: Ask again for what has failed.
    """

    planes: tuple[int, ...]
    point: Point | None
    retry: bool = False


def on_plane(point: Point, axes: tuple[int, int], box: float) -> tuple[float, float]:
    """Where a point lies in a plane's picture: 0 to 1 from the left, and from below, if it is in the box."""
    across, up = (0.5 + 0.5 * point[axis] / box for axis in axes)
    return across, up


def moved_on_plane(point: Point | None, axes: tuple[int, int], box: float, across: float, up: float) -> Point:
    """The point with two coordinates as chosen in a plane's picture, inside the box; the third stays."""
    found = list(point or (0.0, 0.0, 0.0))
    for axis, share in zip(axes, (across, up), strict=True):
        found[axis] = box * (2 * min(max(share, 0.0), 1.0) - 1)
    return found[0], found[1], found[2]
