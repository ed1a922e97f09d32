"""Which parts of the image plane patches cover: exact areas of those that were drawn, and what their law expects."""

from __future__ import annotations

import numpy as np

CELLS = 64
# Draws whose overlaps with the cells are held at once.
BLOCK = 4096
# Quantiles that stand for a law of scales.
LEVELS = 64


def covered(scales: np.ndarray, offsets: np.ndarray, cells: int = CELLS) -> np.ndarray:
    """How often each cell of the image plane was seen: the sum over patches of the share of it that each covers.

    A square covers a cell by the product of what it covers of its column and of its row, so that areas are exact.

    Args:
        scales: [n] edges over the image's edge.
        offsets: [n, 2] lower left corners; y counts from the bottom.
        cells: Along a side.

    Returns:
        [cells, cells], row 0 at the bottom.
    """
    total = np.zeros((cells, cells))
    for start in range(0, len(scales), BLOCK):
        part = slice(start, start + BLOCK)
        columns, rows = (_overlaps(offsets[part, axis], scales[part], cells) for axis in (0, 1))
        total += rows.T @ columns
    return total


def expected_coverage(scales: np.ndarray, weights: np.ndarray, cells: int = CELLS) -> np.ndarray:
    """Mean share of each cell that a patch covers whose offsets are uniform in [0, 1 - s]^2 (Eq. 3).

    Args:
        scales: [n] of patches, such as quantiles of a law.
        weights: [n] probability of each.
        cells: Along a side.

    Returns:
        [cells, cells]; exact for these scales.
    """
    lines = np.diff(_line_integral(np.linspace(0, 1, cells + 1), scales), axis=1) * cells
    return lines.T @ (weights[:, None] * lines)


def _overlaps(low: np.ndarray, length: np.ndarray, cells: int) -> np.ndarray:
    """Share of each cell of [0, 1] in intervals.  [n] twice -> [n, cells]."""
    edges = np.linspace(0, 1, cells + 1)
    low, high = low[:, None].astype(np.float64), (low.astype(np.float64) + length)[:, None]
    return np.clip(np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1]), 0, None) * cells


def _line_integral(x: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Integral from 0 to each x [m] of the probability that an interval of length s, placed evenly, covers a point.

    That probability is (min(x, 1 - s) - max(x - s, 0)) / (1 - s).  Scales [n] -> [n, m].
    """
    s = np.asarray(scales, np.float64)[:, None]
    room = np.maximum(1 - s, np.finfo(np.float64).tiny)  # of whole images, where only x > room is ever taken
    near, far = np.minimum(x, room), np.maximum(x - s, 0)
    return near * (near / room) / 2 + (x - near) - far * (np.minimum(far, room) / room) / 2
