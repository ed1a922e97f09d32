"""Planes that cut a surface open: half spaces, in world units."""

from __future__ import annotations

import numpy as np

from core.geometry import Geometry


def planes_of(geometry: Geometry, half: float) -> list[tuple[np.ndarray, float]]:
    """What is cut away: where a point's product with a normal [3] exceeds an offset.

    Args:
        geometry: Its clips, in halves of the box's edge.
        half: Half the edge of the box, world units.
    """
    planes = []
    if geometry.clip is not None:
        planes.append((np.array(geometry.clip.unit), half * geometry.clip.at))
    if geometry.clip_box is not None:
        for axis, normal in enumerate(np.eye(3)):
            high, low = geometry.clip_box.high[axis], geometry.clip_box.low[axis]
            if high < 1:  # beyond a side of the field's own box lies nothing
                planes.append((normal, half * high))
            if low > -1:
                planes.append((-normal, -half * low))
    return planes


def kept(points: np.ndarray, planes: list[tuple[np.ndarray, float]]) -> np.ndarray:
    """Which points [n, 3] are not cut away.  [n], bool."""
    inside = np.ones(len(points), bool)
    for normal, offset in planes:
        inside &= points @ normal <= offset
    return inside
