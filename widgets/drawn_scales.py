"""The scales that were drawn beside their law: histogram, quantiles, and how well they fit."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.common import coloured, em, icons, line_colour
from widgets.patch_views import DrawnView
from widgets.plot_parts import PLOT_FLAGS, bars, heading, steps, upright
from widgets.scale_words import FIT_TIP, doubtful, fit_words, number, quantile_rows, share_words

DRAWN, LAW = 1, 0
# Lowest share that a logarithmic axis shows, percent.
LEAST_SHARE = 1e-3
TABLE_WIDTH = 12.0
MIN_HEIGHT = 6.5


def draw(drawn: DrawnView, log: bool) -> str:
    """Draw histogram and figures over the room there is.  Returns what is said of the place under the mouse."""
    bad = doubtful(drawn.fit)
    words = f"{icons.ICON_FA_TRIANGLE_EXCLAMATION if bad else icons.ICON_FA_CHECK}  {fit_words(drawn.fit)}"
    coloured(words, "warning" if bad else "good" if drawn.fit is not None else "quiet")
    imgui.set_item_tooltip(FIT_TIP)
    if drawn.problem:
        coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {drawn.problem}", "warning")
    room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
    wide = room.x >= em(2.2 * TABLE_WIDTH)
    line = imgui.get_text_line_height_with_spacing()
    height = max(room.y - line, em(MIN_HEIGHT))
    hover = ""
    imgui.begin_group()
    width = room.x - em(TABLE_WIDTH) - spacing.x if wide else room.x
    legend = [(f"{number(float(drawn.counts.sum()))} drawn", line_colour(DRAWN)), ("law then", line_colour(LAW))]
    heading(("Shares, % per bin", "% per bin"), legend, width)
    if implot.begin_plot("##shares", ImVec2(width, height), PLOT_FLAGS):
        hover = _histogram(drawn, log)
        implot.end_plot()
    imgui.end_group()
    if wide:
        imgui.same_line()
    _table(drawn, em(TABLE_WIDTH) if wide else room.x)
    return hover


def _histogram(drawn: DrawnView, log: bool) -> str:
    least = least_share(drawn.masses) if log else 0.0
    shares = 100 * drawn.counts / max(drawn.counts.sum(), 1)
    most = max(100 * drawn.masses.max(), shares.max())
    lock = implot.AxisFlags_.lock
    implot.setup_axes("patch scale s", "", lock, lock)
    if log:
        implot.setup_axis_scale(implot.ImAxis_.y1, implot.Scale_.log10)
    implot.setup_axes_limits(
        float(drawn.edges[0]), 1, least, float(most) * (2 if log else 1.1), implot.Cond_.always
    )  # fmt: skip
    implot.setup_finish()
    if drawn.counts.sum():
        bars("drawn", drawn.edges, shares, least, line_colour(DRAWN))
        upright("median", float(drawn.quantiles[len(drawn.quantiles) // 2]))
    steps("law", drawn.edges, 100 * drawn.masses, line_colour(LAW))
    if not implot.is_plot_hovered():
        return ""
    words = share_words(drawn, implot.get_plot_mouse_pos().x)
    imgui.set_tooltip(f"{words}\nthe upright line is the median of the draws")
    return words


def least_share(masses: np.ndarray) -> float:
    """Where a logarithmic axis begins, percent: below the smallest probability, but not below what nobody draws."""
    least = 100 * float(masses[masses > 0].min())
    return min(max(10.0 ** np.floor(np.log10(least)), LEAST_SHARE), 0.1)


def _table(drawn: DrawnView, width: float) -> None:
    flags = imgui.TableFlags_.sizing_stretch_same | imgui.TableFlags_.row_bg
    if not imgui.begin_table("quantiles", 3, flags, ImVec2(width, 0)):
        return
    for title in ("up to s lie", "drawn", "law"):
        imgui.table_setup_column(title)
    imgui.table_headers_row()
    for row in quantile_rows(drawn):
        imgui.table_next_row()
        for text in row:
            imgui.table_next_column()
            imgui.text(text)
    imgui.end_table()
