"""How many filters of each layer are always on, always off or switched, now and over the training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from core.filter_kinds import KINDS, OFF_UNTIL, ON_FROM, SCALARS, SWITCH_RATIO, FilterKind, shares
from widgets.common import em, line_colour, tone_colour
from widgets.decimate import decimate
from widgets.plot_parts import PLOT_FLAGS, area, heading, line, upright
from widgets.sigma_views import ModulationView, SigmaSet

MIN_HEIGHT = 6.0
MIN_WIDTH = 14.0
BAR = 0.8
# Of the name of a layer, font sizes.
LABEL_WIDTH = 2.9
COLOURS: dict[FilterKind, int] = {
    "always on": 0, "always off": 5, "switches with scale": 2, "switches with position": 1,
}  # fmt: skip
SHORT: dict[FilterKind, str] = {
    "always on": "always on", "always off": "always off", "switches with scale": "by scale",
    "switches with position": "by position", "partly on": "partly on",
}  # fmt: skip
TIP = f"""Always on: σ is {ON_FROM} or more for every patch that is measured; always off: {OFF_UNTIL} or less.
Switched by the scale: on for one centred patch, and at most {SWITCH_RATIO:.0%} of that for another.
Switched by the position: likewise among patches of one scale, in the middle, at edges and corners.
Partly on: none of these. The paper finds that about 40 % switch with the scale (Figure 7).

A young discriminator looks ragged: each thousandth of s has a learned vector of its own, random at first,
and what switches at random counts here, too."""


def draw(view: ModulationView, sigma: SigmaSet) -> None:
    """Draw both plots over the room there is."""
    parts = shares(sigma.kinds)
    for index, (kind, share) in enumerate(parts.items()):
        if index:
            imgui.same_line(0, em(0.8))
            if imgui.get_content_region_avail().x < imgui.calc_text_size(f"{SHORT[kind]} 100 %").x:
                imgui.new_line()
        imgui.text_colored(kind_colour(kind), f"{SHORT[kind]} {share:.0%}")
        imgui.set_item_tooltip(TIP)
    room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
    wide = room.x >= 2 * em(MIN_WIDTH)
    width = (room.x - spacing.x) / 2 if wide else room.x
    size = ImVec2(width, max(room.y - imgui.get_text_line_height_with_spacing(), em(MIN_HEIGHT)))
    imgui.begin_group()
    heading(("Filters of each layer, %", "Filters, %"), [], width)
    _layers(sigma, size)
    imgui.end_group()
    if wide:
        imgui.same_line()
    imgui.begin_group()
    heading(("Shares over kimg, %", "Shares, %"), [], width)
    _over_training(view, sigma, size)
    imgui.end_group()


def kind_colour(kind: FilterKind) -> ImVec4:
    """The colour of a kind in the theme in force."""
    return line_colour(COLOURS[kind]) if kind in COLOURS else tone_colour("quiet")


def _layers(sigma: SigmaSet, size: ImVec2) -> None:
    if not implot.begin_plot("##layers", size, PLOT_FLAGS):
        return
    axis = implot.AxisFlags_
    implot.setup_axes("", "", axis.lock | axis.no_grid_lines, axis.lock)
    names = list(sigma.counts)
    implot.setup_axes_limits(-0.6, len(names) - 0.4, 0, 100, implot.Cond_.always)
    places, labels = zip(*layer_labels(names, int(size.x / em(LABEL_WIDTH))), strict=True)
    implot.setup_axis_ticks(implot.ImAxis_.x1, list(places), list(labels))
    implot.setup_finish()
    for index, counted in enumerate(sigma.counts.values()):
        tops = 100 * np.cumsum(counted) / counted.sum()
        corners = np.array([index - BAR / 2, index + BAR / 2])
        for kind, low, high in zip(KINDS, [0.0, *tops[:-1].tolist()], tops.tolist(), strict=True):
            if high > low:
                area(f"{index} {kind}", corners, np.full(2, high), low, kind_colour(kind))
    if implot.is_plot_hovered():
        index = min(max(round(implot.get_plot_mouse_pos().x), 0), len(names) - 1)
        imgui.set_tooltip(count_words(names[index], sigma.counts[names[index]]))
    implot.end_plot()


def layer_labels(names: Sequence[str], room: int) -> list[tuple[float, str]]:
    """Place and label of layers on an axis: short, and no more of them than there is room for."""
    every = -(-len(names) // max(room, 1))
    blocks = [name.partition(".")[0] for name in names]
    short = blocks if len(set(blocks)) == len(blocks) else [name.replace(".conv", ".") for name in names]
    return [(float(index), short[index].rstrip(".")) for index in range(0, len(names), every)]


def count_words(layer: str, counted: np.ndarray) -> str:
    """How many filters of a layer are of each kind."""
    rows = [f"{kind}: {count}" for kind, count in zip(KINDS, counted.tolist(), strict=True)]
    return "\n".join([f"{layer}, {counted.sum()} filters", *rows])


def _over_training(view: ModulationView, sigma: SigmaSet, size: ImVec2) -> None:
    if not any(scalar in view.curves for scalar in SCALARS.values()):
        imgui.begin_child("no curves", size)
        imgui.text_wrapped("They come with the ticks of an attached run.")
        imgui.end_child()
        return
    if not implot.begin_plot("##shares over training", size, PLOT_FLAGS):
        return
    fit = implot.AxisFlags_.auto_fit
    implot.setup_axes("", "", fit, implot.AxisFlags_.lock)
    implot.setup_axis_limits(implot.ImAxis_.y1, 0, 100, implot.Cond_.always)
    implot.setup_finish()
    buckets = max(int(implot.get_plot_size().x), 1)
    for kind, scalar in SCALARS.items():
        if scalar in view.curves:
            thin = decimate(view.curve_kimg, 100 * view.curves[scalar], -np.inf, np.inf, buckets)
            line(kind, *thin, kind_colour(kind))
    if sigma.kimg is not None:
        upright("moment", sigma.kimg)
    if implot.is_plot_hovered():
        imgui.set_tooltip(_moment_words(view, implot.get_plot_mouse_pos().x))
    implot.end_plot()


def _moment_words(view: ModulationView, kimg: float) -> str:
    place = int(np.argmin(np.abs(view.curve_kimg - kimg)))
    rows = [
        f"{kind}: {view.curves[scalar][place]:.1%}"
        for kind, scalar in SCALARS.items()
        if scalar in view.curves and np.isfinite(view.curves[scalar][place])
    ]
    return "\n".join([f"at {view.curve_kimg[place]:g} kimg", *rows])
