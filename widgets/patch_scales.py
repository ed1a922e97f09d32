"""The Patch scales panel: which part of the image D sees now, drawn and by the law (EpiGRAF, Section 3.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from widgets.choices import choose, flow
from widgets.common import coloured, em, empty_state, icons, line_colour, tone_colour
from widgets.decimate import decimate
from widgets.scale_words import drawn_words, law_words, mean_words, number, share_words
from widgets.tick_views import PatchesView, ScaleLaw
from widgets.views import CurvesView

MEAN = "Patch/scale_mean"
MIN_PLOT_WIDTH = 10.5
MIN_PLOT_HEIGHT = 6.5
STACKED_HEIGHT = 9.0
LINE_WEIGHT = 0.11
# Lowest share that a logarithmic axis shows, percent.
LEAST_SHARE = 1e-3
DRAWN, LAW = 1, 0

Window = Literal["last", "ten", "kept"]
WINDOWS: dict[Window, str] = {"last": "last tick", "ten": "last 10 ticks", "kept": "all kept ticks"}
# How many ticks that is; 0 for all.
TICKS: dict[Window, int] = {"last": 1, "ten": 10, "kept": 0}
Span = Literal["annealing", "so far"]
SPANS: dict[Span, str] = {"annealing": "whole annealing", "so far": "so far"}
PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title | implot.Flags_.no_legend
    | implot.Flags_.no_mouse_text
)  # fmt: skip


class PatchesPanel:
    """Draws the shares of scales, and their mean over progress.

    Attributes:
        hover: What is said of the place under the mouse; empty elsewhere.
    """

    def __init__(self) -> None:
        self.hover = ""
        self._window: Window = "last"
        self._log = False
        self._span: Span = "annealing"
        self._held = False  # somebody has zoomed or moved the mean

    def draw(self, view: PatchesView, curves: CurvesView) -> None:
        """Draw the panel; the drawn means come from the run's curves."""
        self.hover = ""
        if not view.run:
            hint = "Start a training in Train, or choose a run there: its patches are counted here."
            empty_state(icons.ICON_FA_CROP_SIMPLE, "No patch scales yet", hint)
            return
        if view.law is None:
            _nothing(view.problem)
            return
        imgui.text_wrapped(law_words(view.law))
        self._controls(view)
        if view.problem:
            coloured(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {view.problem}", "warning")
        spacing = imgui.get_style().item_spacing
        room = imgui.get_content_region_avail()
        wide = room.x >= 2 * em(MIN_PLOT_WIDTH) + spacing.x
        width = (room.x - spacing.x) / 2 if wide else room.x
        height = max(room.y - imgui.get_text_line_height_with_spacing(), em(MIN_PLOT_HEIGHT))
        size = ImVec2(width, height if wide else em(STACKED_HEIGHT))
        self._shares(view, view.law, size)
        if wide:
            imgui.same_line()
        self._means(view.law, curves, size)

    def _controls(self, view: PatchesView) -> None:
        tip = "Which draws are counted. Samples of a minibatch-std group share one patch: one draw."
        tip = f"{tip} Now: {drawn_words(view, TICKS[self._window])}."
        self._window = choose("window", self._window, WINDOWS, 8, tip)
        flow(4)
        _, self._log = imgui.checkbox("log", self._log)
        imgui.set_item_tooltip("Shares on a logarithmic axis: early on nearly every patch is the whole image")
        flow(9)
        tip = "What the mean is shown over. Wheel and drag zoom and move that plot; a double click fits it."
        span: Span = choose("span", self._span, SPANS, 9, tip)
        self._held = self._held and span == self._span
        self._span = span

    def _shares(self, view: PatchesView, law: ScaleLaw, size: ImVec2) -> None:
        counts, drawn = chosen_shares(view, TICKS[self._window])
        earlier = earlier_mass(view, law, TICKS[self._window])
        drawn_label = f"{number(float(counts.sum()))} drawn" if len(view.ticks) or view.problem else "none drawn yet"
        legend = [(drawn_label, line_colour(DRAWN)), ("law now", line_colour(LAW))]
        if earlier is not None:
            legend.append(("then", tone_colour("quiet")))
        imgui.begin_group()
        _heading(("% per bin", "%"), legend, size.x)
        if implot.begin_plot("##shares", size, PLOT_FLAGS):
            masses = [law.mass] if earlier is None else [law.mass, earlier[1]]
            least = least_share(masses) if self._log else 0.0
            self._share_axes(view, least, max(100 * law.mass.max(), drawn.max(initial=0.0)))
            if counts.sum():
                _bars(view.edges, drawn, least)
            if earlier is not None:
                _stairs("earlier", view.edges, earlier[1], tone_colour("quiet"))
            _stairs("law", view.edges, law.mass, line_colour(LAW))
            self._say(lambda x: share_words(view.edges, counts, law.mass, earlier, x))
            implot.end_plot()
        imgui.end_group()

    def _share_axes(self, view: PatchesView, least: float, most: float) -> None:
        lock = implot.AxisFlags_.lock
        implot.setup_axes("", "", lock, lock)
        if self._log:
            implot.setup_axis_scale(implot.ImAxis_.y1, implot.Scale_.log10)
        high = most * (2 if self._log else 1.1)
        implot.setup_axes_limits(view.edges[0], 1, least, high, implot.Cond_.always)
        implot.setup_finish()

    def _means(self, law: ScaleLaw, curves: CurvesView, size: ImVec2) -> None:
        kimg, drawn = curves.kimg, curves.columns.get(MEAN, np.full(len(curves.kimg), np.nan))
        imgui.begin_group()
        _heading(("Mean over kimg", "Mean"), [("drawn", line_colour(DRAWN)), ("law", line_colour(LAW))], size.x)
        if implot.begin_plot("##means", size, PLOT_FLAGS):
            self._mean_axes(law)
            _line("law", law.mean_kimg, law.mean_scales, line_colour(LAW))
            buckets = max(int(implot.get_plot_size().x), 1)
            _line("drawn", *decimate(kimg, drawn, -np.inf, np.inf, buckets), line_colour(DRAWN))
            _now(law)
            self._say(lambda x: mean_words(law, kimg, drawn, x))
            self._hold()
            implot.end_plot()
        imgui.end_group()

    def _mean_axes(self, law: ScaleLaw) -> None:
        fit = implot.AxisFlags_.none if self._held else implot.AxisFlags_.auto_fit | implot.AxisFlags_.range_fit
        implot.setup_axes("", "", implot.AxisFlags_.none, fit)
        if not self._held:
            end = law.kimg * 1.05 if self._span == "so far" and law.kimg else law.mean_kimg[-1]
            implot.setup_axis_limits(implot.ImAxis_.x1, 0, end, implot.Cond_.always)
        implot.setup_finish()

    def _hold(self) -> None:
        """A plot that is taken in hand stops fitting itself, until a double click."""
        if implot.is_plot_hovered():
            if imgui.is_mouse_double_clicked(0):
                self._held = False
            elif imgui.get_io().mouse_wheel or imgui.is_mouse_dragging(0):
                self._held = True

    def _say(self, words: Callable[[float], str]) -> None:
        """Values under the mouse, as a tooltip."""
        if implot.is_plot_hovered():
            self.hover = words(implot.get_plot_mouse_pos().x)
            imgui.set_tooltip(self.hover)


def _nothing(problem: str) -> None:
    if problem:
        empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "The law of this run is not known", problem)
    else:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Loading", "The run's settings and its last ticks are being read.")


