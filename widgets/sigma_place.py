"""A patch that is dragged over the generator's sample: where it lies is where sigma is shown for all scales."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from imgui_bundle import ImVec2, imgui

from widgets.common import coloured, em, error_box, icons, text_colour
from widgets.on_picture import cased_lines, corner_lines, grey, picture_ink
from widgets.sigma_views import Place, PlaceView

MIN_SIDE = 7.0
TIP = """Drag the patch. Its place is the position in the room that its scale leaves: offset = place (1 - s).
So a place means a patch at every scale, from the smallest to the whole image, and σ is shown for all of them.
σ depends on scale and place alone; the picture is a sample of the same generator, to see what lies there."""


def draw(view: PlaceView, place: Place, width: float, height: float) -> Place:
    """Draw the picture with the patch, and its scale below.

    Args:
        view: The picture, and what is known of it.
        place: Where the patch is.
        width: Room, pixels.
        height: Likewise.

    Returns:
        Where the patch is wanted.
    """
    below = imgui.get_frame_height_with_spacing() + imgui.get_text_line_height_with_spacing()
    side = max(min(width, height - below), em(MIN_SIDE))
    place = replace(place, scale=min(max(place.scale, view.least), 1.0))
    low = imgui.get_cursor_screen_pos()
    imgui.invisible_button("patch", ImVec2(side, side))
    if imgui.is_item_active() and (imgui.get_io().mouse_delta.x or imgui.get_io().mouse_delta.y):
        delta = imgui.get_io().mouse_delta
        place = place.moved(delta.x / side, -delta.y / side)
    imgui.set_item_tooltip(TIP)
    _picture(view, low, side)
    _patch(place, low, side)
    imgui.set_next_item_width(side)
    _, scale = imgui.slider_float("##scale", place.scale, view.least, 1.0, "s  %.3f", imgui.SliderFlags_.always_clamp)
    imgui.set_item_tooltip("Scale at which the patch is drawn on the picture")
    with text_colour("quiet"):
        x, y = place.offset
        imgui.text(f"δ {x:.3f}, {y:.3f}  place {place.x:.2f}, {place.y:.2f}")
        imgui.set_item_tooltip(TIP)
    return replace(place, scale=scale)


def _picture(view: PlaceView, low: ImVec2, side: float) -> None:
    canvas, high = imgui.get_window_draw_list(), ImVec2(low.x + side, low.y + side)
    if view.picture is not None:
        canvas.add_image(imgui.ImTextureRef(view.picture.texture), low, high)
    else:
        canvas.add_rect_filled(low, high, grey(0.2))
        corner_lines(canvas, low, high, ["drawing the sample…" if view.busy else "no picture"])


def _patch(place: Place, low: ImVec2, side: float) -> None:
    canvas, edge = imgui.get_window_draw_list(), place.scale * side
    x, y = place.offset
    left, top = low.x + x * side, low.y + (1 - y) * side - edge
    corners = np.array([[left, top], [left + edge, top], [left + edge, top + edge], [left, top + edge]])
    cased_lines(canvas, np.stack([corners, np.roll(corners, -1, axis=0)], axis=1), picture_ink("accent"))


def draw_problem(view: PlaceView) -> Literal["said", "retry"] | None:
    """Say why there is no sigma, where there is none.  Returns whether it was said, and shall be tried again."""
    if view.problem is not None:
        action = error_box("sigma place", view.problem.message, view.problem.detail, retry=True, dismiss=False)
        return "retry" if action == "retry" else "said"
    if not view.title:
        hint = "The sample in the viewport is not there yet; once it is, its discriminator is asked."
        coloured(f"{icons.ICON_FA_HOURGLASS_HALF}  {hint}", "quiet")
    elif view.sigma is None:
        coloured(f"{icons.ICON_FA_HOURGLASS_HALF}  Asking the discriminator of {view.title}…", "busy")
    elif not view.sigma.layers:
        text = "This discriminator has no modulation: its filters are not told which scale and place they see."
        coloured(text, "quiet")
    else:
        return None
    return "said"
