"""Thins long lines for plotting, so that no peak is lost: the smallest and largest value of each bucket (NumPy)."""

from __future__ import annotations

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
    if not known.all():
        x, y = x[known], y[known]
    if len(x) <= 2 * buckets + 2:
        return x, y
    # Buckets of equally many points: each holds its smallest and largest value at the place where it occurred.
    # The last bucket is filled up with the last point.
    per_bucket = -(-len(y) // buckets)
    rows = -(-len(y) // per_bucket)
    table = np.full(rows * per_bucket, y[-1])
    table[: len(y)] = y
    table = table.reshape(rows, per_bucket)
    firsts = np.arange(rows) * per_bucket
    peaks = np.concatenate([firsts + table.argmin(axis=1), firsts + table.argmax(axis=1)])
    order = np.unique(np.concatenate([[0, len(x) - 1], np.minimum(peaks, len(x) - 1)]))
    return x[order], y[order]
