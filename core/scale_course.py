"""The law of patch scales over a whole training, changes of it included, and the mixture that ticks are drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from core.schedules import ScaleSchedule

BINS = 40
# A law of whole images has no width: its one bin that is not empty ends here at the left.
WHOLE_FROM = 0.5
# A scale this close to an edge lies on it, and so in the bin below: ticks keep scales in single precision.
ROUNDING = 1e-6
# Halvings of [r / R, 1] until a quantile of a mixture is found: to a part in 10^12.
HALVINGS = 40


@dataclass(frozen=True)
class Course:
    """Which law held from when on.

    Attributes:
        laws: Its beginning in kimg and the law, by time; the first begins at 0.
    """

    laws: tuple[tuple[float, ScaleSchedule], ...]

    def at(self, kimg: float) -> ScaleSchedule:
        """The law that is drawn from at a time."""
        return next((law for start, law in reversed(self.laws) if start <= kimg), self.laws[0][1])

    @property
    def last(self) -> ScaleSchedule:
        """The law that holds from the last change on."""
        return self.laws[-1][1]

    @property
    def min_scale(self) -> float:
        """Smallest scale of all."""
        return min(law.min_scale for _, law in self.laws)

    @property
    def final_kimg(self) -> float:
        """Time from which on nothing changes any more, kimg."""
        return max(self.laws[-1][0], self.last.final_kimg)

    def agrees_until(self, other: Course) -> float:
        """Time up to which another course is the same, kimg; infinite if all of it is."""
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self.laws, other.laws, strict=False)))
        starts = [laws[shared][0] for laws in (self.laws, other.laws) if len(laws) > shared]
        return min(starts, default=math.inf)

    def mean(self, kimg: float) -> float:
        """Expected scale at a time."""
        return self.at(kimg).mean(kimg)

    def masses(self, edges: np.ndarray, kimg: float) -> np.ndarray:
        """Probability of each bin at a time.  Edges [bins + 1] from the smallest scale to 1 -> [bins], sum 1."""
        return _differences(self.at(kimg).cumulative(edges + ROUNDING, kimg))

    def mixture(self, spans: list[tuple[float, float, float]], moments: int) -> Mixture:
        """What is drawn in spans of time while the law changes.

        Args:
            spans: Beginning and end in kimg, and weight, such as the number of draws.
            moments: Moments per span whose laws are mixed.
        """
        shares = (np.arange(moments) + 0.5) / moments
        times = np.concatenate([start + (end - start) * shares for start, end, _ in spans])
        weights = np.repeat([weight for _, _, weight in spans], moments)
        return Mixture(self, times, weights / weights.sum())


@dataclass(frozen=True)
class Mixture:
    """Laws of several moments, mixed.

    Attributes:
        course: Whose laws.
        times: [n] moments, kimg.
        weights: [n] of the moments, sum 1.
    """

    course: Course
    times: np.ndarray
    weights: np.ndarray

    def cumulative(self, scale: np.ndarray) -> np.ndarray:
        """Probability of a scale of at most each of scales [m]."""
        total = np.zeros(np.shape(scale))
        for kimg, weight in zip(self.times.tolist(), self.weights.tolist(), strict=True):
            total += weight * self.course.at(kimg).cumulative(scale, kimg)
        return total

    def masses(self, edges: np.ndarray) -> np.ndarray:
        """Probability of each bin.  Edges [bins + 1] from the smallest scale to 1 -> [bins], sum 1."""
        return _differences(self.cumulative(edges + ROUNDING))

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """Smallest scale up to which at least that much lies, at probabilities [m] in (0, 1]; by bisection."""
        low, high = np.full(np.shape(probability), self.course.min_scale), np.ones(np.shape(probability))
        at_least = self.cumulative(low) >= probability
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            enough = self.cumulative(middle) >= probability
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.where(at_least, self.course.min_scale, high)


def bin_edges(min_scale: float) -> np.ndarray:
    """Bins of equal width from the smallest scale, in (0, 1], to 1.  Returns [BINS + 1]."""
    return np.linspace(min_scale if min_scale < 1 else WHOLE_FROM, 1, BINS + 1)


def bin_counts(scales: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """How many of the scales [n] lie in each bin; those beyond the ends by rounding count there.  Returns [bins]."""
    return np.histogram(np.clip(np.asarray(scales, np.float64) - ROUNDING, edges[0], edges[-1]), edges)[0]


def _differences(below: np.ndarray) -> np.ndarray:
    below[0], below[-1] = 0, 1
    return np.diff(below)
