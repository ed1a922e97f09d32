"""Ends and numbers of logarithmic axes; the toolkit itself numbers only powers of ten (no toolkit here)."""

from __future__ import annotations

import math

PADDING = 0.08
# The finest set of which at least so many lie on the axis is too fine; the first that has so many is taken.
ENOUGH, MOST = 3, 7
MANTISSAS: tuple[tuple[float, ...], ...] = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def log_limits(low: float, high: float) -> tuple[float, float]:
    """Ends of an axis on which values from `low` to `high`, both above zero, have some air."""
    air = max(math.log(high / low) * PADDING, 0.02)
    return low * math.exp(-air), high * math.exp(air)


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers between the ends of an axis, 0 < low < high: about three to seven of them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / MOST))
    for mantissas in MANTISSAS:
        powers = range(first - first % every, last + 1, every if mantissas == (1,) else 1)
        ticks = [mantissa * 10.0**power for power in powers for mantissa in mantissas]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) >= ENOUGH:
            return ticks
    # Less than about half a power of ten: as on a linear axis.
    raw = (high - low) / (ENOUGH + 1)
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next((scale * step for step in STEPS if scale * step >= raw), 10 * scale)
    start = math.ceil(low / step)
    return [index * step for index in range(start, math.floor(high / step) + 1)]
