"""A density grid: where its points lie, and values and gradients between them, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DensityGrid:
    """The density of a field on the corners-aligned grid of its box.

    Attributes:
        values: [z, y, x], float32, the same number along each axis, at least 2: per world unit, after softplus.
        half: Half the edge of the box around the origin, world units: index i of n is -half + 2 * half * i / (n - 1).
        source: What it is of, for people.
    """

    values: np.ndarray
    half: float
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse an array of another shape or type."""
        shape = self.values.shape
        if len(shape) != 3 or len(set(shape)) != 1 or shape[0] < 2 or self.values.dtype != np.float32:
            raise ValueError(f"density grid: expected float32 of [n, n, n], got {self.values.dtype} of {shape}")
        if not 0 < self.half < np.inf:
            raise ValueError(f"density grid: half the edge of the box must be positive, got {self.half}")

    @property
    def resolution(self) -> int:
        """Points along an edge."""
        return len(self.values)

    @property
    def spacing(self) -> float:
        """Distance of neighbours, world units."""
        return 2 * self.half / (self.resolution - 1)

    def at(self, points: np.ndarray) -> np.ndarray:
        """Trilinear densities at points [..., 3] (x, y, z; world units); 0 outside of the box.  [...], float64."""
        place = (np.asarray(points, np.float64) + self.half) / self.spacing
        last = self.resolution - 1
        inside = ((place >= 0) & (place <= last)).all(axis=-1)
        low = np.clip(np.floor(place), 0, last - 1).astype(np.int64)
        share = np.clip(place - low, 0, 1)
        # 64-bit indices: 2048³ does not fit into 32, and nor do the bytes of 1024³.
        flat, n = self.values.reshape(-1), self.resolution
        base = (low[..., 2] * n + low[..., 1]) * n + low[..., 0]
        total = np.zeros(place.shape[:-1])
        for corner in range(8):
            up = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
            weight = np.where(up, share, 1 - share).prod(axis=-1)
            total += weight * flat[base + int(up @ (1, n, n * n))]
        return np.where(inside, total, 0.0)

    def gradient(self, points: np.ndarray) -> np.ndarray:
        """Central differences over one cell to each side, kept inside the box.  [..., 3] -> [..., 3]."""
        points = np.asarray(points, np.float64)
        slopes = np.empty(points.shape)
        for axis in range(3):
            ahead, behind = points.copy(), points.copy()
            ahead[..., axis] = np.minimum(ahead[..., axis] + self.spacing, self.half)
            behind[..., axis] = np.maximum(behind[..., axis] - self.spacing, -self.half)
            slopes[..., axis] = (self.at(ahead) - self.at(behind)) / (ahead - behind)[..., axis]
        return slopes

    def normals(self, points: np.ndarray) -> np.ndarray:
        """Unit vectors from dense to thin, as the surface faces; zeros where the density is even.  [..., 3]."""
        slopes = -self.gradient(points)
        length = np.linalg.norm(slopes, axis=-1, keepdims=True)
        return np.divide(slopes, length, out=np.zeros_like(slopes), where=length > 0)
