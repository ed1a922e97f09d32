"""Exponential smoothing of long noisy lines, without the pull towards zero at their beginning (NumPy)."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

MOST_SMOOTHING = 0.999
# Points that one product of matrices takes together.
BLOCK = 64
# Logarithm of what changes no number when it is taken from 1.
NEGLIGIBLE = -40.0


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """A debiased exponential moving average, as of TensorBoard: s_i = a s_(i-1) + (1 - a) y_i, over 1 - a^i.

    Args:
        values: [n]; NaN where there is no value: those places are skipped and stay NaN.
        weight: How much of the past is kept per point, a in [0, 1); 0 changes nothing.

    Returns:
        [n], float64.

    Raises:
        ValueError: The weight is outside its range.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"the weight of smoothing is {weight}; it must be at least 0 and below 1")
    values = np.asarray(values, np.float64)
    if weight == 0:
        return values.copy()
    known = ~np.isnan(values)
    given = values[known]
    result = np.full(len(values), np.nan)
    average = (1 - weight) * _decayed_sums(given, weight)
    # 1 - a^i: a plain subtraction would leave little of it where a is close to 1; and soon it is 1.
    early = min(len(given), math.ceil(NEGLIGIBLE / math.log(weight)))
    average[:early] /= -np.expm1(math.log(weight) * np.arange(1, early + 1))
    result[known] = average
    return result


def _decayed_sums(values: np.ndarray, decay: float) -> np.ndarray:
    """s_i = decay s_(i-1) + v_i.  Sums of positive multiples only: no length and no decay makes it inexact."""
    count = len(values)
    if count <= BLOCK:
        return _decays(decay)[:count, :count] @ values
    blocks = np.zeros((-(-count // BLOCK), BLOCK))
    blocks.ravel()[:count] = values
    blocks = blocks @ _decays(decay).T  # [blocks, BLOCK], as if each block had nothing before it
    carried = _decayed_sums(blocks[:, -1], decay**BLOCK)
    blocks[1:] += carried[:-1, None] * decay ** np.arange(1, BLOCK + 1)
    return blocks.ravel()[:count]


@lru_cache(maxsize=8)
def _decays(decay: float) -> np.ndarray:
    """decay^(i - j) for j <= i, else 0.  Returns [BLOCK, BLOCK]."""
    powers = np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK))
    return np.where(powers >= 0, decay ** np.maximum(powers, 0), 0.0)