def chosen_shares(view: PatchesView, ticks: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws of the last ticks (0 for all that are kept).  Returns (counts, shares in percent), [bins] each."""
    counts = view.counts[-ticks:].sum(axis=0) if len(view.counts) else np.zeros(len(view.edges) - 1, np.int64)
    return counts, 100 * counts / max(counts.sum(), 1)


def earlier_mass(view: PatchesView, law: ScaleLaw, ticks: int) -> tuple[float, np.ndarray] | None:
    """When the last ticks began, kimg, and the law's probability of each bin then; None if it is as now."""
    first = view.masses[-ticks:][:1]
    if ticks == 1 or not len(first) or np.allclose(first[0], law.mass, atol=0.002):
        return None
    return float(view.kimg[-ticks:][0]), first[0]


def least_share(masses: list[np.ndarray]) -> float:
    """Where a logarithmic axis begins, percent: below the smallest probability, but not below what nobody draws."""
    least = 100 * min(float(mass[mass > 0].min()) for mass in masses)
    return min(max(10.0 ** np.floor(np.log10(least)), LEAST_SHARE), 0.1)


def _heading(titles: tuple[str, str], legend: list[tuple[str, ImVec4]], width: float) -> None:
    """Title and legend on one line above the plot: the short title where the long one leaves no room for the legend."""
    gaps = [em(0.9)] + [em(0.6)] * (len(legend) - 1)
    widths = [gap + imgui.calc_text_size(label).x for gap, (label, _) in zip(gaps, legend, strict=True)]
    title = titles[0] if imgui.calc_text_size(titles[0]).x + sum(widths) <= width else titles[1]
    room = width - imgui.calc_text_size(title).x
    imgui.text(title)
    for gap, taken, (label, colour) in zip(gaps, widths, legend, strict=True):
        room -= taken
        if room < 0:
            return
        imgui.same_line(0, gap)
        imgui.text_colored(colour, label)


def _bars(edges: np.ndarray, values: np.ndarray, least: float) -> None:
    spec = implot.Spec()
    colour = line_colour(DRAWN)
    spec.fill_color = ImVec4(colour.x, colour.y, colour.z, 0.45)
    corners = np.repeat(edges, 2)[1:-1]
    tops = np.maximum(np.repeat(values, 2), least)
    implot.plot_shaded("drawn", corners, tops, np.full(len(tops), least), spec=spec)


def _stairs(label: str, edges: np.ndarray, mass: np.ndarray, colour: ImVec4) -> None:
    _line(label, np.repeat(edges, 2)[1:-1], np.maximum(100 * np.repeat(mass, 2), LEAST_SHARE / 10), colour)


def _line(label: str, x: np.ndarray, y: np.ndarray, colour: ImVec4) -> None:
    spec = implot.Spec()
    spec.line_color, spec.line_weight = colour, em(LINE_WEIGHT)
    if len(x) == 1:  # a line of one point would be invisible
        spec.marker, spec.marker_fill_color, spec.marker_size = implot.Marker_.circle, colour, em(0.2)
    implot.plot_line(label, np.ascontiguousarray(x), np.ascontiguousarray(y), spec=spec)


def _now(law: ScaleLaw) -> None:
    """The present moment: a line across the plot, and a point on the law."""
    spec = implot.Spec()
    spec.line_color, spec.line_weight = tone_colour("quiet"), em(LINE_WEIGHT) / 2
    implot.plot_inf_lines("now", np.array([law.kimg]), spec=spec)
    _line("now point", np.array([law.kimg]), np.array([law.mean]), line_colour(LAW))
