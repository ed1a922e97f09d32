"""The picture of a surface: the mouse turns it, a click asks what is there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.projection import to_camera, to_pixels
from core.surface_figures import Picked
from widgets.amounts import count_words
from widgets.camera_grip import CameraGrip, picture_item
from widgets.common import em, empty_state, error_box, icons
from widgets.geometry_view import (
    CancelSurface,
    ForgetPick,
    GeometryIntent,
    GoHome,
    PickPoint,
    RetrySurface,
    SurfacePictures,
    SurfaceView,
    Which,
)
from widgets.legend import draw_legends, fitting
from widgets.on_picture import GROUND, INK, QUIET_INK, picture_ink
from widgets.view_guides import Place
from widgets.viewport import work_strip

HELP = "drag: orbit · shift: pan · wheel: zoom · click: density"
# A press that goes no farther, font sizes, is a click.
CLICK = 0.3


@dataclass(frozen=True)
class PaneWish:
    """What somebody wants of a picture.

    Attributes:
        camera: The camera that was taken hold of, or None.
        intents: What else is to be done.
        threshold: A density that has a surface, or None.
    """

    camera: Camera | None = None
    intents: tuple[GeometryIntent, ...] = ()
    threshold: float | None = None


class SurfacePane:
    """Draws one picture.  It keeps only the gesture in progress.

    Args:
        which: The side that it shows.
    """

    def __init__(self, which: Which) -> None:
        self._which: Which = which
        self._grip = CameraGrip()
        self._pressed: ImVec2 | None = None

    def draw(
        self, view: SurfaceView, camera: Camera, home: Camera, pictures: SurfacePictures, room: ImVec2
    ) -> PaneWish:
        """Draw the picture, or why there is none.

        Args:
            view: The surface.
            camera: From where it is seen.
            home: Camera of the training.
            pictures: Gives the picture.
            room: Pixels of the layout.
        """
        room = ImVec2(max(math.floor(room.x), 1), max(math.floor(room.y), 1))
        imgui.begin_child(f"pane {self._which}", room, imgui.ChildFlags_.none, imgui.WindowFlags_.no_scroll_with_mouse)
        wish = self._contents(view, camera, home, pictures, room)
        imgui.end_child()
        return wish

    def _contents(
        self, view: SurfaceView, camera: Camera, home: Camera, pictures: SurfacePictures, room: ImVec2
    ) -> PaneWish:
        legends, height = fitting(view.legends if view.problem is None else (), room)
        room = ImVec2(room.x, max(room.y - height, 1.0))
        origin, low = imgui.get_cursor_pos(), imgui.get_cursor_screen_pos()
        high = ImVec2(low.x + room.x, low.y + room.y)
        picture_item("surface", room)
        hovered = imgui.is_item_hovered()
        wanted = self._grip.moved(camera, home, ImVec2(low.x + room.x / 2, low.y + room.y / 2), room, hovered)
        intents = self._clicks(hovered, low, room)
        shown, canvas = wanted or camera, imgui.get_window_draw_list()
        place = Place.of(low, room)
        picture = pictures(self._which, shown, place.width, place.height, self._grip.moves(shown))
        if view.problem is not None:
            imgui.set_cursor_pos(origin)
            return self._problem(view, wanted)
        if picture is None:
            imgui.set_cursor_pos(origin)
            empty_state(icons.ICON_FA_DRAW_POLYGON, view.title, view.hint)
        else:
            canvas.add_image(imgui.ImTextureRef(picture.texture), low, high)
            draw_legends(legends, ImVec2(low.x, high.y), room.x)
            strip = 0.0 if view.work is None else imgui.get_frame_height() + em(0.3)
            caption = [view.name, *lines_of(view)]
            _caption(canvas, caption, HELP if hovered else "", ImVec2(low.x, low.y + strip), high)
            if view.picked is not None:
                _mark(canvas, view.picked, shown, low, high)
        asked = work_strip(view.work, origin, room.x)
        if asked is not None:
            intents += (CancelSurface(self._which) if asked == "cancel" else RetrySurface(self._which),)
        return PaneWish(wanted, intents)

    def _clicks(self, hovered: bool, low: ImVec2, room: ImVec2) -> tuple[GeometryIntent, ...]:
        """What a click asks for: one that moves nothing picks, a second one goes home."""
        mouse = imgui.get_mouse_pos()
        if hovered and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
            self._pressed = None
            return GoHome(), ForgetPick()
        if imgui.is_item_activated():
            self._pressed = ImVec2(mouse.x, mouse.y) if imgui.is_mouse_down(imgui.MouseButton_.left) else None
        pressed = self._pressed
        if pressed is None or not imgui.is_item_deactivated():
            return ()
        self._pressed = None
        if math.hypot(mouse.x - pressed.x, mouse.y - pressed.y) > em(CLICK):
            return ()
        return (PickPoint(self._which, (mouse.x - low.x) / room.x, (mouse.y - low.y) / room.y),)

    def _problem(self, view: SurfaceView, camera: Camera | None) -> PaneWish:
        """Why there is no picture, and what can be done."""
        assert view.problem is not None
        proposed = view.densities.proposed if view.densities is not None and not view.raw else None
        offer = "" if proposed is None else f"Threshold {proposed:.3g}"
        box = error_box(f"surface {self._which}", view.problem.message, view.problem.detail, True, offer, dismiss=False)
        match box:
            case "offer":
                return PaneWish(camera, threshold=proposed)
            case "retry":
                return PaneWish(camera, (RetrySurface(self._which),))
        return PaneWish(camera)


def lines_of(view: SurfaceView) -> list[str]:
    """What is written into a picture's corner."""
    figures = view.figures
    if figures is None:
        return []
    kind = "closed" if figures.watertight else "open"
    return [f"{count_words(figures.faces)} faces, {kind}  ·  {view.resolution}³"]


