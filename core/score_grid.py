"""Where patches lie whose scores make a map, or a curve over the scale (EpiGRAF, Section 3.2; METHOD: Patches).

Places are shares of the image's edge, x from the left and y from the bottom, as offsets of patches are.
"""

from __future__ import annotations

import numpy as np

Place = tuple[float, float]
# Positions along a side of a map, coarse first: each has all positions of those before it.
MAP_COUNTS = (3, 5, 9, 17, 33)
# Likewise points of a curve.
CURVE_COUNTS = (5, 9, 17, 33)
# From here on a patch is the whole image, and has one position.
WHOLE = 1 - 1e-6


def map_counts(scale: float, most: int) -> tuple[int, ...]:
    """Positions along a side, coarse first, up to `most`; one for the whole image."""
    return (1,) if scale >= WHOLE else tuple(count for count in MAP_COUNTS if count <= most)


def map_offsets(scale: float, count: int) -> np.ndarray:
    """Offsets of count x count patches, evenly spaced over the image.

    Args:
        scale: Of the patches, in (0, 1].
        count: Along a side.

    Returns:
        [count, count, 2]: rows from the top of the image, x and y of the lower left corner.
    """
    line = np.linspace(0, 1 - scale, count) if count > 1 else np.zeros(1)
    x, y = np.meshgrid(line, line[::-1])
    return np.stack([x, y], axis=-1)


def centred_offsets(scales: np.ndarray, place: Place) -> np.ndarray:
    """Offsets of patches of these scales [n] around a place, moved as little as it takes to stay inside.  [n, 2]."""
    scales = np.asarray(scales, np.float64)[:, None]
    return np.clip(np.asarray(place) - scales / 2, 0, 1 - scales)


def nearest_cell(scale: float, count: int, place: Place) -> tuple[int, int]:
    """Row from the top and column of the map's patch that lies nearest around a place."""
    if count == 1 or scale >= 1:
        return 0, 0
    x, y = centred_offsets(np.array([scale]), place)[0] / (1 - scale) * (count - 1)
    return count - 1 - round(float(y)), round(float(x))


def map_extent(scale: float, count: int) -> tuple[float, float]:
    """Where a map lies on its image along each side: each patch at its centre, as wide as patches are apart.

    Returns:
        Lower and upper end; the only patch of a whole image fills it.
    """
    if count == 1 or scale >= 1:
        return 0.0, 1.0
    half = (1 - scale) / (count - 1) / 2
    return scale / 2 - half, 1 - scale / 2 + half


def curve_scales(least: float) -> np.ndarray:
    """Scales of the finest curve, from the smallest patch, in (0, 1], to the whole image.  [n]."""
    return np.linspace(least, 1, CURVE_COUNTS[-1])
