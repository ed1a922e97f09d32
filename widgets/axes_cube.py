"""The small cube in a corner of the viewport: shows how the world is turned; a click on a face looks from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.views import DIRECTIONS, VIEWS, ViewName, seen_from
from widgets.common import em
from widgets.on_picture import grey, picture_ink
from widgets.palette import Tone

# Half an edge of the cube, as a share of the square that it takes.
HALF = 0.21
# Sizes in half edges: of letters, of the discs at the ends of the axes.
LETTER_SIZE, DISC = 0.6, 0.34
# How far the axes go from the middle, in half edges, beyond the cube's corner that they share.
AXIS_END = 1.6
AXES: tuple[tuple[str, Tone], ...] = (("X", "error"), ("Y", "good"), ("Z", "busy"))
# The axes along which the text of a side runs and stands, as one sees it from there: [3, 2].
_TEXT_AXES = {view: np.round(seen_from(Camera(), view).matrix[:3, :2]) for view in VIEWS}
# A press that moved further is a drag, pixels.
CLICK_SLACK = 4.0


@dataclass(frozen=True)
class Face:
    """A face that is turned to the viewer.

    Attributes:
        view: Whose it is.
        corners: [4, 2], in turn; half edges right and down from the cube's middle.
        along: Where its text runs and where its text's lower side is: two columns, [2, 2].
        facing: How much it is turned to the viewer, in (0, 1].
    """

    view: ViewName
    corners: np.ndarray
    along: np.ndarray
    facing: float


def faces(camera: Camera) -> list[Face]:
    """The faces that a camera sees of a cube far away, those turned away most first."""
    turn = camera.matrix[:3, :3]
    seen = []
    for view in VIEWS:
        normal = np.array(DIRECTIONS[view])
        right, up = _TEXT_AXES[view].T
        facing = float(normal @ turn[:, 2])
        if facing > 1e-3:
            around = np.array([normal - right - up, normal + right - up, normal + right + up, normal - right + up])
            along = np.stack([right, -up], axis=1)
            seen.append(Face(view, _flat(around, turn), _flat(along.T, turn).T, facing))
    return sorted(seen, key=lambda face: face.facing)


def face_at(seen: list[Face], place: np.ndarray) -> ViewName | None:
    """The face at a place, half edges right and down from the cube's middle; none beside the cube."""
    for face in seen:
        along = np.roll(face.corners, -1, axis=0) - face.corners
        ways = place - face.corners
        crosses = along[:, 0] * ways[:, 1] - along[:, 1] * ways[:, 0]
        if (crosses <= 0).all() or (crosses >= 0).all():
            return face.view
    return None


class AxesCube:
    """Draws the cube and hears the mouse; it keeps only the gesture in progress."""

    def __init__(self) -> None:
        self._dragged = 0.0

    def draw(self, camera: Camera, right: float, top: float, size: float) -> tuple[ViewName | None, ImVec2]:
        """Draw it in a corner of the present window.

        Args:
            camera: That looks at the world.
            right: The corner, pixels of the screen.
            top: Likewise.
            size: Edge of the square that it takes, pixels.

        Returns:
            The view that was clicked, if any, and how far the cube was dragged in this frame, pixels.
        """
        imgui.set_cursor_screen_pos(ImVec2(right - size, top))
        pressed = imgui.invisible_button("###axes cube", ImVec2(size, size))
        hovered, held = imgui.is_item_hovered(), imgui.is_item_active()
        middle, unit = np.array([right - size / 2, top + size / 2]), size * HALF
        mouse = imgui.get_mouse_pos()
        seen = faces(camera)
        under = face_at(seen, (np.array([mouse.x, mouse.y]) - middle) / unit) if hovered else None
        moved = imgui.get_io().mouse_delta if held and not imgui.is_item_activated() else ImVec2(0, 0)
        self._dragged = 0.0 if imgui.is_item_activated() else self._dragged + abs(moved.x) + abs(moved.y)
        _paint(imgui.get_window_draw_list(), camera, seen, under, middle, unit)
        clicked = under if pressed and self._dragged <= CLICK_SLACK else None
        return clicked, moved if self._dragged > CLICK_SLACK else ImVec2(0, 0)