def _caption(canvas: imgui.ImDrawList, lines: list[str], help_line: str, low: ImVec2, high: ImVec2) -> None:
    """Lines in the upper left corner, on a dark ground; axes and scale have the lower ones."""
    margin, pad, step = em(0.5), em(0.4), imgui.get_text_line_height()
    room = high.x - low.x - 2 * (margin + pad)
    texts = [(line, INK) for line in lines if line]
    if help_line and imgui.calc_text_size(help_line).x <= room:
        texts.append((help_line, QUIET_INK))
    if not texts or len(texts) * step + 2 * margin > 0.6 * (high.y - low.y):
        return  # a small picture is for the picture
    width = min(max(imgui.calc_text_size(text).x for text, _ in texts), room)
    left, top = low.x + margin, low.y + margin
    end = ImVec2(left + width + 2 * pad, top + len(texts) * step + pad)
    canvas.add_rect_filled(ImVec2(left, top), end, GROUND, em(0.3))
    canvas.push_clip_rect(ImVec2(left, top), end, True)
    for index, (text, ink) in enumerate(texts):
        canvas.add_text(ImVec2(left + pad, top + pad / 2 + index * step), ink, text)
    canvas.pop_clip_rect()


def _mark(canvas: imgui.ImDrawList, picked: Picked, camera: Camera, low: ImVec2, high: ImVec2) -> None:
    """The place that was picked, its normal, and what is known of it."""
    point = np.asarray(picked.position)
    if to_camera(camera, point)[2] >= -0.01 * camera.radius:
        return  # behind the eye
    x, y = to_pixels(camera, point, high.x - low.x, high.y - low.y).tolist()
    spot = ImVec2(low.x + x, low.y + y)
    if not (low.x <= spot.x <= high.x and low.y <= spot.y <= high.y):
        return
    canvas.add_circle_filled(spot, em(0.34), imgui.IM_COL32(16, 17, 20, 220))
    canvas.add_circle_filled(spot, em(0.22), picture_ink("accent"))
    lines = [
        "position  " + "  ".join(f"{each:+.3f}" for each in picked.position),
        "normal  " + "  ".join(f"{each:+.2f}" for each in picked.normal),
        f"density  {picked.density:.4g}" + ("  on a slice" if picked.on == "slice" else ""),
    ]
    step, pad = imgui.get_text_line_height(), em(0.4)
    size = ImVec2(max(imgui.calc_text_size(line).x for line in lines) + 2 * pad, len(lines) * step + 2 * pad)
    left, top = beside(spot, size, low, high)
    canvas.add_rect_filled(ImVec2(left, top), ImVec2(left + size.x, top + size.y), GROUND, em(0.3))
    for index, line in enumerate(lines):
        canvas.add_text(ImVec2(left + pad, top + pad + index * step), INK, line)


def beside(spot: ImVec2, size: ImVec2, low: ImVec2, high: ImVec2) -> tuple[float, float]:
    """Upper left corner of a box of this size beside a spot: right or left of it, else below or above."""
    gap, margin = em(0.8), em(0.3)
    top = min(max(spot.y - size.y / 2, low.y + margin), max(high.y - size.y - margin, low.y))
    if spot.x + gap + size.x + margin <= high.x:
        return spot.x + gap, top
    if spot.x - gap - size.x - margin >= low.x:
        return spot.x - gap - size.x, top
    left = min(max(spot.x - size.x / 2, low.x + margin), max(high.x - size.x - margin, low.x))
    return left, spot.y + gap if spot.y + gap + size.y <= high.y else spot.y - gap - size.y
