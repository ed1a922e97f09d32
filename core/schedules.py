"""Patch scales: which part of the image the discriminator sees, and when (EpiGRAF, Section 3.3)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np

# Quotients that should be whole may be this far from it.
ROUNDING = 1e-9


class ScaleSchedule(Protocol):
    """A law of patch scales that changes over training.  One law serves sampling and plots."""

    @property
    def min_scale(self) -> float:
        """Smallest scale, r / R, in (0, 1]."""
        ...

    def sample(self, count: int, kimg: float, rng: np.random.Generator) -> np.ndarray:
        """Draw scales in [min_scale, 1].  Returns [count], float64."""
        ...

    def density(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """Probability density p_t(s) at scales [n]; infinite where the law puts mass on a single point."""
        ...

    def cumulative(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """Probability of a scale of at most each of scales [n]."""
        ...

    def quantile(self, probability: np.ndarray, kimg: float) -> np.ndarray:
        """Inverse of the cumulative distribution, at probabilities [n] in [0, 1]."""
        ...

    def mean(self, kimg: float) -> float:
        """Expected scale."""
        ...

    @property
    def final_kimg(self) -> float:
        """Time from which on the law stays as it is, kimg."""
        ...


@dataclass(frozen=True)
class BetaSchedule:
    """Annealed beta distribution of patch scales (Eq. 5).

    Early on nearly every patch is the whole image; as beta grows, small patches of fine detail join in.

    Attributes:
        min_scale: r / R, in (0, 1].
        anneal_kimg: Time T after which beta stays, kimg.
        beta_start: beta(0), > 0.
        beta_end: beta(T), > 0.
    """

    min_scale: float
    anneal_kimg: float = 10_000
    beta_start: float = 0.001
    beta_end: float = 0.8

    @property
    def final_kimg(self) -> float:
        """T, kimg."""
        return self.anneal_kimg

    def beta(self, kimg: float) -> float:
        """Second parameter of Beta(1, beta) at a time."""
        progress = min(max(kimg / self.anneal_kimg, 0), 1)
        return self.beta_start + (self.beta_end - self.beta_start) * progress

    def cumulative(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """CDF of Eq. 5 at scales [n]: that of Beta(1, b) is 1 - (1 - x)^b."""
        scale = np.asarray(scale, np.float64)
        span = 1 - self.min_scale
        above = np.clip((1 - scale) / span, 0, 1) if span else (scale < 1).astype(np.float64)
        return 1 - above ** self.beta(kimg)

    def quantile(self, probability: np.ndarray, kimg: float) -> np.ndarray:
        """Inverse CDF of Eq. 5; closed form, since the CDF of Beta(1, b) is 1 - (1 - x)^b."""
        unit = 1 - (1 - np.asarray(probability, np.float64)) ** (1 / self.beta(kimg))
        return self.min_scale + (1 - self.min_scale) * unit

    def sample(self, count: int, kimg: float, rng: np.random.Generator) -> np.ndarray:
        """Draw scales in [min_scale, 1].  Returns [count], float64."""
        return self.quantile(rng.random(count), kimg)

    def density(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """p_t(s) at scales [n]; infinite at s = 1 while beta < 1, zero outside [min_scale, 1]."""
        scale = np.asarray(scale, np.float64)
        if self.min_scale == 1:
            return np.where(scale == 1, np.inf, 0.0)
        beta = self.beta(kimg)
        unit = (scale - self.min_scale) / (1 - self.min_scale)
        inside = (unit >= 0) & (unit <= 1)
        with np.errstate(divide="ignore"):
            values = beta * (1 - np.where(inside, unit, 0.5)) ** (beta - 1) / (1 - self.min_scale)
        return np.where(inside, values, 0.0)

    def mean(self, kimg: float) -> float:
        """Expected scale: Beta(1, b) has the mean 1 / (1 + b)."""
        return self.min_scale + (1 - self.min_scale) / (1 + self.beta(kimg))


@dataclass(frozen=True)
class _UniformAbove(ABC):
    """Uniform distribution U[s_min(t), 1]; how s_min falls is what tells its kinds apart.

    Attributes:
        min_scale: r / R, in (0, 1]; s_min never falls below it.
    """

    min_scale: float

    @abstractmethod
    def lower(self, kimg: float) -> float:
        """s_min at a time."""

    def cumulative(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """CDF at scales [n]; while only whole images are drawn, a step at 1."""
        scale, lower = np.asarray(scale, np.float64), self.lower(kimg)
        if lower == 1:
            return (scale >= 1).astype(np.float64)
        return np.clip((scale - lower) / (1 - lower), 0, 1)

    def quantile(self, probability: np.ndarray, kimg: float) -> np.ndarray:
        """Inverse CDF at probabilities [n]."""
        lower = self.lower(kimg)
        return lower + (1 - lower) * np.asarray(probability, np.float64)

    def sample(self, count: int, kimg: float, rng: np.random.Generator) -> np.ndarray:
        """Draw scales in [s_min(t), 1].  Returns [count], float64."""
        return self.quantile(rng.random(count), kimg)

    def density(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """p_t(s) at scales [n]; a point mass at 1 while only whole images are drawn."""
        scale, lower = np.asarray(scale, np.float64), self.lower(kimg)
        if lower == 1:
            return np.where(scale == 1, np.inf, 0.0)
        return np.where((scale >= lower) & (scale <= 1), 1 / (1 - lower), 0.0)

    def mean(self, kimg: float) -> float:
        """Expected scale."""
        return (1 + self.lower(kimg)) / 2


@dataclass(frozen=True)
class UniformSchedule(_UniformAbove):
    """Annealed uniform distribution U[s_min(t), 1] (Eq. 4).

    Attributes:
        anneal_kimg: Time T in which s_min falls from 1 to r / R, kimg.
    """

    anneal_kimg: float = 10_000

    @property
    def final_kimg(self) -> float:
        """T, kimg."""
        return self.anneal_kimg

    def lower(self, kimg: float) -> float:
        """s_min at a time."""
        return 1 - (1 - self.min_scale) * min(max(kimg / self.anneal_kimg, 0), 1)


@dataclass(frozen=True)
class DecaySchedule(_UniformAbove):
    """Uniform distribution whose s_min decays exponentially with the steps (GRAF, GNeRF; Appendix B.3).

    s_min = clip(exp(-decay * steps / 1000), end, start), where the thousands may count only when they are full.

    Attributes:
        batch: Images per step.
        decay: Rate, per thousand steps, > 0.
        start: Most that s_min is, in (0, 1].
        end: Least that s_min is, in (0, start].
        whole_thousands: Count full thousands of steps only.
    """

    batch: int
    decay: float
    start: float
    end: float
    whole_thousands: bool = False

    @classmethod
    def graf(cls, min_scale: float, batch: int) -> DecaySchedule:
        """As GRAF has it: clip(exp(-0.0025 * 3 * floor(steps / 1000)), 0.25, 0.9)."""
        return cls(min_scale, batch, decay=0.0075, start=0.9, end=0.25, whole_thousands=True)

    @classmethod
    def gnerf(cls, min_scale: float, batch: int, image_resolution: int) -> DecaySchedule:
        """As GNeRF has it: clip(exp(-2e-4 * steps), 16 / R, 0.8)."""
        return cls(min_scale, batch, decay=0.2, start=0.8, end=min(16 / image_resolution, 0.8))

    @property
    def final_kimg(self) -> float:
        """When s_min is at its least, kimg."""
        thousands = math.log(1 / max(self.end, self.min_scale)) / self.decay
        return self.batch * (math.ceil(thousands) if self.whole_thousands else thousands)

    def lower(self, kimg: float) -> float:
        """s_min at a time; a patch is never finer than the image, so that r / R bounds it too."""
        thousands = max(kimg / self.batch, 0)
        if self.whole_thousands:
            # A step counts as taken although kimg / batch may be a hair below it.
            thousands = math.floor(thousands + ROUNDING)
        return max(min(max(math.exp(-self.decay * thousands), self.end), self.start), self.min_scale)


@dataclass(frozen=True)
class DiscreteSchedule:
    """A list of scales, each as likely as the others, at all times.

    Attributes:
        min_scale: r / R, in (0, 1].
        scales: Ascending, different, in [min_scale, 1].
    """

    min_scale: float
    scales: tuple[float, ...]

    @property
    def final_kimg(self) -> float:
        """It never changes: 0."""
        return 0.0

    def cumulative(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """CDF at scales [n]: a step at each of the list."""
        return np.searchsorted(self.scales, np.asarray(scale, np.float64), side="right") / len(self.scales)

    def quantile(self, probability: np.ndarray, kimg: float) -> np.ndarray:
        """Smallest of the scales up to which at least that much lies, at probabilities [n]."""
        steps = np.ceil(np.asarray(probability, np.float64) * len(self.scales) - ROUNDING).astype(np.int64) - 1
        return np.asarray(self.scales)[np.clip(steps, 0, len(self.scales) - 1)]

    def sample(self, count: int, kimg: float, rng: np.random.Generator) -> np.ndarray:
        """Draw scales of the list.  Returns [count], float64."""
        return self.quantile(rng.random(count), kimg)

    def density(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """Infinite at the scales of the list, zero elsewhere."""
        return np.where(np.isin(np.asarray(scale, np.float64), self.scales), np.inf, 0.0)

    def mean(self, kimg: float) -> float:
        """Expected scale."""
        return float(np.mean(self.scales))


def halvings(min_scale: float) -> tuple[float, ...]:
    """1, a half, a quarter and so on as far as the smallest scale, ascending."""
    count = math.floor(-math.log2(min_scale) + ROUNDING) + 1
    return tuple(0.5**power for power in reversed(range(count)))


def sample_offsets(scales: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Offsets uniform in [0, 1 - s]^2 (Eq. 3); the y offset counts from the bottom.  Scales [n] -> [n, 2]."""
    return rng.random((len(scales), 2)) * (1 - scales)[:, None]
