"""How often each part of the image plane lay in a patch, beside what the law expects."""

from __future__ import annotations

from typing import Literal

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.choices import flow
from widgets.common import coloured, em, icons, text_colour
from widgets.patch_views import CoverageSoFar, CoverageView
from widgets.plot_parts import BAR_WIDTH, PLOT_FLAGS, HeatMap, bar_beside, colours_of, draw_heat
from widgets.scale_words import chance_words, doubtful, fit_words

Shown = Literal["drawn", "law", "difference"]
TITLES: dict[Shown, str] = {"drawn": "drawn", "law": "expected", "difference": "drawn - expected"}
MIN_SIDE = 6.5
# Shares that differ by less are drawn as equal.
LEAST_SPAN = 1e-3
TIP = """How large a share of the patches covered each place of the image, exact by area on 64 x 64 cells.
The middle is seen more often: a patch lies evenly in the room 1 - s that its scale leaves,
and every large one covers the middle.

At the top: whether positions are even in that room, for patches smaller than the image
(Kolmogorov-Smirnov, as in Drawn)."""
PROGRESS_WIDTH = 10.0


def draw_reading(found: CoverageSoFar) -> None:
    """Say how far the ticks are read, while they are, and what of them is left out."""
    if found.read < found.wanted:
        flow(PROGRESS_WIDTH)
        words = f"{found.read} of {found.wanted} ticks"
        imgui.progress_bar(found.read / found.wanted, ImVec2(em(PROGRESS_WIDTH), 0), words)
        imgui.set_item_tooltip("Each tick of the run is read once; another window of ticks breaks it off")
    if found.skipped:
        last = ", the last" if found.skipped > 1 else ""
        words = f"{found.skipped} of {found.read} ticks left out{last}: {found.problem}"
        coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {words}", "warning")


def draw(drawn: CoverageView) -> str:
    """Draw the maps side by side, as many as there is room for.  Returns what is said of the place under the mouse."""
    for name, found in zip(("across", "upwards"), drawn.places, strict=True):
        bad = doubtful(found)
        flow(16)
        icon = icons.ICON_FA_TRIANGLE_EXCLAMATION if bad else icons.ICON_FA_CHECK
        words = chance_words(found) if found is not None else "whole images only"
        with text_colour("warning" if bad else "good" if found is not None else "quiet"):
            imgui.align_text_to_frame_padding()
            imgui.text(f"{icon}  {name}: {words}")
        imgui.set_item_tooltip(TIP if found is None else f"{fit_words(found)}\n{TIP}")
    room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
    title = imgui.get_text_line_height_with_spacing()
    beside = em(BAR_WIDTH) + spacing.x
    columns = 3 if room.x >= 3 * (em(MIN_SIDE) + beside) else 1
    side = max(min(room.y - title - spacing.y, room.x / columns - beside - spacing.x), em(MIN_SIDE))
    hover = ""
    for index, shown in enumerate(TITLES):
        if index and columns == 3:
            imgui.same_line()
        hover = _map(drawn, shown, side) or hover
    return hover


def _map(drawn: CoverageView, shown: Shown, side: float) -> str:
    heat, hover = heat_of(drawn, shown), ""
    imgui.begin_group()
    imgui.text(TITLES[shown])
    top, outer = imgui.get_cursor_pos_y(), imgui.get_cursor_screen_pos().y
    above, height = 0.0, side
    with colours_of(heat.signed):
        if implot.begin_plot(f"##{shown}", ImVec2(side, side), PLOT_FLAGS | implot.Flags_.equal):
            axis = implot.AxisFlags_
            bare = axis.lock | axis.no_tick_labels | axis.no_tick_marks | axis.no_grid_lines
            implot.setup_axes("", "", bare, bare)
            implot.setup_axes_limits(0, 1, 0, 1, implot.Cond_.always)
            implot.setup_finish()
            above, height = implot.get_plot_pos().y - outer, implot.get_plot_size().y
            draw_heat(shown, heat)
            if implot.is_plot_hovered():
                mouse = implot.get_plot_mouse_pos()
                hover = place_words(drawn, mouse.x, mouse.y)
                imgui.set_tooltip(hover)
            implot.end_plot()
        bar_beside(top, above, height, heat.colours)
    imgui.end_group()
    return hover


def heat_of(drawn: CoverageView, shown: Shown) -> HeatMap:
    """One of the maps, with the colours that drawn and expected share; the image's top row first."""
    if shown == "difference":
        values = drawn.seen - drawn.expected
        most = max(float(np.abs(values).max()), LEAST_SPAN)
        return HeatMap(values[::-1], (0.0, 0.0), (1.0, 1.0), (-most, most), signed=True)
    values = drawn.seen if shown == "drawn" else drawn.expected
    both = [drawn.seen, drawn.expected]
    low, high = min(float(each.min()) for each in both), max(float(each.max()) for each in both)
    missing = max(LEAST_SPAN - (high - low), 0) / 2
    return HeatMap(values[::-1], (0.0, 0.0), (1.0, 1.0), (low - missing, high + missing))


def place_words(drawn: CoverageView, x: float, y: float) -> str:
    """What is said of a place of the image; empty outside."""
    if not (0 <= x < 1 and 0 <= y < 1):
        return ""
    cells = len(drawn.seen)
    seen, expected = (float(grid[int(y * cells), int(x * cells)]) for grid in (drawn.seen, drawn.expected))
    place = f"x {x:.2f}, y {y:.2f} from the bottom left"
    return f"{place}\nin {100 * seen:.2f} % of the patches\nexpected {100 * expected:.2f} %"
