"""Sigma of a layer made ready for a heat map: order of the filters, range of the colours, rows that fit the pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from widgets.sigma_views import SigmaSet

Order = Literal["filter", "mean", "change", "kind"]
Range = Literal["layer", "all", "full", "frozen"]
# Sigma = tanh(...) + 1 lies in here (METHOD, section 2).
FULL = (0.0, 2.0)
# Half precision tells no smaller steps from nothing: a narrower range would colour its rounding.
LEAST_SPAN = 0.01


@dataclass(frozen=True)
class Shown:
    """Sigma as it is drawn.

    Attributes:
        title: Of which moment, or of which two.
        scales: [m] ascending.
        layers: [m, filters] each: sigma, or a difference of two.
        kinds: [filters] each, of the first moment.
        signed: Whether it is a difference.
        base: The first moment.
    """

    title: str
    scales: np.ndarray
    layers: Mapping[str, np.ndarray]
    kinds: Mapping[str, np.ndarray]
    signed: bool
    base: SigmaSet


def shown(first: SigmaSet, second: SigmaSet | None) -> Shown:
    """Sigma of the first, or first minus second where both are of the same layers."""
    if second is None or not first.fits(second):
        return Shown(first.title, first.scales, first.layers, first.kinds, signed=False, base=first)
    layers = {name: sigma - second.layers[name] for name, sigma in first.layers.items()}
    return Shown(f"{first.title} - {second.title}", first.scales, layers, first.kinds, signed=True, base=first)


def filter_order(sigma: np.ndarray, order: Order, kinds: np.ndarray) -> np.ndarray:
    """Filters from top to bottom.

    Args:
        sigma: [scales, filters].
        order: As in the network, the largest mean first, by range over the scales (those that grow with the scale
            most come first, those that shrink with it most come last), or by kind, and by change within a kind.
        kinds: [filters] indices into core.filter_kinds.KINDS.

    Returns:
        [filters] indices.
    """
    change = np.ptp(sigma, axis=0) * np.sign(sigma[-1] - sigma[0])
    match order:
        case "filter":
            return np.arange(sigma.shape[1])
        case "mean":
            return np.argsort(-sigma.mean(axis=0), kind="stable")
        case "change":
            return np.argsort(-change, kind="stable")
        case "kind":
            return np.lexsort((-change, kinds))


def colour_range(layers: Mapping[str, np.ndarray], layer: str, kind: Range, *, signed: bool) -> tuple[float, float]:
    """Sigma, or its difference, of the first and of the last colour; zero is in the middle of differences."""
    if kind == "full":
        return (-FULL[1], FULL[1]) if signed else FULL
    drawn = [layers[layer]] if kind == "layer" else list(layers.values())
    low, high = min(float(sigma.min()) for sigma in drawn), max(float(sigma.max()) for sigma in drawn)
    if signed:
        most = max(-low, high, LEAST_SPAN)
        return -most, most
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