def _flat(points: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Points as they are seen from far away, right and down.  [n, 3] -> [n, 2]."""
    return (points @ turn)[:, :2] * [1, -1]


def _paint(
    canvas: imgui.ImDrawList, camera: Camera, seen: list[Face], under: ViewName | None, middle: np.ndarray, unit: float
) -> None:
    turn = camera.matrix[:3, :3]
    depths = turn[:, 2]  # how much each axis points to the viewer
    order = np.argsort(depths).tolist()
    # An axis runs along the edge between the lower faces of the other two, and is hidden where both are turned away.
    hidden = {axis for axis in order if np.delete(depths, axis).min() >= 0}
    for axis in order:
        if axis in hidden:
            _axis(canvas, turn, axis, middle, unit)
        if axis in hidden and depths[axis] < 0:
            _letter(canvas, turn, axis, middle, unit)
    for face in seen:
        _face(canvas, face, face.view == under, middle, unit)
    for axis in order:
        if axis not in hidden:
            _axis(canvas, turn, axis, middle, unit)
        if axis not in hidden or depths[axis] >= 0:
            _letter(canvas, turn, axis, middle, unit)


def _face(canvas: imgui.ImDrawList, face: Face, lit: bool, middle: np.ndarray, unit: float) -> None:
    corners = [ImVec2(*place) for place in (middle + unit * face.corners).tolist()]
    fill = picture_ink("accent") if lit else grey(0.5 + 0.38 * face.facing, 0.94)
    canvas.add_quad_filled(*corners, fill)
    canvas.add_quad(*corners, grey(0.12, 0.8), max(em(0.07), 1.0))
    centre = middle + unit * face.corners.mean(axis=0)
    ink = grey(0.08, min(1.0, 2.2 * face.facing))
    _lettered(canvas, face.view.capitalize(), centre, face.along, ink, unit * LETTER_SIZE)


def _lettered(
    canvas: imgui.ImDrawList, text: str, centre: np.ndarray, along: np.ndarray, ink: int, size: float
) -> None:
    """Text that lies in a face: its letters are drawn upright, and their corners moved."""
    imgui.push_font(None, size)
    extent = imgui.calc_text_size(text)
    first = len(canvas.vtx_buffer)
    canvas.add_text(ImVec2(centre[0] - extent.x / 2, centre[1] - extent.y / 2), ink, text)
    imgui.pop_font()
    (xx, xy), (yx, yy) = along.tolist()
    x, y = centre.tolist()
    for index in range(first, len(canvas.vtx_buffer)):
        corner = canvas.vtx_buffer[index]
        right, below = corner.pos.x - x, corner.pos.y - y
        corner.pos = ImVec2(x + xx * right + xy * below, y + yx * right + yy * below)


def _axis(canvas: imgui.ImDrawList, turn: np.ndarray, axis: int, middle: np.ndarray, unit: float) -> None:
    """One axis along the edges of the cube that meet in its lowest corner."""
    start, end = (middle + unit * _flat(_ends(axis), turn)).tolist()
    canvas.add_line(ImVec2(*start), ImVec2(*end), picture_ink(AXES[axis][1]), max(em(0.14), 2.0))


def _letter(canvas: imgui.ImDrawList, turn: np.ndarray, axis: int, middle: np.ndarray, unit: float) -> None:
    """The name of an axis at its end."""
    name, tone = AXES[axis]
    right, down = (middle + unit * _flat(_ends(axis), turn)[1]).tolist()
    canvas.add_circle_filled(ImVec2(right, down), unit * DISC, picture_ink(tone))
    imgui.push_font(None, unit * LETTER_SIZE)
    extent = imgui.calc_text_size(name)
    canvas.add_text(ImVec2(right - extent.x / 2, down - extent.y / 2), grey(0.06), name)
    imgui.pop_font()


def _ends(axis: int) -> np.ndarray:
    """Where an axis begins and ends, half edges from the cube's middle.  [2, 3]."""
    ends = -np.ones((2, 3))
    ends[1, axis] = AXIS_END
    return ends
