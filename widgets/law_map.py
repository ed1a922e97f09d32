"""A law of patch scales over all of training as a heat map, and its density at the cursor (EpiGRAF, Figure 3)."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from core.scale_course import bin_edges
from widgets.common import em, line_colour, tone_colour
from widgets.log_axis import log_ticks
from widgets.patch_views import LawLine, LawsView
from widgets.plot_parts import (
    BAR_WIDTH,
    PLOT_FLAGS,
    HeatMap,
    bar_beside,
    bars,
    colours_of,
    draw_heat,
    heading,
    line,
    powers,
    upright,
)  # fmt: skip
from widgets.scale_words import density_words, number

# Densities are drawn as powers of ten: what is below the first colour is hardly ever drawn.
LEAST_DENSITY = 0.01
MAP_SHARE = 0.6


def draw_map(laws: LawsView, law: LawLine, cursor: float, size: ImVec2) -> tuple[float | None, str]:
    """Draw the map with its cursor.

    Args:
        laws: Whose axis of time.
        law: The law that is shown.
        cursor: Where the cursor stands, kimg.
        size: Pixels, its bar included.

    Returns:
        Where somebody puts the cursor, kimg; and what is said of the place under the mouse.
    """
    edges = bin_edges(law.course.min_scale)
    values = np.log10(np.maximum(law.density, LEAST_DENSITY))
    most = float(np.ceil(np.log10(1 / (edges[1] - edges[0]))))  # all of it in one bin, and on to a whole power
    heat = HeatMap(values, (0.0, float(edges[0])), (laws.end_kimg, 1.0), (np.log10(LEAST_DENSITY), most))
    wanted, words = None, ""
    top, outer = imgui.get_cursor_pos_y(), imgui.get_cursor_screen_pos().y
    above, height = 0.0, size.y
    room = ImVec2(size.x - em(BAR_WIDTH) - imgui.get_style().item_spacing.x, size.y)
    with colours_of(signed=False):
        if implot.begin_plot("##law over training", room, PLOT_FLAGS):
            axis = implot.AxisFlags_
            implot.setup_axes("", "", axis.lock | axis.no_grid_lines, axis.lock | axis.no_grid_lines)
            implot.setup_axes_limits(0, laws.end_kimg, float(edges[0]), 1, implot.Cond_.always)
            implot.setup_finish()
            above, height = implot.get_plot_pos().y - outer, implot.get_plot_size().y
            draw_heat("density", heat)
            line("mean", law.kimg, law.means, tone_colour("error"))
            wanted, words = _cursor(laws, law, edges, cursor)
            implot.end_plot()
        bar_beside(top, above, height, heat.colours, powers)
    return wanted, words


def _cursor(laws: LawsView, law: LawLine, edges: np.ndarray, cursor: float) -> tuple[float | None, str]:
    """The line that is dragged; a click anywhere moves it, too."""
    accent = tone_colour("accent")
    moved, place, *_ = implot.drag_line_x(0, cursor, accent, max(em(0.14), 2.0))
    wanted, words = (float(place) if moved else None), ""
    if implot.is_plot_hovered():
        mouse = implot.get_plot_mouse_pos()
        words = density_words(law, edges, mouse.x, mouse.y)
        imgui.set_tooltip(f"{words}\nred: mean. Click or drag for another moment")
        if imgui.is_mouse_down(imgui.MouseButton_.left):
            wanted = mouse.x
    return (None if wanted is None else min(max(wanted, 0.0), laws.end_kimg)), words


def draw_density(law: LawLine, cursor: float, size: ImVec2) -> None:
    """The density at the cursor, scale by scale, on a logarithmic axis."""
    edges = bin_edges(law.course.min_scale)
    density = law.course.masses(edges, cursor) / (edges[1] - edges[0])
    heading((f"Density at {number(float(f'{cursor:.4g}'))} kimg", "Density"), [], size.x)
    if not implot.begin_plot("##density", size, PLOT_FLAGS):
        return
    lock = implot.AxisFlags_.lock
    implot.setup_axes("", "", lock, lock)
    density_axis(float(edges[0]), 2 / float(edges[1] - edges[0]))
    implot.setup_finish()
    bars("density", edges, density, LEAST_DENSITY, line_colour(0))
    upright("mean", law.course.mean(cursor))
    if implot.is_plot_hovered():
        imgui.set_tooltip(f"{density_words(law, edges, cursor, implot.get_plot_mouse_pos().x)}\nthe line is the mean")
    implot.end_plot()


def density_axis(least_scale: float, most: float) -> None:
    """Set up the axes of a plot of densities: scales from the smallest to 1, and powers of ten."""
    implot.setup_axis_scale(implot.ImAxis_.y1, implot.Scale_.log10)
    implot.setup_axes_limits(least_scale, 1, LEAST_DENSITY, most, implot.Cond_.always)
    ticks = log_ticks(LEAST_DENSITY, most)
    implot.setup_axis_ticks(implot.ImAxis_.y1, ticks, [f"{tick:.6g}" for tick in ticks])
