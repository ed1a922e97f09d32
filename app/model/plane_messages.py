"""What the Tri-planes panel asks of the model worker."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.inspection import Inspection
from widgets.plane_view import PlanePainting


@dataclass(frozen=True)
class PlanesQuestion(Inspection):
    """The planes of a sample as pictures.

    Attributes:
        painting: What of their features is shown.
        channel: Which, where it is one channel; from 0.
    """

    painting: PlanePainting = "components"
    channel: int = 0


@dataclass(frozen=True)
class PlanesAnswer:
    """Beside it travels one array: [3, size, size, 3], uint8, of components; else [3, size, size], float32.

    Rows come from the lowest second coordinate.

    Attributes:
        question: What was asked.
        axes: Which coordinates span each plane; the first runs along its width.
        features: Channels of each plane.
        box: Half the edge of the box, world units.
        shares: Of the variance that the components explain; empty where none were asked for.
    """

    question: PlanesQuestion
    axes: tuple[tuple[int, int], ...]
    features: int
    box: float
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class PointQuestion(Inspection):
    """What the field says of a point, world units."""

    point: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class PointAnswer:
    """What the field says of it.

    Attributes:
        question: What was asked.
        density: Per world unit, after softplus.
        colour: About -1 to 1 each.
        left_out: Density without each of the planes.
    """

    question: PointQuestion
    density: float
    colour: tuple[float, float, float]
    left_out: tuple[float, float, float]
