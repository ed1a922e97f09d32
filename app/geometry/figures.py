"""What can be counted and measured of a mesh."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersCore import vtkPolyDataConnectivityFilter

from app.geometry.geometry_messages import Figures
from app.geometry.polydata import faces_of, points_of, run


def figures_of(mesh: vtkPolyData) -> Figures:
    """Count and measure.  Vertices that no face uses count too."""
    points, faces = points_of(mesh).astype(np.float64), faces_of(mesh)
    shared = _faces_per_edge(faces, len(points))
    corners = points[faces]  # [faces, 3 corners, 3]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    open_edges, manifold = int((shared == 1).sum()), not bool((shared > 2).any())
    volume = float((corners[:, 0] * across).sum() / 6) if open_edges == 0 and manifold else None
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(3), np.zeros(3))
    return Figures(
        vertices=len(points),
        faces=len(faces),
        components=component_sizes(mesh)[0].size,
        open_edges=open_edges,
        manifold=manifold,
        area=float(np.linalg.norm(across, axis=1).sum() / 2),
        volume=volume,
        bounds=((float(low[0]), float(low[1]), float(low[2])), (float(high[0]), float(high[1]), float(high[2]))),
    )


def component_sizes(mesh: vtkPolyData) -> tuple[np.ndarray, np.ndarray]:
    """Faces of each component [components], and the component of each face [faces]."""
    faces, count = faces_of(mesh), mesh.GetNumberOfPoints()
    if not len(faces):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    numbered = vtkPolyData()
    numbered.ShallowCopy(mesh)
    numbers = numpy_to_vtk(np.arange(count))
    numbers.SetName("number")
    numbered.GetPointData().AddArray(numbers)
    connectivity = vtkPolyDataConnectivityFilter()
    connectivity.SetInputData(numbered)
    connectivity.SetExtractionModeToAllRegions()
    connectivity.ColorRegionsOn()
    # Vertices come out in an order of its own, without those that no face uses, for which the regions have room still.
    found = run(connectivity).GetPointData()
    used, regions = vtk_to_numpy(found.GetArray("number")), np.zeros(count, np.int64)
    regions[used] = vtk_to_numpy(found.GetArray("RegionId"))[: len(used)]
    of_face = regions[faces[:, 0]]
    return np.bincount(of_face), of_face


def _faces_per_edge(faces: np.ndarray, points: int) -> np.ndarray:
    """How many faces share each edge.  [edges]."""
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    keys = ends.min(axis=1) * points + ends.max(axis=1)  # 64 bits: the square of the vertices' number
    keys.sort()
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, np.int64)
    return np.diff(np.append(starts, len(keys)))
