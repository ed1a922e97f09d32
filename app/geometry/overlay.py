"""What is drawn over a picture of a surface: axes, the lengths of the box, and a bar of known length."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkCoordinate, vtkPolyDataMapper2D, vtkTextActor

from app.geometry.camera import Aim
from app.geometry.geometry_messages import Colour
from core.geometry import Geometry
from core.guides import box_edges
from core.projection import NEAR_PLANE, to_camera, to_pixels

AXIS_COLOURS: tuple[Colour, ...] = ((0.90, 0.35, 0.33), (0.40, 0.75, 0.36), (0.37, 0.58, 0.95))
# Of the picture's shorter side: letters, the axes in the corner, the margin; a bar is at most so long.
LETTERS, AXES, MARGIN, LONGEST_BAR = 0.03, 0.06, 0.035, 0.3
LEAST_LETTERS = 10


@dataclass(frozen=True)
class Line:
    """Between two places of the picture, pixels from its upper left corner."""

    start: np.ndarray
    end: np.ndarray
    colour: Colour
    width: float = 1.5


@dataclass(frozen=True)
class Word:
    """Letters around a place of the picture."""

    text: str
    place: np.ndarray
    colour: Colour


def overlay(aim: Aim, geometry: Geometry, half: float, ink: Colour) -> Iterator[Line | Word]:
    """All that is wanted over a picture.

    Args:
        aim: Camera and picture.
        geometry: Says what is wanted.
        half: Half the edge of the field's box, world units.
        ink: Colour of lines and letters that have none of their own.
    """
    if geometry.bounds:
        yield from _lengths(aim, half)
    if geometry.axes:
        yield from _axes(aim)
    if geometry.scale_bar:
        yield from _scale_bar(aim, ink)


def actors_of(parts: Iterator[Line | Word], height: int, letters: int) -> Iterator[vtkActor2D]:
    """VTK's actors of lines and words; its pixels count from the lower left corner."""
    for part in parts:
        if isinstance(part, Line):
            yield _line_actor(part, height)
        else:
            yield _word_actor(part, height, letters)


def letter_size(aim: Aim) -> int:
    """Height of letters, pixels."""
    return max(round(LETTERS * min(aim.width, aim.height)), LEAST_LETTERS)


def _axes(aim: Aim) -> Iterator[Line | Word]:
    side = min(aim.width, aim.height)
    length = AXES * side
    centre = np.array([MARGIN * side + 1.3 * length, aim.height - MARGIN * side - 1.3 * length])
    turned = aim.camera.matrix[:3, :3]  # rows: world axes in camera axes
    for axis in np.argsort(turned[:, 2]):  # those that point at the eye last, on top
        tip = turned[axis, :2] * (1, -1)
        yield Line(centre, centre + length * tip, AXIS_COLOURS[axis], width=2)
        yield Word("xyz"[axis], centre + 1.3 * length * tip, AXIS_COLOURS[axis])


def _lengths(aim: Aim, half: float) -> Iterator[Line | Word]:
    """How long the box is, on the lowest of its edges along each axis; the edges themselves stand in space."""
    edges = np.concatenate(box_edges(half, aim.camera.position))
    for axis in range(3):
        along = edges[np.abs(edges[:, 1] - edges[:, 0]).argmax(axis=-1) == axis].mean(axis=1)  # middles, [4, 3]
        depths = -to_camera(aim.camera, along)[:, 2]
        seen = depths > NEAR_PLANE * aim.camera.radius
        if seen.any():
            middle = along[seen][to_pixels(aim.camera, along[seen], aim.width, aim.height)[:, 1].argmax()]
            place = to_pixels(aim.camera, middle, aim.width, aim.height)
            yield Word(f"{'xyz'[axis]} {2 * half:.3g}", place, AXIS_COLOURS[axis])


def _scale_bar(aim: Aim, ink: Colour) -> Iterator[Line | Word]:
    """As long as something at the target's distance."""
    side = min(aim.width, aim.height)
    per_pixel = 2 * aim.camera.radius * math.tan(math.radians(aim.camera.fov) / 2) / max(side - 1, 1)
    length = round_length(LONGEST_BAR * side * per_pixel)
    right = np.array([aim.width - MARGIN * side, aim.height - MARGIN * side])
    left = right - (length / per_pixel, 0)
    tick = np.array([0, 0.008 * side])
    for start, end in ((left, right), (left - tick, left + tick), (right - tick, right + tick)):
        yield Line(start, end, ink, width=2)
    yield Word(f"{length:g}", (left + right) / 2 - (0, 0.7 * letter_size(aim)), ink)


def round_length(most: float) -> float:
    """The largest of 1, 2 and 5 times powers of ten up to `most`, which is positive."""
    power = 10.0 ** math.floor(math.log10(most))
    factor = next(each for each in (5, 2, 1) if each * power <= most * (1 + 1e-9))
    return float(f"{factor * power:.6g}")


def _line_actor(line: Line, height: int) -> vtkActor2D:
    points, cells, data = vtkPoints(), vtkCellArray(), vtkPolyData()
    ends = np.array([[x, height - y, 0] for x, y in (line.start, line.end)], np.float32)
    points.SetData(numpy_to_vtk(ends, deep=True))
    cells.InsertNextCell(2, (0, 1))
    data.SetPoints(points)
    data.SetLines(cells)
    mapper, coordinate, actor = vtkPolyDataMapper2D(), vtkCoordinate(), vtkActor2D()
    coordinate.SetCoordinateSystemToDisplay()
    mapper.SetTransformCoordinate(coordinate)
    mapper.SetInputData(data)
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(*line.colour)
    actor.GetProperty().SetLineWidth(line.width)
    return actor


def _word_actor(word: Word, height: int, letters: int) -> vtkTextActor:
    actor = vtkTextActor()
    actor.SetInput(word.text)
    actor.GetPositionCoordinate().SetCoordinateSystemToDisplay()
    actor.SetPosition(float(word.place[0]), float(height - word.place[1]))
    text = actor.GetTextProperty()
    text.SetFontSize(letters)
    text.SetColor(*word.colour)
    text.SetJustificationToCentered()
    text.SetVerticalJustificationToCentered()
    return actor
