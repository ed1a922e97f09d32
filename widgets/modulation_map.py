"""Sigma of a layer made ready for a heat map: order of the filters, range of the colours, rows that fit the pixels."""

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
    """Filters from top to bottom.

    Args:
        sigma: [scales, filters].
        order: As in the network, the largest mean first, or by range over the scales: those that grow with the scale
            most come first, those that shrink with it most come last.

    Returns:
        [filters] indices.
    """
    match order:
        case "filter":
            return np.arange(sigma.shape[1])
        case "mean":
            key = sigma.mean(axis=0)
        case "change":
            key = np.ptp(sigma, axis=0) * np.sign(sigma[-1] - sigma[0])
    return np.argsort(-key, kind="stable")


def colour_range(layers: Mapping[str, np.ndarray], layer: str, kind: Range) -> tuple[float, float]:
    """Sigma of the first and of the last colour."""
    if kind == "full":
        return FULL
    shown = [layers[layer]] if kind == "layer" else list(layers.values())
    low, high = min(float(sigma.min()) for sigma in shown), max(float(sigma.max()) for sigma in shown)
    missing = max(LEAST_SPAN - (high - low), 0) / 2
    return low - missing, high + missing


def drawn_rows(count: int, seen: float, pixels: float) -> np.ndarray:
    """Rows that are drawn: each of them alone, since means of unlike filters would show a filter that does not exist.

    Args:
        count: All rows there are.
        seen: How many of them the panel shows.
        pixels: Height of what it shows.

    Returns:
        Indices, evenly spaced from 0: each gets at least a pixel.
    """
    return np.arange(0, count, max(math.ceil(seen / max(pixels, 1)), 1))
