"""Planes across the axes that show the density, with lines of equal density on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkContourFilter

from app.geometry.colouring import VIRIDIS, legend_of, ramp
from app.geometry.extract import image_of
from app.geometry.geometry_messages import Legend
from app.geometry.polydata import points_of, run
from core.bounds import SHOWN_DENSITIES
from core.density_grid import DensityGrid
from core.geometry import Slices

# Lines of equal density beside that of the threshold, as its multiples.
LINES = (1 / 8, 1 / 4, 1 / 2, 2, 4, 8)


AXES = "xyz"


@dataclass(frozen=True)
class Slice:
    """One plane.

    Attributes:
        axis: 0, 1 or 2, for x, y or z.
        at: Where it cuts the axis, world units.
        densities: [rows, columns], float32; of the two other axes, the first in xyz runs along a row.
    """

    axis: int
    at: float
    densities: np.ndarray

    @property
    def others(self) -> tuple[int, int]:
        """The axes along its rows and its columns."""
        first, second = (axis for axis in range(3) if axis != self.axis)
        return first, second

    def lifted(self, flat: np.ndarray) -> np.ndarray:
        """Places on it, [n, 2] along rows and columns, as points of the world, [n, 3]."""
        points = np.full((len(flat), 3), self.at)
        points[:, self.others] = flat
        return points

    def colours(self) -> np.ndarray:
        """As a picture, [rows, columns, 3], uint8."""
        least, most = SHOWN_DENSITIES
        return ramp(np.log(np.maximum(self.densities, 1e-9) / least) / np.log(most / least))

    def lines(self, levels: tuple[float, ...], half: float) -> vtkPolyData:
        """Lines of equal density, in the world."""
        contour = vtkContourFilter()
        image = image_of(self.densities[None], 2 * half / (len(self.densities) - 1), -half)
        contour.SetInputData(image)
        for number, level in enumerate(levels):
            contour.SetValue(number, level)
        contour.ComputeScalarsOff()
        lines = run(contour)
        if lines.GetNumberOfPoints():
            points_of(lines)[:] = self.lifted(points_of(lines)[:, :2])
        return lines


def slices_of(grid: DensityGrid, wanted: Slices) -> list[Slice]:
    """The planes that are wanted, each between the two layers of the grid that it lies between."""
    found = []
    for axis, name in enumerate(AXES):
        at = getattr(wanted, name)
        if at is None:
            continue
        place = (at + 1) / 2 * (grid.resolution - 1)
        low = min(int(place), grid.resolution - 2)
        below, above = (np.take(grid.values, index, axis=2 - axis) for index in (low, low + 1))
        # [z, y], [z, x] or [y, x]: the later axis down the rows, the earlier along them.
        densities = (1 - (place - low)) * below + (place - low) * above
        found.append(Slice(axis, at * grid.half, np.ascontiguousarray(densities, np.float32)))
    return found


def slice_legend() -> Legend:
    """What the colours of slices mean."""
    return legend_of("Density per world unit", *SHOWN_DENSITIES, VIRIDIS, logarithmic=True)
