"""The pad of the Latent panel: a window onto the seed lattice, whose plane is dragged like a map."""

from __future__ import annotations

import math

from imgui_bundle import ImVec2, imgui

from core.lattice import ROW, SEEDS, moved
from core.scene import Latent
from widgets.common import em, tone_ink

# Font sizes: of the pad, and between neighbouring seeds.
HEIGHT, STEP = 5.6, 4.2
# How far below its point a number stands, below the arm of the cross, font sizes.
BELOW = 1.15
# Larger seeds, which are met below 0 where the lattice begins anew, have no numbers: the seed's field does not reach
# them, and nobody would look for them there.
NAMED = 2**31
# How much faster and slower the plane follows with Shift and with Ctrl.
FAST, SLOW = 8.0, 0.1
HINT = "Drag to walk between seeds (Shift: faster, Ctrl: slower)\nDouble click: to the nearest seed"


def draw(latent: Latent) -> Latent:
    """Draw the pad.  Returns the latent as it is now wanted."""
    low = imgui.get_cursor_screen_pos()
    size = ImVec2(max(imgui.get_content_region_avail().x, em(3)), em(HEIGHT))
    imgui.invisible_button("###pad", size)
    held, hovered = imgui.is_item_active(), imgui.is_item_hovered()
    if held or hovered:
        imgui.set_mouse_cursor(imgui.MouseCursor_.resize_all)
    if hovered and not held:
        imgui.set_item_tooltip(HINT)
    if hovered and imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
        latent = snapped(latent)
    elif held and not imgui.is_item_activated():
        io = imgui.get_io()
        latent = dragged(latent, io.mouse_delta.x, io.mouse_delta.y, em(STEP), fast=io.key_shift, slow=io.key_ctrl)
    _plane(latent, low, ImVec2(low.x + size.x, low.y + size.y), held)
    return latent


def dragged(
    latent: Latent, right: float, down: float, step: float, *, fast: bool = False, slow: bool = False
) -> Latent:
    """The latent after its plane was dragged.

    Args:
        latent: Before.
        right: How far the mouse has gone, pixels.
        down: Likewise.
        step: Pixels between neighbouring seeds.
        fast: Whether Shift is held.
        slow: Whether Ctrl is held.
    """
    if not (right or down):
        return latent
    pace = (FAST if fast else 1.0) * (SLOW if slow else 1.0) / step
    return moved(latent, -right * pace, down * pace)


def snapped(latent: Latent) -> Latent:
    """The latent at the nearest seed."""
    return moved(latent, round(latent.x) - latent.x, round(latent.y) - latent.y)


def label_corner(
    seed: int, place: tuple[float, float], size: tuple[float, float], pad: tuple[float, float, float, float]
) -> tuple[float, float] | None:
    """Where the number of a seed stands: its middle below its point.

    Args:
        seed: Whose number.
        place: Of its point, font sizes.
        size: Of the number, font sizes.
        pad: Left, top, right and bottom edge.

    Returns:
        Upper left corner; None if it is left out.
    """
    (x, y), (width, height), (left, top, right, bottom) = place, size, pad
    corner = x - width / 2, y + BELOW
    # Half a number would be another one, and a number without its point would seem to be that of the next row.
    inside = left <= corner[0] and corner[0] + width <= right and top <= y and corner[1] + height <= bottom
    # Long numbers have no room beside each other.
    crowded = width > STEP - 0.4 and seed % 2 == 1
    return corner if seed < NAMED and inside and not crowded else None


def _plane(latent: Latent, low: ImVec2, high: ImVec2, held: bool) -> None:
    """The seeds around, with their numbers, and a cross where the latent is."""
    canvas, style = imgui.get_window_draw_list(), imgui.get_style()
    canvas.add_rect_filled(low, high, imgui.get_color_u32(imgui.Col_.frame_bg), style.frame_rounding)
    canvas.push_clip_rect(low, high, True)
    middle = ImVec2((low.x + high.x) / 2, (low.y + high.y) / 2)
    step = em(STEP)
    across, along = math.ceil((high.x - low.x) / 2 / step) + 1, math.ceil((high.y - low.y) / 2 / step) + 1
    for row in range(-along, along + 1):
        for column in range(-across, across + 1):
            place = ImVec2(middle.x + (column - latent.x) * step, middle.y - (row - latent.y) * step)
            seed = (latent.seed + column + ROW * row) % SEEDS
            _seed(canvas, place, seed, max(1 - abs(column - latent.x), 0) * max(1 - abs(row - latent.y), 0))
    _cross(canvas, middle, held)
    canvas.pop_clip_rect()


def _seed(canvas: imgui.ImDrawList, place: ImVec2, seed: int, share: float) -> None:
    """A point of the lattice, the larger the more it has in the blend."""
    near = share > 0
    canvas.add_circle_filled(place, em(0.16 + (0.22 * share if near else 0)), tone_ink("accent" if near else "quiet"))
    text, unit, low, high = str(seed), em(), canvas.get_clip_rect_min(), canvas.get_clip_rect_max()
    size = imgui.calc_text_size(text)
    pad = (low.x / unit, low.y / unit, high.x / unit, high.y / unit)
    corner = label_corner(seed, (place.x / unit, place.y / unit), (size.x / unit, size.y / unit), pad)
    if corner is not None:
        canvas.add_text(ImVec2(corner[0] * unit, corner[1] * unit), tone_ink("quiet"), text)


def _cross(canvas: imgui.ImDrawList, middle: ImVec2, held: bool) -> None:
    """Where the latent is."""
    ink = tone_ink("accent") if held else imgui.get_color_u32(imgui.Col_.text)
    for inner, outer in ((0.5, 1.1), (-0.5, -1.1)):
        canvas.add_line(ImVec2(middle.x + em(inner), middle.y), ImVec2(middle.x + em(outer), middle.y), ink, em(0.1))
        canvas.add_line(ImVec2(middle.x, middle.y + em(inner)), ImVec2(middle.x, middle.y + em(outer)), ink, em(0.1))
