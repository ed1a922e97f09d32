"""The Curves panel: the scalars of a run over its progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.common import em, empty_state, icons, line_colour, text_colour
from widgets.decimate import decimate
from widgets.views import CurvesView

MIN_PLOT_WIDTH = 16.0
PLOT_HEIGHT = 10.5
# The rest of the scalars, one plot each, is shown on demand.
PROGRESS = "Progress/kimg"


@dataclass(frozen=True)
class Group:
    """Scalars that share a plot: (name in stats.jsonl, name in the legend)."""

    title: str
    lines: tuple[tuple[str, str], ...]
    unit: str = ""


GROUPS = (
    Group("Losses", (("Loss/G/loss", "generator"), ("Loss/D/loss", "discriminator"))),
    Group("Scores of D", (("Loss/scores/real", "real"), ("Loss/scores/fake", "generated"))),
    Group("R1 penalty", (("Loss/r1_penalty", "R1"),)),
    Group("Signs of D", (("Loss/signs/real", "real"), ("Loss/signs/fake", "generated"))),
    Group("Patch scale", (("Patch/scale_mean", "mean scale"), ("Patch/beta", "beta"))),
    Group("Time", (("Timing/sec_per_kimg", "per kimg"),), "s"),
)


class CurvesPanel:
    """Draws groups of curves side by side, as many in a row as fit."""

    def __init__(self) -> None:
        self._others = False
        self._held: set[str] = set()  # plots that somebody has zoomed or moved

    def draw(self, view: CurvesView) -> None:
        """Draw the panel."""
        if not view.run:
            empty_state(icons.ICON_FA_CHART_LINE, "No curves yet", "Start a training in Train, or choose a run there.")
            return
        if not len(view.kimg):
            hint = "The first point comes with the first tick of the training."
            empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first numbers", hint)
            return
        groups = [group for group in GROUPS if any(name in view.columns for name, _ in group.lines)]
        others = other_groups(view.columns)
        self._controls(len(others))
        if self._others:
            groups += others
        imgui.begin_child("plots")
        spacing = imgui.get_style().item_spacing.x
        room = imgui.get_content_region_avail().x
        per_row = max(1, min(len(groups), int((room + spacing) / (em(MIN_PLOT_WIDTH) + spacing))))
        width = (room - (per_row - 1) * spacing) / per_row
        for index, group in enumerate(groups):
            if index % per_row:
                imgui.same_line()
            self._plot(group, view, width)
        imgui.end_child()

    def _controls(self, others: int) -> None:
        if imgui.button(f"{icons.ICON_FA_EXPAND}  Fit###fit"):
            self._held.clear()
        imgui.set_item_tooltip("Show whole curves again. Wheel and drag zoom and move a plot; a double click fits it.")
        if others:
            imgui.same_line()
            _, self._others = imgui.checkbox(f"All scalars ({others} more)", self._others)
        text = "over kimg"
        imgui.same_line(imgui.get_window_width() - imgui.get_style().window_padding.x - imgui.calc_text_size(text).x)
        with text_colour("quiet"):
            imgui.text(text)

    def _plot(self, group: Group, view: CurvesView, width: float) -> None:
        imgui.begin_group()
        _heading(group, view, width)
        self._lines(group, view, width)
        imgui.end_group()

    def _lines(self, group: Group, view: CurvesView, width: float) -> None:
        flags = implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title | implot.Flags_.no_legend
        if not implot.begin_plot(f"##{group.title}", ImVec2(width, em(PLOT_HEIGHT)), flags):
            return
        fit = implot.AxisFlags_.none if group.title in self._held else implot.AxisFlags_.auto_fit
        implot.setup_axes("", "", fit, fit)
        implot.setup_finish()
        buckets = max(int(implot.get_plot_size().x), 1)
        for index, (name, label) in enumerate(group.lines):
            if name in view.columns:
                x, y = decimate(view.kimg, view.columns[name], -np.inf, np.inf, buckets)
                _line(label, x, y, index)
        self._hold(group.title)
        implot.end_plot()

    def _hold(self, title: str) -> None:
        """A plot that is taken in hand stops fitting itself, until a double click."""
        if not implot.is_plot_hovered():
            return
        if imgui.is_mouse_double_clicked(0):
            self._held.discard(title)
        elif imgui.get_io().mouse_wheel or imgui.is_mouse_dragging(0):
            self._held.add(title)


def _heading(group: Group, view: CurvesView, width: float) -> None:
    """Title and legend on one line above the plot, where they cover no curve."""
    end = imgui.get_cursor_pos_x() + width
    imgui.text(f"{group.title} [{group.unit}]" if group.unit else group.title)
    if len(group.lines) == 1:
        return
    for index, (name, label) in enumerate(group.lines):
        if name in view.columns:
            imgui.same_line(0, em(0.9 if index == 0 else 0.6))
            if imgui.get_cursor_pos_x() + imgui.calc_text_size(label).x > end:
                return
            imgui.text_colored(line_colour(index), label)


def _line(label: str, x: np.ndarray, y: np.ndarray, index: int) -> None:
    spec = implot.Spec()
    spec.line_color = line_colour(index)
    spec.line_weight = em(0.11)
    if len(x) == 1:  # a line of one point would be invisible
        spec.marker = implot.Marker_.circle
        spec.marker_fill_color = spec.line_color
        spec.marker_size = em(0.2)
    implot.plot_line(label, np.ascontiguousarray(x), np.ascontiguousarray(y), spec=spec)


def other_groups(columns: Mapping[str, np.ndarray]) -> list[Group]:
    """A plot for each scalar that no group shows."""
    shown = {name for group in GROUPS for name, _ in group.lines} | {PROGRESS}
    return [Group(name, ((name, name.rpartition("/")[2]),)) for name in sorted(columns) if name not in shown]
