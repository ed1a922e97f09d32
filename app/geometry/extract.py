"""From a density grid to a surface: flying edges (Schroeder, Maynard and Geveci 2015)."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkReverseSense

from app.geometry.polydata import Watch, faces_of, points_of, run, unwatched
from core.density_grid import DensityGrid

# Beyond this VTK and Blender are slow, and a file takes half a gigabyte and more.
MOST_FACES = 20_000_000
CHUNK_POINTS = 1_000_000


def image_of(values: np.ndarray, spacing: float, corner: float) -> vtkImageData:
    """VTK's view of a grid [z, y, x], which must outlive it: nothing is copied.

    Args:
        values: float32, contiguous.
        spacing: Distance of neighbours, world units.
        corner: x, y and z of the first point.
    """
    image = vtkImageData()
    image.SetDimensions(*reversed(values.shape))
    image.SetSpacing(spacing, spacing, spacing)
    image.SetOrigin(corner, corner, corner)
    # x runs fastest in both: [z, y, x] in the order of C is VTK's order.
    image.GetPointData().SetScalars(numpy_to_vtk(values.reshape(-1), deep=False))
    return image


def count_vertices(grid: DensityGrid, threshold: float) -> int:
    """How many vertices the surface will have: one for each edge of the grid that it crosses; faces are twice that."""
    total, before = 0, None
    for layer in grid.values:
        inside = layer >= threshold
        total += int(np.count_nonzero(inside[1:] != inside[:-1]) + np.count_nonzero(inside[:, 1:] != inside[:, :-1]))
        if before is not None:
            total += int(np.count_nonzero(inside != before))
        before = inside
    return total


def touches_box(grid: DensityGrid, threshold: float) -> bool:
    """Whether the surface runs into a side of the box."""
    ends = (np.take(grid.values, (0, -1), axis=axis) for axis in range(3))
    return any(bool((side >= threshold).any()) for side in ends)


def extract(grid: DensityGrid, threshold: float, *, closed: bool = False, watch: Watch = unwatched) -> vtkPolyData:
    """The surface of a density.

    Args:
        grid: Finite values.
        threshold: Density on the surface, per world unit.
        closed: Whether walls close it where it runs into a side of the box.
        watch: Told of the progress.

    Returns:
        Triangles, counter-clockwise seen from outside, with normals along the density's gradient.

    Raises:
        ValueError: There is no surface, or it is too large; the message says what to do.
        Cancelled: `watch` said stop.
    """
    expected = 2 * count_vertices(grid, threshold)
    if expected == 0 and not (closed and touches_box(grid, threshold)):
        least, most = float(grid.values.min()), float(grid.values.max())
        raise ValueError(
            f"no surface at a density of {threshold:g}: the densities of this sample reach from {least:.3g} to "
            f"{most:.3g} per world unit; choose a threshold between them"
        )
    if expected > MOST_FACES:
        raise ValueError(
            f"the surface would have some {expected / 1e6:.0f} million faces, more than {MOST_FACES / 1e6:.0f}: "
            "choose a lower resolution, or a threshold away from the fog"
        )
    values, corner = grid.values, -grid.half
    if closed:
        values = np.pad(values, 1, constant_values=np.float32(-1e30))  # so thin that the wall lies on the side
        corner -= grid.spacing
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image_of(values, grid.spacing, corner))
    edges.SetValue(0, threshold)
    edges.ComputeScalarsOff()
    edges.ComputeGradientsOff()
    edges.SetComputeNormals(not closed)  # the padding has no gradient that means anything
    surface = run(edges, watch)
    if closed:
        np.clip(points_of(surface), -grid.half, grid.half, out=points_of(surface))
    points = points_of(surface)
    for start in range(0, len(points), CHUNK_POINTS):
        _settle(points[start : start + CHUNK_POINTS], grid, threshold)
    return _facing_outwards(surface, grid)


def _settle(points: np.ndarray, grid: DensityGrid, threshold: float) -> None:
    """Move vertices along their edges of the grid to where the density before softplus crosses, as in the viewport.

    It is the decoder's output and nearly linear between neighbours; after softplus, what is thin is bent.
    """
    place = (points.astype(np.float64) + grid.half) / grid.spacing
    axis = np.abs(place - np.rint(place)).argmax(axis=1)[:, None]
    along = np.take_along_axis(place, axis, axis=1)[:, 0]
    low = np.rint(place).astype(np.int64)
    np.put_along_axis(low, axis, np.clip(np.floor(along), 0, grid.resolution - 2).astype(np.int64)[:, None], axis=1)
    high = low.copy()
    np.put_along_axis(high, axis, np.take_along_axis(low, axis, axis=1) + 1, axis=1)
    below, above = (grid.values[tuple(ends[:, ::-1].T)] for ends in (low, high))
    crossing = (below >= threshold) != (above >= threshold)  # not so where it lies on a wall, or on a point of the grid
    first, second, wanted = (_before_softplus(np.asarray(each)) for each in (below, above, threshold))
    share = np.clip((wanted - first) / np.where(crossing, second - first, 1), 0, 1)
    moved = np.take_along_axis(low, axis, axis=1)[:, 0] + share
    settled = np.where(crossing, moved, along) * grid.spacing - grid.half
    np.put_along_axis(points, axis, settled[:, None].astype(points.dtype), axis=1)


def _before_softplus(density: np.ndarray) -> np.ndarray:
    """The inverse of softplus; single precision ends at about -87."""
    density = np.maximum(density.astype(np.float64), 1e-38)
    return density + np.log(-np.expm1(-density))


def _facing_outwards(surface: vtkPolyData, grid: DensityGrid) -> vtkPolyData:
    """The surface with faces and normals that look from dense to thin."""
    faces = faces_of(surface)
    corners = points_of(surface)[faces[:: max(len(faces) // 999, 1)]].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    middle = corners.mean(axis=1)
    length = np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    ahead, behind = (grid.at(middle + sign * 0.5 * grid.spacing * across / length) for sign in (1, -1))
    if (np.sign(behind - ahead) * length[:, 0]).sum() >= 0:
        return surface
    reverse = vtkReverseSense()
    reverse.SetInputData(surface)
    reverse.ReverseCellsOn()
    reverse.SetReverseNormals(False)
    return run(reverse)
