"""What a ray meets first: the surface, where it is not cut away, or a slice."""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkIdList, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData, vtkStaticCellLocator

from app.geometry.camera import Aim
from app.geometry.clipping import kept, planes_of
from app.geometry.geometry_messages import Picked, PickRequest
from app.geometry.polydata import faces_of, normals_of, points_of
from app.geometry.slices import AXES
from core.camera import Vector
from core.density_grid import DensityGrid
from core.geometry import Geometry


class Picker:
    """Finds places of one surface; its tree of faces is built once.

    Args:
        mesh: With normals.
        grid: The density that it is a surface of.
    """

    def __init__(self, mesh: vtkPolyData, grid: DensityGrid) -> None:
        self._mesh, self._grid = mesh, grid
        self._locator = vtkStaticCellLocator()
        self._locator.SetDataSet(mesh)
        self._locator.BuildLocator()

    def pick(self, request: PickRequest) -> Picked | None:
        """What is seen at a pixel; none where there is nothing."""
        view = request.view
        eye, direction = Aim(view.camera, view.width, view.height).ray(request.x, request.y)
        found = [self._surface(eye, direction, view.geometry), *self._slices(eye, direction, view.geometry)]
        hits = [each for each in found if each is not None]
        return min(hits, key=lambda hit: float(np.linalg.norm(np.array(hit.position) - eye)), default=None)

    def _surface(self, eye: np.ndarray, direction: np.ndarray, geometry: Geometry) -> Picked | None:
        far = eye + (np.linalg.norm(eye) + 4 * self._grid.half) * direction
        points, cells = vtkPoints(), vtkIdList()
        if not self._locator.IntersectWithLine(eye, far, 0.0, points, cells):
            return None
        places = vtk_to_numpy(points.GetData()).astype(np.float64)
        shown = np.flatnonzero(kept(places, planes_of(geometry, self._grid.half)))
        if not len(shown):
            return None
        nearest = shown[np.linalg.norm(places[shown] - eye, axis=1).argmin()]
        corners = faces_of(self._mesh)[cells.GetId(int(nearest))]
        normal = _weights(points_of(self._mesh)[corners], places[nearest]) @ normals_of(self._mesh)[corners]
        return self._picked(places[nearest], normal, "surface")

    def _slices(self, eye: np.ndarray, direction: np.ndarray, geometry: Geometry) -> list[Picked]:
        hits = []
        for axis, name in enumerate(AXES):
            at = getattr(geometry.slices, name)
            if at is None or abs(direction[axis]) < 1e-9:
                continue
            depth = (at * self._grid.half - eye[axis]) / direction[axis]
            place = eye + depth * direction
            place[axis] = at * self._grid.half
            if depth > 0 and (np.abs(place) <= self._grid.half).all():
                normal = np.zeros(3)
                normal[axis] = -np.sign(direction[axis])
                hits.append(self._picked(place, normal, "slice"))
        return hits

    def _picked(self, place: np.ndarray, normal: np.ndarray, on: str) -> Picked:
        length = float(np.linalg.norm(normal)) or 1.0
        density = float(self._grid.at(place))
        return Picked(_vector(place), _vector(normal / length), density, "slice" if on == "slice" else "surface")


def _weights(corners: np.ndarray, place: np.ndarray) -> np.ndarray:
    """How much each corner [3, 3] of a triangle counts at a place in it.  [3]."""
    first, second = (corners[1:] - corners[0]).astype(np.float64)
    shares, *_ = np.linalg.lstsq(np.stack([first, second], axis=1), place - corners[0], rcond=None)
    return np.array([1 - shares.sum(), *shares])


def _vector(values: np.ndarray) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z
