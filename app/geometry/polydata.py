"""VTK's meshes and filters: arrays in and out, progress and giving up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

from app.geometry.mesh import Mesh
from app.workers.worker_child import Cancelled

# Told how much of a step is done; says whether to go on.
Watch = Callable[[float], bool]


def unwatched(_: float) -> bool:
    """Nobody looks, and nobody stops it."""
    return True


def run(algorithm: Any, watch: Watch = unwatched) -> Any:
    """Run a VTK filter.  Returns its output; raises Cancelled if `watch` said stop."""
    stopped = False

    def tell(caller: Any, _: str) -> None:
        nonlocal stopped
        if not stopped and not watch(caller.GetProgress()):
            stopped = True
            caller.SetAbortExecute(1)

    # Without one, an interruption from the keyboard waits for the end of the filter instead of getting lost in it.
    observer = None if watch is unwatched else algorithm.AddObserver("ProgressEvent", tell)
    algorithm.Update()
    if observer is not None:
        algorithm.RemoveObserver(observer)
    if stopped or not watch(1.0):
        raise Cancelled
    return algorithm.GetOutput()


def polydata(points: np.ndarray, faces: np.ndarray) -> vtkPolyData:
    """A VTK mesh of vertices [n, 3] and triangles [m, 3]; it owns copies."""
    places, cells, mesh = vtkPoints(), vtkCellArray(), vtkPolyData()
    places.SetData(numpy_to_vtk(np.ascontiguousarray(points, np.float32), deep=True))
    offsets = np.arange(0, 3 * len(faces) + 1, 3, dtype=np.int64)
    corners = np.ascontiguousarray(faces, np.int64).ravel()
    cells.SetData(numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(corners, deep=True))
    mesh.SetPoints(places)
    mesh.SetPolys(cells)
    return mesh


def points_of(mesh: vtkPolyData) -> np.ndarray:
    """Vertices, [n, 3], float32; a view."""
    if mesh.GetNumberOfPoints() == 0:
        return np.zeros((0, 3), np.float32)
    return vtk_to_numpy(mesh.GetPoints().GetData())


def faces_of(mesh: vtkPolyData) -> np.ndarray:
    """Triangles, [m, 3], int64."""
    return vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int64, copy=False)


def normals_of(mesh: vtkPolyData) -> np.ndarray:
    """Unit vectors out of the surface at the vertices, [n, 3], float32: of the density if known, else of the faces."""
    if mesh.GetPointData().GetNormals() is None:
        mesh = with_face_normals(mesh)
    return vtk_to_numpy(mesh.GetPointData().GetNormals())


def with_normals(mesh: vtkPolyData, normals: np.ndarray) -> vtkPolyData:
    """The mesh with these normals, [n, 3]; changes it."""
    array = numpy_to_vtk(np.ascontiguousarray(normals, np.float32), deep=True)
    array.SetName("normals")
    mesh.GetPointData().SetNormals(array)
    return mesh


def with_face_normals(mesh: vtkPolyData, watch: Watch = unwatched, *, consistent: bool = False) -> vtkPolyData:
    """The mesh with the mean normals of the faces around each vertex.

    Args:
        mesh: Of triangles.
        watch: Told of the progress.
        consistent: Also turn faces round that disagree with their neighbours.
    """
    normals = vtkPolyDataNormals()
    normals.SetInputData(mesh)
    normals.SplittingOff()
    normals.SetConsistency(consistent)
    normals.AutoOrientNormalsOff()
    return run(normals, watch)


def as_mesh(mesh: vtkPolyData, colours: np.ndarray | None = None) -> Mesh:
    """The arrays of a VTK mesh, copied."""
    normals = normals_of(mesh).copy()
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    # Where faces have no area there is no normal either; formats want some unit vector.
    normals = np.where(length > 0, normals / np.maximum(length, 1e-30), np.float32([0, 1, 0]))
    return Mesh(points_of(mesh).copy(), faces_of(mesh).copy(), normals.astype(np.float32), colours)
