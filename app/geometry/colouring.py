"""What colours a surface: numbers at its vertices, the ramps that show them, and what the ramps mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersGeneral import vtkCurvatures

from app.geometry.distances import distances_to
from app.geometry.geometry_messages import Legend
from app.geometry.polydata import normals_of, points_of, run
from core.density_grid import DensityGrid
from core.geometry import Colouring

# Even steps of lightness, as in shaders/show.glsl; and from blue over grey to red, for values to both sides of zero.
VIRIDIS = ((68, 1, 84), (58, 82, 139), (33, 145, 141), (94, 201, 98), (253, 231, 37))
TWO_SIDED = ((33, 102, 172), (146, 197, 222), (235, 235, 235), (244, 165, 130), (178, 24, 43))
CLAY = (219, 217, 212)
# What lies beyond these parts of all vertices has the ramp's last colour: single peaks would leave nothing to the rest.
LOW_PART, HIGH_PART = 0.02, 0.98
LEGEND_COLOURS = 32


@dataclass(frozen=True)
class Coloured:
    """Colours of a mesh.

    Attributes:
        colours: Of the vertices, [n, 3], uint8; none for one colour everywhere.
        legend: What they mean; none if they are no numbers.
        lit: Whether light and shadow are added; the field's own colours have theirs.
    """

    colours: np.ndarray | None
    legend: Legend | None
    lit: bool = True


def coloured(
    mesh: vtkPolyData, by: Colouring, grid: DensityGrid, painted: np.ndarray | None, other: vtkPolyData | None
) -> Coloured:
    """Colour a mesh.

    Args:
        mesh: With its vertices.
        by: What colours it.
        grid: The density that it is a surface of.
        painted: The field's colours at the vertices, [n, 3], uint8; none while they are not at hand.
        other: The surface that distances are taken to.

    Raises:
        ValueError: The field's colours are those of another mesh, or there is no other surface.
    """
    match by:
        case "colour" | "seen":
            if painted is not None and len(painted) != mesh.GetNumberOfPoints():
                raise ValueError("these colours belong to another surface: ask for them again")
            return Coloured(painted, None, lit=painted is None)
        case "normals":
            return Coloured(np.round(127.5 * normals_of(mesh) + 127.5).clip(0, 255).astype(np.uint8), None, lit=False)
        case "mean" | "gaussian":
            unit = "1 / world unit" + ("²" if by == "gaussian" else "")
            title = f"{by.capitalize() if by == 'mean' else 'Gaussian'} curvature, {unit}"
            return _by_numbers(curvature(mesh, by), title, two_sided=True)
        case "density":
            return _by_numbers(grid.at(points_of(mesh)), "Density per world unit", two_sided=False)
        case "distance":
            if other is None:
                raise ValueError("there is no other surface to take distances to: compare with a second sample first")
            return _by_numbers(distances_to(points_of(mesh), other), "Distance to B, world units", two_sided=True)
    return Coloured(None, None)


def curvature(mesh: vtkPolyData, kind: Colouring) -> np.ndarray:
    """Mean or Gaussian curvature at the vertices, [n], float64; the mean is positive where the surface is convex."""
    curvatures = vtkCurvatures()
    curvatures.SetInputData(mesh)
    curvatures.SetCurvatureTypeToMean() if kind == "mean" else curvatures.SetCurvatureTypeToGaussian()
    return vtk_to_numpy(run(curvatures).GetPointData().GetScalars()).copy()


def ramp(shares: np.ndarray, stops: tuple[tuple[int, int, int], ...] = VIRIDIS) -> np.ndarray:
    """Colours of 0 to 1 along stops that are evenly spaced.  [...] -> [..., 3], uint8."""
    places = np.linspace(0, 1, len(stops))
    columns = np.array(stops, np.float64).T
    return np.stack([np.interp(shares, places, column) for column in columns], axis=-1).round().astype(np.uint8)


def legend_of(
    title: str, least: float, most: float, stops: tuple[tuple[int, int, int], ...], *, logarithmic: bool = False
) -> Legend:
    """A legend of a ramp."""
    colours = ramp(np.linspace(0, 1, LEGEND_COLOURS), stops).tolist()
    return Legend(title, least, most, logarithmic, tuple((red, green, blue) for red, green, blue in colours))


def _by_numbers(values: np.ndarray, title: str, *, two_sided: bool) -> Coloured:
    """Colours of numbers, between those that nearly all lie between; around zero if it has two sides."""
    low, high = (float(each) for each in np.quantile(values, (LOW_PART, HIGH_PART)))
    stops = VIRIDIS
    if two_sided:
        high = max(abs(low), abs(high))
        low, stops = -high, TWO_SIDED
    if high - low < 1e-6 * max(abs(low), abs(high), 1e-6):  # all the same, but for rounding
        middle = (low + high) / 2
        low, high = middle - 0.5, middle + 0.5
    colours = ramp((values - low) / (high - low), stops)
    return Coloured(colours, legend_of(title, low, high, stops))
