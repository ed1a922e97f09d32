"""Patch scales: which part of the image the discriminator sees, and when (EpiGRAF, Section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


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
        """Probability density p_t(s) at scales [n]; infinite where the law puts all its mass on one point."""
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
class UniformSchedule:
    """Annealed uniform distribution U[s_min(t), 1] (Eq. 4).

    Attributes:
        min_scale: r / R, in (0, 1].
        anneal_kimg: Time T in which s_min falls from 1 to r / R, kimg.
    """

    min_scale: float
    anneal_kimg: float = 10_000

    def lower(self, kimg: float) -> float:
        """s_min at a time."""
        return 1 - (1 - self.min_scale) * min(max(kimg / self.anneal_kimg, 0), 1)

    def cumulative(self, scale: np.ndarray, kimg: float) -> np.ndarray:
        """CDF at scales [n]; before the annealing starts, a step at 1."""
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
        """p_t(s) at scales [n]; a point mass at 1 before the annealing starts."""
        scale, lower = np.asarray(scale, np.float64), self.lower(kimg)
        if lower == 1:
            return np.where(scale == 1, np.inf, 0.0)
        return np.where((scale >= lower) & (scale <= 1), 1 / (1 - lower), 0.0)

    def mean(self, kimg: float) -> float:
        """Expected scale."""
        return (1 + self.lower(kimg)) / 2


def sample_offsets(scales: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Offsets uniform in [0, 1 - s]^2 (Eq. 3); the y offset counts from the bottom.  Scales [n] -> [n, 2]."""
    return rng.random((len(scales), 2)) * (1 - scales)[:, None]
