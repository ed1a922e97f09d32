"""Colours for values around 0: blue below, white at 0, orange above; colour-blind people tell them apart as well."""

from __future__ import annotations

import numpy as np

# After the scheme PuOr of ColorBrewer, with a blue that stays apart from grey; from the lower end to the upper one.
STOPS = (
    (8, 48, 107), (33, 102, 172), (103, 169, 207), (209, 229, 240), (247, 247, 247),
    (254, 224, 182), (241, 163, 64), (179, 88, 6), (100, 42, 0),
)  # fmt: skip
_PLACES = np.linspace(0, len(STOPS) - 1, 255)
TABLE = np.stack(
    [np.interp(_PLACES, range(len(STOPS)), channel) for channel in zip(*STOPS, strict=True)], axis=1
).round().astype(np.uint8)  # fmt: skip


def diverging(values: np.ndarray, limit: float) -> np.ndarray:
    """Colours of values.

    Args:
        values: Any shape.
        limit: The value of the last colour, above 0; its negative has the first. What lies beyond has these, too.

    Returns:
        [..., 4], uint8; transparent where there is no value.
    """
    known = np.isfinite(values)
    shares = np.clip(np.where(known, values, 0) / max(limit, 1e-12), -1, 1)
    middle = len(TABLE) // 2
    colours = TABLE[np.round(middle + middle * shares).astype(int)]
    return np.concatenate([colours, np.where(known, 255, 0).astype(np.uint8)[..., None]], axis=-1)
