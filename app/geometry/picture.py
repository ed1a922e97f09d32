"""Pictures of a surface, off screen with VTK, exactly as the viewport's camera sees it."""

from __future__ import annotations

import os
import sys
from typing import Any, Self

import numpy as np

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")  # before VTK is imported

import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  both take up their work when they are imported
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPlane, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkClipPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkTexture,
)

from app.geometry.camera import Aim
from app.geometry.clipping import planes_of
from app.geometry.colouring import CLAY, Coloured
from app.geometry.geometry_messages import Colour, ViewRequest
from app.geometry.overlay import actors_of, letter_size, overlay
from app.geometry.slices import LINES, Slice
from core.geometry import Geometry, Style
from core.guides import box_edges

AMBIENT, DIFFUSE = 0.28, 0.72
# The inside of a surface that is cut open is darker than its outside.
INSIDE = 0.55
SAMPLES_AT_REST = 8
# OpenGL cuts with so many planes; what a seventh cuts away is taken out of the mesh.
MOST_PLANES = 6
# The box reaches so far from the origin, in halves of its edge; a little more, so that nothing is cut off.
REACH = 1.8


class Painter:
    """One off-screen window; what it shows of a surface is kept until another one is shown."""

    def __init__(self) -> None:
        self._renderer, self._window = vtkRenderer(), vtkRenderWindow()
        self._surface, self._beside, self._over = vtkActor(), [], []
        self._shown = vtkPolyData()
        self._window.SetOffScreenRendering(1)
        self._window.SetAlphaBitPlanes(1)
        self._window.SetMultiSamples(0)
        self._window.AddRenderer(self._renderer)
        self._surface.SetMapper(vtkPolyDataMapper())
        self._renderer.AddActor(self._surface)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the window."""
        self._window.Finalize()

    def show(self, mesh: vtkPolyData, coloured: Coloured) -> None:
        """Take this surface in place of the last one.  It needs normals."""
        shown = self._shown = vtkPolyData()
        shown.ShallowCopy(mesh)
        shown.GetPointData().SetScalars(None if coloured.colours is None else _bytes(coloured.colours))
        mapper, look = self._surface.GetMapper(), self._surface.GetProperty()
        mapper.SetScalarVisibility(coloured.colours is not None)
        look.SetColor(*(channel / 255 for channel in CLAY))
        look.SetLighting(coloured.lit)
        look.SetAmbient(AMBIENT)
        look.SetDiffuse(DIFFUSE)
        look.SetInterpolationToPhong()

    def show_slices(self, slices: list[Slice], half: float, threshold: float, *, contours: bool, ink: Colour) -> None:
        """Take these planes in place of the last ones."""
        for actor in self._beside:
            self._renderer.RemoveActor(actor)
        self._beside = [_plane_actor(each, half) for each in slices]
        if contours:
            levels = tuple(threshold * factor for factor in LINES)
            self._beside += [_lines_actor(each.lines(levels, half), ink, 1) for each in slices]
            self._beside += [_lines_actor(each.lines((threshold,), half), ink, 3) for each in slices]
        for actor in self._beside:
            self._renderer.AddActor(actor)

    def picture(self, view: ViewRequest, half: float) -> np.ndarray:
        """Draw.

        Args:
            view: Camera, size, and how; the surface and the slices are those that were shown.
            half: Half the edge of the field's box, world units.

        Returns:
            [height, width, 4], uint8, sRGB, top row first, colours times alpha.
        """
        aim, window, renderer = Aim(view.camera, view.width, view.height), self._window, self._renderer
        window.SetMultiSamples(SAMPLES_AT_REST if view.smooth else 0)
        window.SetSize(view.width, view.height)
        renderer.SetBackground(*(view.ground or (0.0, 0.0, 0.0)))
        renderer.SetBackgroundAlpha(0.0 if view.ground is None else 1.0)
        self._cut(view.geometry, half)
        self._style(view.geometry.style)
        aim.apply(renderer.GetActiveCamera(), REACH * half)
        over = [_lines_actor(_segments(np.concatenate(box_edges(half, aim.camera.position))), view.ink, 1)]
        over = over if view.geometry.bounds else []
        over += actors_of(overlay(aim, view.geometry, half, view.ink), view.height, letter_size(aim))
        for actor in over:
            renderer.AddViewProp(actor)
        window.Render()
        pixels = vtkUnsignedCharArray()
        window.GetRGBACharPixelData(0, 0, view.width - 1, view.height - 1, 0, pixels)
        for actor in over:
            renderer.RemoveViewProp(actor)
        return np.ascontiguousarray(vtk_to_numpy(pixels).reshape(view.height, view.width, 4)[::-1])

    def _cut(self, geometry: Geometry, half: float) -> None:
        mapper, planes = self._surface.GetMapper(), [_plane(*each) for each in planes_of(geometry, half)]
        mapper.RemoveAllClippingPlanes()
        for plane in planes[-MOST_PLANES:]:
            mapper.AddClippingPlane(plane)
        shown = self._shown
        for plane in planes[:-MOST_PLANES]:  # a plane and all sides of a box
            clip = vtkClipPolyData()
            clip.SetInputData(shown)
            clip.SetClipFunction(plane)
            clip.Update()
            shown = clip.GetOutput()
        mapper.SetInputData(shown)
        look = self._surface.GetProperty()
        inside = type(look)()
        inside.DeepCopy(look)
        inside.SetColor(*(INSIDE * channel for channel in look.GetColor()))
        self._surface.SetBackfaceProperty(inside)

    def _style(self, style: Style) -> None:
        for look in (self._surface.GetProperty(), self._surface.GetBackfaceProperty()):
            match style:
                case "surface":
                    look.SetRepresentationToSurface()
                case "wireframe":
                    look.SetRepresentationToWireframe()
                    look.SetLineWidth(1)
                case "points":
                    look.SetRepresentationToPoints()
                    look.SetPointSize(2)


def _plane(normal: np.ndarray, offset: float) -> vtkPlane:
    plane = vtkPlane()
    plane.SetNormal(*(-normal))  # VTK keeps the side that its normal points to
    plane.SetOrigin(*(offset * normal))
    return plane


def _bytes(colours: np.ndarray) -> Any:
    """Colours [n, 3], uint8, as VTK's scalars."""
    array = numpy_to_vtk(np.ascontiguousarray(colours, np.uint8), deep=True)
    array.SetName("colours")
    return array


