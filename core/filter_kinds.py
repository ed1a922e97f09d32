"""How filters behave under modulation: always on, always off, or switched by scale or position (EpiGRAF, Figure 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

FilterKind = Literal["always on", "always off", "switches with scale", "switches with position", "partly on"]
KINDS: tuple[FilterKind, ...] = (
    "always on", "always off", "switches with scale", "switches with position", "partly on"
)  # fmt: skip
# Names of the scalars of a tick: the share of all filters that behaves so, in [0, 1]; what is left is partly on.
SCALARS: dict[FilterKind, str] = {
    "always on": "Modulation/always_on",
    "always off": "Modulation/always_off",
    "switches with scale": "Modulation/switch_scale",
    "switches with position": "Modulation/switch_position",
}
# The paper names no thresholds; these are ours.  Sigma = tanh(...) + 1 lies in [0, 2], and 1 leaves a filter as it is.
# On: at least three quarters of what the filter says passes, so that one that is left as it is counts as on.
ON_FROM = 0.75
# Off: at least three quarters of it are suppressed.  The gap to ON_FROM keeps what wobbles from counting as a switch.
OFF_UNTIL = 0.25
# Switched: where it is weakest, at most a third is left of what it is where it is on.  A ratio, since what comes before
# and behind a filter can make up for a constant factor; and above it lies ON_FROM / 2, so that what is always on does
# not switch as well.
SWITCH_RATIO = 1 / 3


def filter_kinds(sigma: np.ndarray, scales: np.ndarray, placed: np.ndarray, placed_scales: np.ndarray) -> np.ndarray:
    """Sort the filters of a layer by behaviour; who switches with scale and with position counts as the former.

    Args:
        sigma: [m, filters], of centred patches.
        scales: [m] their scales, ascending.
        placed: [n, filters], of patches at other places; none may be known.
        placed_scales: [n] their scales, each among `scales`.

    Returns:
        [filters] indices into KINDS.
    """
    sigma, placed = np.asarray(sigma, np.float64), np.asarray(placed, np.float64).reshape(-1, sigma.shape[1])
    every = np.concatenate([sigma, placed])
    by_position = np.zeros(sigma.shape[1], bool)
    for scale in np.unique(placed_scales):
        centred = sigma[np.argmin(np.abs(scales - scale))][None]
        by_position |= switches(np.concatenate([centred, placed[placed_scales == scale]]))
    return np.select(
        [switches(sigma), by_position, every.min(axis=0) >= ON_FROM, every.max(axis=0) <= OFF_UNTIL],
        [KINDS.index(kind) for kind in ("switches with scale", "switches with position", "always on", "always off")],
        KINDS.index("partly on"),
    )


def switches(sigma: np.ndarray) -> np.ndarray:
    """Whether each filter is on for one of the patches and switched off for another.  [n, filters] -> [filters]."""
    strongest = sigma.max(axis=0)
    return (strongest >= ON_FROM) & (sigma.min(axis=0) <= SWITCH_RATIO * strongest)


def counts(kinds: np.ndarray) -> np.ndarray:
    """How many filters are of each kind.  [filters] indices into KINDS -> [kinds]."""
    return np.bincount(kinds, minlength=len(KINDS))


def shares(layers: Mapping[str, np.ndarray]) -> dict[FilterKind, float]:
    """Which part of all filters is of each kind; of no filters none.  Layers: kinds [filters], by name."""
    total = sum((counts(kinds) for kinds in layers.values()), np.zeros(len(KINDS), np.int64))
    return {kind: float(count) / max(int(total.sum()), 1) for kind, count in zip(KINDS, total, strict=True)}
