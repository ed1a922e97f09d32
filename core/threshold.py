"""Where the surface of a density lies: how densities are distributed, and which one makes what pictures show."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.camera import Camera, pixel_directions
from core.density_grid import DensityGrid

BINS = 64
# Densities below this absorb nothing that could be seen on the way through a box.
LEAST_DENSITY = 1e-3
# A pixel belongs to the silhouette if so much of its light is absorbed: there the object begins to be seen.
SEEN = 0.1
VIEWS, RAYS, SAMPLES, CANDIDATES = 4, 32, 128, 96
# A little above the horizon: exactly on it, rays run along the layers of the grid.
PITCH = 1.4


@dataclass(frozen=True)
class RayLaw:
    """How the training looked at the field.

    Attributes:
        near: Start of the rays, world units along the ray.
        far: Their end.
        radius: Distance of the cameras.
        fov: Their full angle of view, degrees.
        samples: Along a ray, coarse and fine together.
    """

    near: float
    far: float
    radius: float
    fov: float
    samples: int

    @property
    def step(self) -> float:
        """Distance of even samples, world units."""
        return (self.far - self.near) / max(self.samples - 1, 1)


def opacity_of(density: float, step: float) -> float:
    """What part of the light a step of this length absorbs, 0 to 1; density per world unit."""
    return -math.expm1(-density * step)


def density_of(opacity: float, step: float) -> float:
    """The density that absorbs this part (0 up to but not 1) of the light in a step of this length."""
    if not 0 <= opacity < 1:
        raise ValueError(f"opacity must lie in [0, 1), got {opacity}")
    return -math.log1p(-opacity) / step


def histogram(grid: DensityGrid) -> tuple[np.ndarray, np.ndarray, float, float]:
    """How many points of a grid have which density, layer by layer: the grid may lie in a file.

    Returns:
        Edges [bins + 1], ascending in even factors; counts [bins], int64, what is thinner than the first edge in the
        first bin; the least density and the greatest.
    """
    least, most = float(grid.values.min()), float(grid.values.max())
    edges = np.geomspace(LEAST_DENSITY, max(most, 10 * LEAST_DENSITY) * (1 + 1e-6), BINS + 1)
    counts = np.zeros(BINS, np.int64)
    for layer in grid.values:
        counts += np.histogram(np.maximum(layer, LEAST_DENSITY), edges)[0]
    return edges, counts, least, most


def proposed(grid: DensityGrid, law: RayLaw) -> float | None:
    """The density whose surface has the silhouette of the volume rendering.

    A ray meets the surface of a density if it is denser anywhere on it, and belongs to the silhouette if it absorbs
    more than SEEN.  The density is taken for which the two agree best, in views from all around; where the field is fog
    rather than matter, no density does well.

    Returns:
        Per world unit; none if no ray absorbs so much.
    """
    densest, opacity = _rays(grid, law)
    seen = opacity > SEEN
    if not seen.any():
        return None
    candidates = np.geomspace(max(densest[seen].min(), LEAST_DENSITY), densest.max(), CANDIDATES)
    met = densest[:, None] >= candidates  # [rays, candidates]
    both, either = (met & seen[:, None]).sum(axis=0), (met | seen[:, None]).sum(axis=0)
    return float(candidates[np.argmax(both / either)])


def _rays(grid: DensityGrid, law: RayLaw) -> tuple[np.ndarray, np.ndarray]:
    """Greatest density on each ray, and what it absorbs.  Twice [rays]."""
    depths = np.linspace(law.near, law.far, SAMPLES)
    directions = pixel_directions(RAYS, law.fov).reshape(-1, 3)
    densest, opacity = [], []
    for view in range(VIEWS):
        matrix = Camera(yaw=math.tau * (view + 0.5) / VIEWS, pitch=PITCH, radius=law.radius).matrix
        points = matrix[:3, 3] + depths[:, None, None] * (directions @ matrix[:3, :3].T)  # [samples, rays, 3]
        densities = grid.at(points)
        densest.append(densities.max(axis=0))
        opacity.append(-np.expm1(-densities.sum(axis=0) * (depths[1] - depths[0])))
    return np.concatenate(densest), np.concatenate(opacity)
