"""Thins long lines for plotting, so that no peak is lost: the smallest and largest value of each bucket (NumPy)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np


def decimate(x: np.ndarray, y: np.ndarray, low: float, high: float, buckets: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of a line that look the same on a screen `buckets` wide.

    Args:
        x: [n], ascending.
        y: [n]; NaN where there is no value.
        low: Left edge of what is seen.
        high: Right edge of what is seen.
        buckets: Columns, at least 1.

    Returns:
        (x, y) of at most 2 * buckets + 2 points in order, one beyond each edge included, NaN left out.
    """
    start = max(int(np.searchsorted(x, low)) - 1, 0)
    stop = min(int(np.searchsorted(x, high, side="right")) + 1, len(x))
    x, y = x[start:stop], y[start:stop]
    known = ~np.isnan(y)
    x, y = x[known], y[known]
    if len(x) <= 2 * buckets + 2:
        return x, y
    # Buckets of equally many points: each holds its smallest and largest value at the place where it occurred.
    edges = np.linspace(1, len(x) - 1, buckets + 1).astype(np.int64)
    kept = [0, len(x) - 1]
    for left, right in pairwise(edges):
        if right > left:
            kept += [left + int(np.argmin(y[left:right])), left + int(np.argmax(y[left:right]))]
    order = np.unique(np.array(kept))
    return x[order], y[order]
