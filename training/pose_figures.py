"""How poses lie: histograms of yaw and pitch, and their density on the sphere (EpiGRAF, Appendix, Figure 13)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HISTOGRAM_BINS = 60
# Cells of the map: yaw across, height on the sphere upwards.  Few poses would only show chance in small cells.
FINE, COARSE, FEW = (24, 48), (12, 24), 12_000


@dataclass(frozen=True)
class PoseFigures:
    """What is plotted of poses.

    Attributes:
        yaw: [HISTOGRAM_BINS], how many lie in equal parts of [-180°, 180°].
        pitch: [HISTOGRAM_BINS], how many lie in equal parts of [0°, 180°].
        density: [rows, columns], 1 where a uniform sphere has as many; the first row is around the upper pole.
            Rows are equally high on the sphere, so every cell has the same area (Lambert's cylindrical projection).
    """

    yaw: np.ndarray
    pitch: np.ndarray
    density: np.ndarray


def pose_figures(angles: np.ndarray) -> PoseFigures:
    """Count poses.

    Args:
        angles: [n, 2 or more], n at least 1: yaw and pitch, radians.
    """
    yaw = np.remainder(angles[:, 0] + math.pi, math.tau) - math.pi
    pitch = np.clip(angles[:, 1], 0, math.pi)
    down = (1 - np.cos(pitch)) / 2  # 0 at the upper pole, 1 at the lower: equal steps are equal areas
    whole = (-math.pi, math.pi)
    density = np.histogram2d(down, yaw, COARSE if len(angles) < FEW else FINE, ((0, 1), whole))[0]
    return PoseFigures(
        np.histogram(yaw, HISTOGRAM_BINS, whole)[0].astype(float),
        np.histogram(pitch, HISTOGRAM_BINS, (0, math.pi))[0].astype(float),
        density * density.size / len(angles),
    )
