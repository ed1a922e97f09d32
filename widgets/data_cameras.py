"""The cameras of a data set around their box, as a sketch that turns, and rays that fit them."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.camera import POLE_MARGIN, Camera, sphere_points
from core.guides import box_edges, frustum, horizon
from core.projection import in_front
from training.ray_fit import RayFit
from widgets import navigation
from widgets.common import LABEL_WIDTH, button, coloured, em, icons, reset_button, row, text_colour
from widgets.data_view import DataForm, DataIntent, DataView, RayForm, RaysView, TakeRays
from widgets.on_picture import cased_lines, grey, picture_ink
from widgets.view_guides import Place

# So many frusta can be told apart; so many more eyes are dots.
MOST_FRUSTA, MOST_EYES = 60, 600
# Of those that are not marked only the tip is drawn, in distances of the camera: all of each would be a thicket.
TIP = 0.16
SIDE_WIDTH = 19.0
HOME = Camera(yaw=0.9, pitch=1.15, radius=3.6, fov=40.0)
RANGES = {"fov": (1.0, 120.0), "radius": (0.1, 20.0), "scale": (0.01, 10.0)}
# What proposal and next run are compared by: its name, field of a RayFit, and form with the unit.
FIGURES = (
    ("View angle", "fov", "{:.2f}°"), ("Distance", "radius", "{:.3f}"), ("Near", "near", "{:.3f}"),
    ("Far", "far", "{:.3f}"), ("Cube scale", "cube_scale", "{:.3f}"),
)  # fmt: skip
HINT = (
    "Blue: the box of the proposal. Orange: cameras. Green: what one of them sees, from near to far; a click on a\n"
    "picture in Pictures chooses it. Drag: turn. Wheel: come nearer. Double click: as at first."
)


class CamerasPane:
    """Keeps from where the sketch is seen."""

    def __init__(self) -> None:
        self._eye = HOME

    def draw(self, form: DataForm, view: DataView, intents: list[DataIntent]) -> DataForm:
        """Draw sketch and rows.  Returns the form."""
        assert view.rays is not None
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        wide = room.x >= 2 * em(SIDE_WIDTH)
        size = ImVec2(room.x - em(SIDE_WIDTH) - spacing.x, room.y) if wide else ImVec2(room.x, room.y / 2)
        self._sketch(view, view.rays, size, form.chosen)
        if wide:
            imgui.same_line()
        imgui.begin_child("rays")
        form = replace(form, rays=_rows(form.rays, view.rays))
        _compare(view.rays, intents)
        imgui.end_child()
        return form

    def _sketch(self, view: DataView, rays: RaysView, size: ImVec2, chosen: int | None) -> None:
        corner = imgui.get_cursor_screen_pos()
        imgui.invisible_button("sketch", size)
        self._hear()
        canvas, place = imgui.get_window_draw_list(), Place.of(corner, size)
        far = ImVec2(corner.x + size.x, corner.y + size.y)
        canvas.push_clip_rect(corner, far, True)
        canvas.add_rect_filled(corner, far, grey(0.13), imgui.get_style().frame_rounding)
        fit = rays.fit
        eye = replace(self._eye, radius=self._eye.radius * fit.radius)
        cased_lines(canvas, _lines(eye, place, horizon(fit.radius)), picture_ink("quiet", 0.6), 0.1)
        seen, hidden = box_edges(fit.cube_scale, eye.position)
        cased_lines(canvas, _lines(eye, place, hidden), picture_ink("busy", 0.4), 0.1)
        cased_lines(canvas, _lines(eye, place, seen), picture_ink("busy"))
        angles = view.facts.angles if view.facts is not None else None
        if angles is not None:
            _cameras(canvas, eye, place, angles, fit, chosen)
        canvas.pop_clip_rect()

    def _hear(self) -> None:
        io = imgui.get_io()
        if imgui.is_item_active() and (io.mouse_delta.x or io.mouse_delta.y):
            side = min(imgui.get_item_rect_size().x, imgui.get_item_rect_size().y)
            self._eye = navigation.orbited(self._eye, io.mouse_delta.x, io.mouse_delta.y, side)
        if imgui.is_item_hovered():
            imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)
            if io.mouse_wheel:
                self._eye = navigation.zoomed(self._eye, io.mouse_wheel, HOME)
            if imgui.is_mouse_double_clicked(0):
                self._eye = HOME
        imgui.set_item_tooltip(HINT)


def _cameras(
    canvas: imgui.ImDrawList, eye: Camera, place: Place, angles: np.ndarray, fit: RayFit, chosen: int | None
) -> None:
    """Some cameras as frusta, more as dots, and the one that is marked."""
    count = len(angles)
    dots = angles[np.linspace(0, count - 1, min(count, MOST_EYES)).astype(int)]
    eyes = fit.radius * sphere_points(dots[:, 0], dots[:, 1])
    ends = in_front(eye, np.stack([eyes, eyes * 1.0001], axis=1))[:, 0]
    for spot in place.on_screen(eye, ends).tolist():
        canvas.add_circle_filled(ImVec2(*spot), max(em(0.1), 1.5), picture_ink("accent", 0.55))
    for index in np.linspace(0, count - 1, min(count, MOST_FRUSTA)).astype(int).tolist():
        tip = frustum(_camera(angles[index], fit), 0, TIP * fit.radius)[[0, 1, 2, 3, 8, 9, 10, 11]]
        for start, end in _lines(eye, place, tip).tolist():
            canvas.add_line(ImVec2(*start), ImVec2(*end), picture_ink("accent", 0.8), max(em(0.07), 1.0))
    marked = chosen if chosen is not None and chosen < count else 0
    lines = frustum(_camera(angles[marked], fit), fit.near, fit.far)
    cased_lines(canvas, _lines(eye, place, lines), picture_ink("good"))


def _camera(pose: np.ndarray, fit: RayFit) -> Camera:
    pitch = min(max(float(pose[1]), POLE_MARGIN), math.pi - POLE_MARGIN)
    return Camera(float(pose[0]), pitch, fit.radius, fit.fov)


def _lines(eye: Camera, place: Place, lines: np.ndarray) -> np.ndarray:
    return place.on_screen(eye, in_front(eye, lines))


def _rows(form: RayForm, rays: RaysView) -> RayForm:
    """What the proposal begins with."""
    imgui.separator_text("Cameras and objects")
    fov, radius, scale = rays.given
    origins = rays.origins
    values = {
        "fov": _value("View angle", "fov", form.fov, fov, origins[0], "%.2f°"),
        "radius": _value("Distance", "radius", form.radius, radius, origins[1], "%.3f"),
        "scale": _value("Object radius", "scale", form.scale, scale, origins[2], "%.3f"),
    }
    return RayForm(**values)


def _value(name: str, key: str, filled: float | None, given: float, origin: str, shown: str) -> float | None:
    row(name, f"{name}: {origin}", tail=1)
    low, high = RANGES[key]
    value = given if filled is None else filled
    with text_colour("quiet") if filled is None else nullcontext():
        changed, wanted = imgui.drag_float(f"##{key}", value, value / 200, low, high, shown)
    usual = shown % given
    imgui.set_item_tooltip(origin if filled is None else f"Given here; {origin}: {usual}")
    if changed:
        filled = min(max(wanted, low), high)
    return None if reset_button(key, filled is not None, f"{usual}, {origin}") else filled


def _compare(rays: RaysView, intents: list[DataIntent]) -> None:
    """The proposal beside what the next run would have."""
    imgui.separator_text("Rays")
    same = rays.current == rays.fit
    hint = "These are its values already" if same else "As changes of the Train form, where they can be taken back"
    if button(f"{icons.ICON_FA_ARROW_RIGHT}  Train with the proposal###take rays", not same, hint):
        intents.append(TakeRays(rays.fit))
    flags = imgui.TableFlags_.sizing_stretch_same | imgui.TableFlags_.row_bg
    if imgui.begin_table("rays", 3, flags):
        imgui.table_setup_column("", imgui.TableColumnFlags_.width_fixed, em(LABEL_WIDTH))
        imgui.table_setup_column("proposal")
        imgui.table_setup_column("next run")
        imgui.table_headers_row()
        for texts in comparison(rays.fit, rays.current):
            imgui.table_next_row()
            for text in texts:
                imgui.table_next_column()
                imgui.text(text)
        imgui.end_table()
    _check(rays)


def comparison(fit: RayFit, current: RayFit | None) -> list[tuple[str, str, str]]:
    """Rows of names, proposed values and those of the next run, all with their units."""
    return [
        (name, form.format(getattr(fit, key)), "unknown" if current is None else form.format(getattr(current, key)))
        for name, key, form in FIGURES
    ]


def _check(rays: RaysView) -> None:
    """Whether the rays of the next run stay in its box."""
    current = rays.current
    if current is not None and rays.needed is not None:
        words = f"Next run: its rays need a cube scale of {rays.needed:.3f}"
        if rays.needed <= current.cube_scale:
            coloured(f"{icons.ICON_FA_CIRCLE_CHECK}  {words}: they stay in the box.", "good")
        elif rays.boxed:
            coloured(f"{words}; what lies beside the box is left out (bounds: box).", "quiet")
        else:
            more = "they leave the box, and the field is fog there"
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {words}: {more}.", "warning")
