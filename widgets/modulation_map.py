"""Sigma of a layer made ready for a heat map: order of the filters, range of the colours, rows for few pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

Order = Literal["filter", "mean", "change"]
Range = Literal["layer", "all", "full"]
# Sigma = tanh(...) + 1 lies in here (METHOD, section 2).
FULL = (0.0, 2.0)
# Half precision tells no smaller steps from nothing: a narrower range would colour its rounding.
LEAST_SPAN = 0.01


def filter_order(sigma: np.ndarray, order: Order) -> np.ndarray:
    """Filters from top to bottom, the largest first when sorted.  Sigma [scales, filters] -> [filters] indices."""
    match order:
        case "filter":
            return np.arange(sigma.shape[1])
        case "mean":
            key = sigma.mean(axis=0)
        case "change":
            key = np.ptp(sigma, axis=0)
    return np.argsort(-key, kind="stable")


def colour_range(layers: Mapping[str, np.ndarray], layer: str, kind: Range) -> tuple[float, float]:
    """Sigma of the first and of the last colour."""
    if kind == "full":
        return FULL
    shown = [layers[layer]] if kind == "layer" else list(layers.values())
    low, high = min(float(sigma.min()) for sigma in shown), max(float(sigma.max()) for sigma in shown)
    missing = max(LEAST_SPAN - (high - low), 0) / 2
    return low - missing, high + missing


def thinned(rows: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    """Means of neighbouring rows, so that at most `most` are left; at least 1.

    Args:
        rows: [n, columns].
        most: At least 1.

    Returns:
        ([ceil(n / step), columns], step): the last mean may be of fewer rows.
    """
    step = max(math.ceil(len(rows) / most), 1)
    if step == 1:
        return rows, 1
    starts = np.arange(0, len(rows), step)
    sizes = np.diff(np.append(starts, len(rows)))
    return np.add.reduceat(rows, starts, axis=0) / sizes[:, None], step
