"""The patches at which a modulation is measured: centred ones of rising scale, and some at the edges of the image.

Trainer and panels agree on them here.  A *place* in [0, 1]^2 is a patch's position in the room that its scale leaves:
offset = place * (1 - s), so that (0, 0) is the lower left corner and (1/2, 1/2) the middle, whatever the scale.
"""

from __future__ import annotations

import numpy as np

# Centred patches, evenly spaced in scale: the columns of Figure 7.
SCALES = 32
# Corners and middles of the edges: where a place could matter, it matters most there.
EDGE_PLACES = ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.0, 0.5), (1.0, 0.5), (0.0, 1.0), (0.5, 1.0), (1.0, 1.0))
# At these of the centred scales: the smallest, which has the most room, and two up to two thirds of the way.
EDGE_SCALES = (0, 10, 20)


def centred_scales(min_scale: float) -> np.ndarray:
    """Scales of the centred patches, ascending from r / R to 1.  Returns [SCALES], float32."""
    return np.linspace(min_scale, 1, SCALES, dtype=np.float32)


def offsets_at(places: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Offsets of patches at places [2] or [n, 2], y from the bottom, for scales [n].  Returns [n, 2], float32."""
    return (np.asarray(places) * (1 - np.asarray(scales))[:, None]).astype(np.float32)


def centred_patches(min_scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Scales [SCALES] and offsets [SCALES, 2] of the centred patches."""
    scales = centred_scales(min_scale)
    return scales, offsets_at(np.array([0.5, 0.5]), scales)


def edge_patches(min_scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Scales [n] and offsets [n, 2] of the patches at the edges, scale by scale; none where a patch is the image."""
    if min_scale == 1:
        return np.empty(0, np.float32), np.empty((0, 2), np.float32)
    scales = np.repeat(centred_scales(min_scale)[list(EDGE_SCALES)], len(EDGE_PLACES))
    return scales, offsets_at(np.tile(EDGE_PLACES, (len(EDGE_SCALES), 1)), scales)
