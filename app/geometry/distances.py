"""How far meshes are from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDoubleArray
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

from app.geometry.polydata import faces_of, points_of

SAMPLES = 30_000


@dataclass(frozen=True)
class Distances:
    """Of points spread evenly over two surfaces to the other one, world units.

    Attributes:
        forth: Mean distance of the first surface's points to the second surface.
        back: Mean distance of the second one's points to the first.
        farthest: The largest of all: Hausdorff's distance, of the points.
    """

    forth: float
    back: float
    farthest: float

    @property
    def chamfer(self) -> float:
        """Both means together."""
        return self.forth + self.back


def distances_to(points: np.ndarray, mesh: vtkPolyData) -> np.ndarray:
    """Distance of points [n, 3] to the nearest place of a surface; negative inside of it.  [n], float64."""
    distance, found = vtkImplicitPolyDataDistance(), vtkDoubleArray()
    distance.SetInput(mesh)
    distance.FunctionValue(numpy_to_vtk(np.ascontiguousarray(points, np.float64), deep=True), found)
    return vtk_to_numpy(found).copy()


def compare(one: vtkPolyData, other: vtkPolyData, samples: int = SAMPLES) -> Distances:
    """How far two surfaces are from each other; the same points every time.  Raises ValueError if one is empty."""
    forth = np.abs(distances_to(spread(one, samples), other))
    back = np.abs(distances_to(spread(other, samples), one))
    return Distances(float(forth.mean()), float(back.mean()), float(max(forth.max(), back.max())))


def spread(mesh: vtkPolyData, count: int, seed: int = 0) -> np.ndarray:
    """Points at random places of a surface, everywhere as dense.  [count, 3].  Raises ValueError if there is none."""
    corners = points_of(mesh).astype(np.float64)[faces_of(mesh)]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    if not areas.sum() > 0:
        raise ValueError("a mesh without faces has no distance to anything")
    rng = np.random.default_rng(seed)
    chosen = corners[rng.choice(len(areas), count, p=areas / areas.sum())]
    u, v = rng.random((2, count, 1))
    beyond = u + v > 1  # in the other half of the parallelogram: folded back
    u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
    return chosen[:, 0] + u * (chosen[:, 1] - chosen[:, 0]) + v * (chosen[:, 2] - chosen[:, 0])
