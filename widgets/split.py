"""The divider between two pictures of one camera: A left of it, B right of it; the mouse moves it."""

from __future__ import annotations

from dataclasses import dataclass

from imgui_bundle import ImVec2, imgui

from widgets.common import em, icons, tone_ink
from widgets.on_picture import GROUND, INK, QUIET_INK

EMPTY = imgui.IM_COL32(16, 17, 20, 255)
SHADE = imgui.IM_COL32(16, 17, 20, 110)
# The divider stays this far inside the picture, as a part of its width, so that it can be taken hold of again.
MARGIN = 0.02
GRIP_HEIGHT = 2.2
LOADING = "B is being computed…"


@dataclass(frozen=True)
class Split:
    """What a divider shows.

    Attributes:
        divider: 0 is the left edge of the picture, 1 the right one.
        labels: Of A and B, for people.
        hint: Why there is no B; empty while it is on its way.
    """

    divider: float
    labels: tuple[str, str]
    hint: str = ""


def divider_at(split: Split, low: ImVec2, high: ImVec2) -> float:
    """Where the divider stands on the screen, pixels."""
    share = min(max(split.divider, MARGIN), 1 - MARGIN)
    return round(low.x + share * (high.x - low.x))


def draw(split: Split, low: ImVec2, high: ImVec2, below: float, corner: ImVec2, *, empty: bool) -> float | None:
    """Draw divider and labels over the two pictures.

    Args:
        split: What it shows.
        low: Upper left corner of the pictures, pixels of the screen.
        high: Lower right corner.
        below: Room above the labels that something else takes, pixels.
        corner: Size of what stands in the upper right corner, pixels; labels keep clear of it.
        empty: Whether there is no B yet.

    Returns:
        Where the divider is wanted, if somebody moves it.
    """
    wanted = _grip(split, low, high)
    place, canvas = divider_at(split, low, high), imgui.get_window_draw_list()
    if empty:
        _nothing(canvas, split.hint or LOADING, ImVec2(place, low.y), high)
    held = imgui.is_item_hovered() or imgui.is_item_active()
    canvas.add_line(ImVec2(place, low.y), ImVec2(place, high.y), SHADE, em(0.3))
    canvas.add_line(ImVec2(place, low.y), ImVec2(place, high.y), tone_ink("accent") if held else INK, em(0.12))
    _handle(canvas, ImVec2(place, (low.y + high.y) / 2), held)
    labelled = ((low, ImVec2(place, high.y), 1.0), (ImVec2(place, low.y), high, 0.0))
    for text, (first, last, align) in zip(split.labels, labelled, strict=True):
        x = place + em(0.6) * (1 - 2 * align)
        end = x + (1 - align) * (imgui.calc_text_size(text).x + em(0.8))
        top = low.y + em(0.5) + max(below, corner.y if end > high.x - corner.x else 0.0)
        canvas.push_clip_rect(first, last, True)
        _label(canvas, text, x, top, align)
        canvas.pop_clip_rect()
    return wanted


def _grip(split: Split, low: ImVec2, high: ImVec2) -> float | None:
    """The part of the picture that takes hold of the divider, and not of the camera."""
    place, wide = divider_at(split, low, high), em(1)
    imgui.set_cursor_screen_pos(ImVec2(place - wide / 2, low.y))
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button("divider", ImVec2(wide, high.y - low.y))
    if imgui.is_item_hovered() or imgui.is_item_active():
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_ew)
    wanted = None
    if imgui.is_item_hovered() and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        wanted = 0.5
    elif imgui.is_item_active() and imgui.get_io().mouse_delta.x and not imgui.is_item_activated():
        wanted = (imgui.get_io().mouse_pos.x - low.x) / max(high.x - low.x, 1)
    if not imgui.is_item_active():
        imgui.set_item_tooltip("Drag: more of A or of B · double click: the middle")
    return None if wanted is None else min(max(wanted, MARGIN), 1 - MARGIN)


def _handle(canvas: imgui.ImDrawList, centre: ImVec2, held: bool) -> None:
    """What says that the line can be moved."""
    half = ImVec2(em(0.42), em(GRIP_HEIGHT) / 2)
    low, high = ImVec2(centre.x - half.x, centre.y - half.y), ImVec2(centre.x + half.x, centre.y + half.y)
    canvas.add_rect_filled(low, high, tone_ink("accent") if held else INK, em(0.42))
    for offset in (-0.14, 0.14):
        x = centre.x + em(offset)
        ends = ImVec2(x, centre.y - half.y / 2), ImVec2(x, centre.y + half.y / 2)
        canvas.add_line(*ends, imgui.IM_COL32(16, 17, 20, 200), em(0.1))


def _label(canvas: imgui.ImDrawList, text: str, x: float, top: float, align: float) -> None:
    """A label on a dark ground; `align` 0 begins at x, 1 ends there."""
    size, padding = imgui.calc_text_size(text), em(0.4)
    left = x - align * (size.x + 2 * padding)
    high = ImVec2(left + size.x + 2 * padding, top + size.y + padding)
    canvas.add_rect_filled(ImVec2(left, top), high, GROUND, em(0.3))
    canvas.add_text(ImVec2(left + padding, top + padding / 2), INK, text)


def _nothing(canvas: imgui.ImDrawList, text: str, low: ImVec2, high: ImVec2) -> None:
    """The half of a picture that is not there yet."""
    canvas.add_rect_filled(low, high, EMPTY)
    room = high.x - low.x - em(2)
    if room < em(6):
        return
    size = imgui.calc_text_size(text, False, room)
    left, top = (low.x + high.x - size.x) / 2, (low.y + high.y - size.y) / 2
    imgui.set_cursor_screen_pos(ImVec2(left, top))
    imgui.push_style_color(imgui.Col_.text, QUIET_INK)
    imgui.push_text_wrap_pos(imgui.get_cursor_pos().x + room)
    imgui.text_unformatted(text)
    imgui.pop_text_wrap_pos()
    imgui.pop_style_color()
    icon = imgui.calc_text_size(icons.ICON_FA_CUBE)
    canvas.add_text(ImVec2((low.x + high.x - icon.x) / 2, top - 1.8 * icon.y), QUIET_INK, icons.ICON_FA_CUBE)
