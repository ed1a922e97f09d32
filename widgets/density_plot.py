"""How the densities of a sample are distributed, with the threshold as a line that is dragged."""

from __future__ import annotations

import math

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from core.scene import QUALITY_RANGES
from core.surface_figures import Densities
from widgets.common import em, text_colour, tone_colour
from widgets.log_axis import log_ticks

HEIGHT = 6.0
# What is emptier than this is nothing: the plot begins here, density per world unit.
LEAST = 0.01


def draw(densities: Densities, threshold: float) -> float:
    """Draw the histogram over the width there is.  Returns the threshold as it is now wanted."""
    low, high = limits(densities, threshold)
    flags = implot.Flags_
    hidden = flags.no_menus | flags.no_title | flags.no_legend | flags.no_mouse_text | flags.no_box_select
    implot.push_style_var(implot.StyleVar_.plot_padding, ImVec2(em(0.4), em(0.3)))
    begun = implot.begin_plot("##densities", ImVec2(-1, em(HEIGHT)), hidden | flags.no_inputs)
    implot.pop_style_var()
    if not begun:
        return threshold
    axis = implot.AxisFlags_
    bare = axis.no_tick_labels | axis.no_tick_marks | axis.no_grid_lines | axis.no_label
    implot.setup_axes("", "", axis.none, bare)
    implot.setup_axis_scale(implot.ImAxis_.x1, implot.Scale_.log10)
    implot.setup_axes_limits(low, high, 0, 1.08, implot.Cond_.always)
    ticks = [tick for tick in log_ticks(low, high) if 1.5 * low < tick < 0.9 * high]  # whole labels
    implot.setup_axis_ticks(implot.ImAxis_.x1, ticks, [f"{tick:.6g}" for tick in ticks])
    implot.setup_finish()
    _bars(densities)
    if densities.proposed is not None:
        _upright("proposed", densities.proposed)
    accent = tone_colour("accent")
    moved, place, *_ = implot.drag_line_x(0, threshold, accent, em(0.16))
    implot.end_plot()
    if imgui.is_item_hovered():
        imgui.set_tooltip(
            "Points of the grid by their density, per world unit; heights are logarithmic.\n"
            "The line is the threshold: drag it. The thin one is the proposed value."
        )
    least, most = QUALITY_RANGES["threshold"]
    return min(max(place, least), most) if moved else threshold


def limits(densities: Densities, threshold: float) -> tuple[float, float]:
    """Ends of the axis: from where there is anything, or the threshold, to beyond the largest density."""
    most = max(densities.most, threshold, 10 * LEAST)
    return min(LEAST, threshold) / 1.2, most * 1.5


def corners(densities: Densities) -> tuple[np.ndarray, np.ndarray]:
    """The outline of the bars: places on the axis and heights, from 0 to 1 on a logarithmic scale of counts."""
    edges, counts = np.asarray(densities.edges, float), np.asarray(densities.counts, float)
    heights = np.log1p(counts) / max(math.log1p(counts.max(initial=0)), 1e-9)
    return np.repeat(edges, 2)[1:-1], np.repeat(heights, 2)


def _bars(densities: Densities) -> None:
    if not densities.counts:
        return
    x, y = corners(densities)
    seen = x > LEAST / 10  # a logarithm of nothing has no place
    spec = implot.Spec()
    spec.fill_color = tone_colour("quiet", 0.45)
    spec.line_color = tone_colour("quiet", 0.0)
    floor = np.zeros(int(seen.sum()))
    implot.plot_shaded("densities", np.ascontiguousarray(x[seen]), np.ascontiguousarray(y[seen]), floor, spec=spec)


def _upright(name: str, place: float) -> None:
    spec = implot.Spec()
    spec.line_color = tone_colour("good")
    spec.line_weight = max(em(0.08), 1.0)
    implot.plot_inf_lines(name, np.array([place]), spec=spec)


def opacity_of(density: float, step: float) -> float:
    """What a sample of this density takes from light on its step: 1 - exp(-density step)."""
    return -math.expm1(-density * step)


def density_of(opacity: float, step: float) -> float:
    """The density whose samples take so much, below 1, of light."""
    return -math.log1p(-opacity) / step


def waiting() -> None:
    """In place of the plot while there are no densities."""
    with text_colour("quiet"):
        imgui.text_wrapped("The histogram of densities appears here once they are evaluated.")
