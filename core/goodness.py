"""How well draws fit a law: the Kolmogorov-Smirnov distance, and how often chance alone makes it as large."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Terms of both series of the Kolmogorov distribution: where each is used, the fifth is below 1e-12.
TERMS = 5
# Below, the series of small distances converges faster.
SMALL = 1.18


@dataclass(frozen=True)
class Fit:
    """What the test of Kolmogorov and Smirnov says.

    Attributes:
        count: Independent draws.
        distance: Largest difference between the shares that were drawn up to a value and the law's probability, [0, 1].
        chance: How often draws from the law itself are at least as far off, in [0, 1]; the p-value.
    """

    count: int
    distance: float
    chance: float


def fit(draws: np.ndarray, cumulative: Callable[[np.ndarray], np.ndarray]) -> Fit | None:
    """Compare draws with a law.  None without draws.

    Draws in single precision are compared with the law of what is rounded likewise: where nearly all of it lies within
    a rounding of one value, as that of scales early on, the unrounded law would look wrong.  Where the law has points
    of their own probability, or changes from draw to draw (then `cumulative` is that of the mixture), the chance that
    is returned is an upper bound.

    Args:
        draws: [n], independent.
        cumulative: Probability of at most each of values [m].
    """
    values, counted = np.unique(draws, return_counts=True)
    if not len(values):
        return None
    half = np.spacing(np.abs(values)).astype(np.float64) / 2
    upper, values = np.cumsum(counted) / counted.sum(), values.astype(np.float64)
    below = np.abs(upper - counted / counted.sum() - cumulative(values - half))
    above = np.abs(upper - cumulative(values + half))
    distance, count = float(max(below.max(), above.max())), int(counted.sum())
    return Fit(count, distance, chance_of(distance, count))


def fit_counts(counts: np.ndarray, upper: np.ndarray) -> Fit | None:
    """Compare draws that were only counted with a continuous law.  None without draws.

    The distance is taken at the ends of the bins.  It misses what happens within one, so it is at most a bin's
    probability too small, and the chance that is returned an upper bound.

    Args:
        counts: [bins] draws in each.
        upper: [bins] probability of at most the upper end of each.
    """
    count = int(counts.sum())
    if not count:
        return None
    distance = float(np.abs(np.cumsum(counts) / count - upper).max())
    return Fit(count, distance, chance_of(distance, count))


def chance_of(distance: float, count: int) -> float:
    """The chance of a distance at least so large between `count` draws and their own law.

    The limit law of Kolmogorov (1933) with the correction for few draws of Stephens (1970), right to two digits from
    five draws on.
    """
    root = math.sqrt(count)
    return kolmogorov((root + 0.12 + 0.11 / root) * distance)


def kolmogorov(x: float) -> float:
    """Probability that the supremum of a Brownian bridge's magnitude is more than x >= 0.

    2 sum_k (-1)^(k-1) exp(-2 k² x²), or for small x what the theta function makes of it:
    1 - sqrt(2 pi) / x sum_k exp(-(2k - 1)² pi² / (8 x²)).
    """
    if x <= 0:
        return 1.0
    terms = range(1, TERMS + 1)
    if x < SMALL:
        small = sum(math.exp(-((2 * k - 1) ** 2) * math.pi**2 / (8 * x * x)) for k in terms)
        return 1 - math.sqrt(2 * math.pi) / x * small
    return max(2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in terms), 0.0)
