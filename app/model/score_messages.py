"""What is asked of the model worker about scores of a discriminator, and its answers; torch-free.

A map or a curve comes in several answers to several questions, coarse first: the worker keeps every score, so that a
finer one costs only what is new, and a question that gives way to something more urgent is taken up again where it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.model.inspection import Inspection
from app.workers.worker_share import OF
from core.score_grid import Place
from widgets.score_view import KINDS, Kind

# Kinds of requests; one for each kind of picture.
MAP, CURVE = "score map", "score curve"
DESK = "scores"
# Why one kind of discriminator has no map.
NO_PATCHES = (
    "this discriminator judges whole pictures, each beside its raw one: it has no patches to slide over a picture"
)
# As the worker hears of them: all of them give way to others.
YIELDING = frozenset(f"{name} {kind}{OF}{DESK}" for name in (MAP, CURVE) for kind in KINDS)


@dataclass(frozen=True)
class RealData:
    """Where real pictures are.

    Attributes:
        config: The config.yaml of a run, whose data set it is; empty for none.
        archive: A zip or folder of a data set, where there is no run; empty for none.
    """

    config: str = ""
    archive: str = ""

    @property
    def known(self) -> bool:
        """Whether there are any."""
        return bool(self.config or self.archive)


@dataclass(frozen=True)
class Judged:
    """A picture that a discriminator judges, beside others of its kind.

    Attributes:
        kind: A real one, or that of the question's sample.
        data: Where real ones are.
        index: Which real one; after the last they begin anew.
        pose: Yaw and pitch from which the generated one is seen, radians; None: those of the real one.
    """

    kind: Kind
    data: RealData
    index: int
    pose: tuple[float, float] | None = None


@dataclass(frozen=True)
class MapQuestion(Inspection):
    """How does the discriminator judge squares all over a picture?

    Attributes:
        judged: The picture.
        scale: Of the squares; less than the smallest patch means that one.
        count: Squares along a side, one of core/score_grid.MAP_COUNTS, or 1 for a whole image.
    """

    judged: Judged
    scale: float
    count: int


@dataclass(frozen=True)
class CurveQuestion(Inspection):
    """How does it judge squares of all scales around one place?

    Attributes:
        judged: The picture.
        place: In shares of its edge, x from the left, y from the bottom.
        count: Scales, one of core/score_grid.CURVE_COUNTS.
    """

    judged: Judged
    place: Place
    count: int


@dataclass(frozen=True)
class Facts:
    """What is known of a picture and of its judge.

    Attributes:
        name: Of the picture, for people.
        pose: Yaw and pitch, radians; None where nobody knows them.
        pictures: How many real ones there are; None without any.
        least_scale: Of the smallest patch.
        resolution: Pixels along a side of the picture.
        group: Pictures that are judged together.
        blur: Sigma of the blur of patches at that time of the training, pixels.
    """

    name: str
    pose: tuple[float, float] | None
    pictures: int | None
    least_scale: float
    resolution: int
    group: int
    blur: float = 0.0


@dataclass(frozen=True)
class MapAnswer:
    """Scores [rows from the top, columns], float32, and the picture [R, R, 3], uint8, travel beside it.

    Attributes:
        question: What was asked.
        scale: Of the squares as they were judged.
        facts: About the picture.
    """

    question: MapQuestion
    scale: float
    facts: Facts


@dataclass(frozen=True)
class CurveAnswer:
    """Scales [n] and scores [n], float32, travel beside it.

    Attributes:
        question: What was asked.
    """

    question: CurveQuestion