def _segments(ends: np.ndarray) -> vtkPolyData:
    """Straight lines [n, 2, 3]."""
    points, cells, data = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(ends.reshape(-1, 3).astype(np.float32), deep=True))
    for number in range(len(ends)):
        cells.InsertNextCell(2, (2 * number, 2 * number + 1))
    data.SetPoints(points)
    data.SetLines(cells)
    return data


def _lines_actor(lines: vtkPolyData, ink: Colour, width: float) -> vtkActor:
    mapper, actor = vtkPolyDataMapper(), vtkActor()
    mapper.SetInputData(lines)
    mapper.ScalarVisibilityOff()
    # In front of the plane that they lie in.
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(0, -4)
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.LightingOff()
    look.SetColor(*ink)
    look.SetLineWidth(width)
    return actor


def _plane_actor(plane: Slice, half: float) -> vtkActor:
    """The plane as a picture on a square, its outer pixels' centres on the sides of the box."""
    count = len(plane.densities)
    corners = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64)
    places = (0.5 + (count - 1) * (corners / half + 1) / 2) / count
    points, cells, data = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(plane.lifted(corners).astype(np.float32), deep=True))
    cells.InsertNextCell(4, (0, 1, 2, 3))
    data.SetPoints(points)
    data.SetPolys(cells)
    data.GetPointData().SetTCoords(numpy_to_vtk(places.astype(np.float32), deep=True))
    image, texture = vtkImageData(), vtkTexture()
    image.SetDimensions(count, count, 1)
    image.GetPointData().SetScalars(_bytes(plane.colours().reshape(-1, 3)))
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.RepeatOff()
    texture.EdgeClampOn()
    mapper, actor = vtkPolyDataMapper(), vtkActor()
    mapper.SetInputData(data)
    actor.SetMapper(mapper)
    actor.SetTexture(texture)
    actor.GetProperty().LightingOff()
    return actor
