"""The pictures of a data set, as many as there are: only those that are seen are read."""

from __future__ import annotations

import math
from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets.common import coloured, em, icons, tone_ink
from widgets.data_view import DataForm, DataIntent, DataView
from widgets.thumbnail import draw_thumbnail

CELL = 6.0
GAP = 0.2


def draw(form: DataForm, view: DataView, _intents: list[DataIntent]) -> DataForm:
    """Draw the grid.  Returns what is now chosen."""
    assert view.facts is not None
    indices = form.only or range(len(view.facts.names))
    if form.only:
        coloured(f"{len(indices)} of {len(view.facts.names)}: {form.only_words}", "accent")
        imgui.same_line()
        if imgui.small_button("Show all"):
            return replace(form, only=(), only_words="")
    imgui.begin_child("pictures")
    form = _grid(form, view, indices)
    imgui.end_child()
    return form


def _grid(form: DataForm, view: DataView, indices: range | tuple[int, ...]) -> DataForm:
    gap, room = em(GAP), imgui.get_content_region_avail().x
    columns = max(int((room + gap) / (em(CELL) + gap)), 1)
    side = (room + gap) / columns - gap  # no ragged edge at the right
    imgui.push_style_var(imgui.StyleVar_.item_spacing, ImVec2(gap, gap))
    clipper = imgui.ListClipper()
    clipper.begin(-(-len(indices) // columns), side + gap)
    while clipper.step():
        for line in range(clipper.display_start, clipper.display_end):
            for column, index in enumerate(indices[line * columns : (line + 1) * columns]):
                if column:
                    imgui.same_line(0, gap)
                if _cell(index, view, side, index == form.chosen):
                    form = replace(form, chosen=None if index == form.chosen else index)
    clipper.end()
    imgui.pop_style_var()
    return form


def _cell(index: int, view: DataView, side: float, chosen: bool) -> bool:
    """One picture.  Returns whether it was clicked."""
    corner = imgui.get_cursor_screen_pos()
    clicked = imgui.invisible_button(f"###picture {index}", ImVec2(side, side))
    draw_thumbnail(view.picture(index), corner, side, icons.ICON_FA_IMAGE)
    hovered = imgui.is_item_hovered()
    if hovered or chosen:
        far = ImVec2(corner.x + side, corner.y + side)
        ink, rounding = tone_ink("accent"), imgui.get_style().frame_rounding
        imgui.get_window_draw_list().add_rect(corner, far, ink, rounding, thickness=em(0.16))
    if hovered:
        imgui.set_tooltip(picture_words(index, view))
    return clicked


def picture_words(index: int, view: DataView) -> str:
    """Name and pose of a picture, for people."""
    assert view.facts is not None
    words, angles = view.facts.names[index], view.facts.angles
    if angles is None:
        return words
    yaw, pitch, _ = (math.degrees(angle) for angle in angles[index])
    return f"{words}\nyaw {yaw:.1f}°, pitch {pitch:.1f}°\nClick: mark its camera in Cameras"
