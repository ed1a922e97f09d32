"""What the Patch scales panel shows and asks for: laws over a training, what was drawn, and a law that is tried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.goodness import Fit
from core.scale_course import Course
from widgets.notes import Note

LawKind = Literal["beta", "uniform", "graf", "gnerf", "discrete"]
# Laws side by side: the run's, the one that is tried out, and the published ones at the run's settings.
LawName = Literal["run", "what if", "beta", "uniform", "graf", "gnerf"]
Span = Literal["annealing", "so far"]
Window = Literal["last", "ten", "kept"]
# Ticks that a window holds at most, the one that is looked at and those before it.
TICKS: dict[Window, int] = {"last": 1, "ten": 10, "kept": 64}
CoverageWindow = Literal["so far"] | Window
# Of which quantiles the panel tells.
PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)


def _empty() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class LawSettings:
    """What decides a law, as far as the panel lets one try it.

    Attributes:
        kind: Which law.
        anneal_kimg: T of the laws beta and uniform, kimg.
        beta_end: beta(T) of the law beta.
        patch_resolution: r, px.
    """

    kind: LawKind = "beta"
    anneal_kimg: float = 10_000.0
    beta_end: float = 0.8
    patch_resolution: int = 64


@dataclass(frozen=True)
class LawLine:
    """One law over a training.

    Attributes:
        course: The law itself.
        words: What it is, on one line.
        kimg: [n] moments.
        means: [n] expected scale then.
        density: [bins, columns] mean density of each bin, the top row ends at s = 1; columns go from 0 to the end.
    """

    course: Course
    words: str
    kimg: np.ndarray
    means: np.ndarray
    density: np.ndarray


@dataclass(frozen=True)
class LawsView:
    """The laws of a run.

    Attributes:
        run: Name of the run.
        settings: Of the run's own law now.
        trial: Of the law that is tried out; as the run's while nothing is.
        image_resolution: R, px.
        now_kimg: How far the run is.
        end_kimg: Where the axis of time ends.
        lines: By name; the one that is tried out is missing while it is the run's own.
        whole: Whether the discriminator judges whole pictures, so that there are no patches.
    """

    run: str
    settings: LawSettings
    trial: LawSettings
    image_resolution: int
    now_kimg: float
    end_kimg: float
    lines: Mapping[LawName, LawLine]
    whole: bool = False

    @property
    def resolutions(self) -> tuple[int, ...]:
        """Sizes of patches that can be tried, ascending: powers of two up to the image, and the run's own."""
        powers = {2**power for power in range(3, 12) if 2**power <= self.image_resolution}
        return tuple(sorted(powers | {self.settings.patch_resolution}))


@dataclass(frozen=True)
class CoverageView:
    """Which parts of the image plane lay in patches, beside what the laws that held meanwhile expect.

    Attributes:
        ticks: Number of the first and of the last tick.
        kimg: When the first began and the last ended.
        seen: [cells, cells] share of the patches that covered each cell of the image plane, row 0 at the bottom.
        expected: [cells, cells] the same by the law.
        places: Whether positions are even, across and upwards, in the room that each scale leaves.
    """

    ticks: tuple[int, int]
    kimg: tuple[float, float]
    seen: np.ndarray
    expected: np.ndarray
    places: tuple[Fit | None, Fit | None]


@dataclass(frozen=True)
class CoverageSoFar(CoverageView):
    """The coverage from the beginning of the run up to the tick that is looked at, or as much of it as is read.

    Attributes:
        draws: How many patches are counted.
        read: How many ticks are gone through.
        wanted: How many there are up to the one that is looked at.
        skipped: How many of those that are gone through cannot be read, and are left out.
        problem: Why the last of them cannot; empty if all can.
        unfinished: Whether more ticks are to be read, be it up to the one that is looked at or after it.
    """

    draws: int
    read: int
    wanted: int
    skipped: int
    problem: str
    unfinished: bool


@dataclass(frozen=True)
class DrawnView(CoverageView):
    """What was drawn in a window of ticks, beside the mixture of the laws that held meanwhile.

    Attributes:
        edges: [bins + 1] scales that bound the bins.
        counts: [bins] draws in each.
        masses: [bins] probability of each.
        fit: How well scales and law fit; None while nothing is drawn.
        quantiles: [n] scales up to which PROBABILITIES of the draws lie.
        law_quantiles: [n] the same of the mixture.
        problem: What could not be read; empty if all is well.
    """

    edges: np.ndarray
    counts: np.ndarray
    masses: np.ndarray
    fit: Fit | None
    quantiles: np.ndarray
    law_quantiles: np.ndarray
    problem: str = ""


@dataclass(frozen=True)
class PatchesView:
    """Everything about the patches of a run.

    Attributes:
        laws: None while they are being read.
        drawn: None while it is being read, or before the first tick.
        so_far: Likewise; read only while Coverage shows it.
        ticks: How many ticks there are.
        moment: The moment that is looked at, kimg.
        curve_kimg: [n] moments of the means.
        curve_means: [n] mean of the scales that were drawn in each tick.
        blocked: Why a law cannot be applied now, whatever it is; empty if one can.
        waiting: What is being waited for; empty if nothing is.
        answer: What became of the last change.
        problem: Why the laws cannot be read; empty if they can.
    """

    laws: LawsView | None = None
    drawn: DrawnView | None = None
    so_far: CoverageSoFar | None = None
    ticks: int = 0
    moment: float = 0.0
    curve_kimg: np.ndarray = field(default_factory=_empty)
    curve_means: np.ndarray = field(default_factory=_empty)
    blocked: str = ""
    waiting: str = ""
    answer: Note = field(default_factory=Note)
    problem: str = ""


@dataclass(frozen=True)
class PatchSetup:
    """How one looks at the patches.

    Attributes:
        window: Which ticks are counted in Drawn.
        coverage: Which in Coverage.
        span: What the axis of time shows.
        trial: The law that is tried out; None: nothing is.
    """

    window: Window = "last"
    coverage: CoverageWindow = "so far"
    span: Span = "annealing"
    trial: LawSettings | None = None


@dataclass(frozen=True)
class ApplyLaw:
    """Tell the trainer to draw from the law that is tried out."""


@dataclass(frozen=True)
class LookAt:
    """Look at the tick that ended nearest to a moment, kimg."""

    kimg: float


PatchWish = ApplyLaw | LookAt
