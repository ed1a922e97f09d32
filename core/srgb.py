"""Between the colours of screens and files and the light that they stand for (sRGB, IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np


def linear(colours: np.ndarray) -> np.ndarray:
    """SRGB in [0, 1] as light in [0, 1].  [...], float64."""
    values = np.asarray(colours, np.float64)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb(light: np.ndarray) -> np.ndarray:
    """`linear` backwards; what lies beyond [0, 1] is cut off."""
    values = np.clip(np.asarray(light, np.float64), 0, 1)
    return np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
