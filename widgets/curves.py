"""The Curves panel: the scalars of a run over its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from imgui_bundle import ImVec2, imgui

from widgets.common import em, empty_state, error_box, icons, text_colour
from widgets.curve_groups import Group, known_groups, other_groups
from widgets.curve_lines import X_COLUMNS, LineSetup
from widgets.curve_picture import CurvePicture
from widgets.curve_plot import UNITS, CurvePlots, Frame
from widgets.smoothing import MOST_SMOOTHING
from widgets.toolbar import check_width, flow, flow_end, toggle, tool
from widgets.views import CurvesView

MIN_PLOT_WIDTH = 16.0
# Plots fill the panel in rows of at least the good height; a single row may be lower.
GOOD_PLOT_HEIGHT, MIN_PLOT_HEIGHT = 10.0, 5.5
# Half of the last number below the axis stands out of the plot.
LAST_LABEL = 0.8
LOG_HELP = (
    "Logarithmic y axis.\n"
    "Values that are not above zero are left out; the heading of the plot says so.\n"
    "Plots of signed values, as scores, stay linear."
)


@dataclass(frozen=True)
class CurvesExport:
    """What somebody wants to keep.

    Attributes:
        kind: A table of numbers, or a picture of the plots: that of the window widgets.curve_picture.WINDOW.
        names: Of a table, the scalars; empty for all there are.
    """

    kind: Literal["table", "picture"]
    names: tuple[str, ...] = ()


class CurvesPanel:
    """Draws groups of curves side by side, as many in a row as fit.

    Attributes:
        setup: How lines look.
        plots: What draws them.
        shows_all: Whether scalars outside of the known groups are shown, too.
    """

    def __init__(self) -> None:
        self.setup = LineSetup()
        self.plots = CurvePlots()
        self.shows_all = False
        self._marks = True
        self._picture = CurvePicture()
        self._dismissed = ""
        self._grouped: tuple[frozenset[str], tuple[Group, ...], tuple[Group, ...]] = (frozenset(), (), ())

    def draw(self, view: CurvesView, problem: str = "") -> CurvesExport | None:
        """Draw the panel.

        Args:
            view: The run.
            problem: Why something could not be kept; empty if all is well.

        Returns:
            What somebody wants to keep; a picture is that of this frame.
        """
        if not view.run:
            empty_state(icons.ICON_FA_CHART_LINE, "No curves yet", "Start a training in Train, or choose a run there.")
            return None
        if not len(view.kimg):
            _nothing_yet(view)
            return None
        groups, others = self._groups(view)
        export = self._controls(view, groups, others)
        if problem and problem != self._dismissed and error_box("curves", problem) == "dismiss":
            self._dismissed = problem
        shown = (*groups, *others) if self.shows_all else groups
        frame = Frame(view, self.setup, self._marks)
        self._draw_plots(shown, frame)
        if export is not None and export.kind == "picture":
            self._picture.ask()
            return None
        return CurvesExport("picture") if self._picture.draw(self.plots, shown, frame) else export

    def _groups(self, view: CurvesView) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
        names = frozenset(view.columns)
        if names != self._grouped[0]:
            self._grouped = (names, known_groups(names), other_groups(names))
        return self._grouped[1:]

    def _draw_plots(self, groups: Sequence[Group], frame: Frame) -> None:
        self.plots.begin(frame)
        imgui.begin_child("plots")
        room, spacing = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        room.x -= em(LAST_LABEL)
        per_row = max(1, min(len(groups), int((room.x + spacing.x) / (em(MIN_PLOT_WIDTH) + spacing.x))))
        rows = -(-len(groups) // per_row)
        width = (room.x - (per_row - 1) * spacing.x) / per_row
        whole = min(max(1, int((room.y + spacing.y) / (em(GOOD_PLOT_HEIGHT) + spacing.y))), rows)
        height = max((room.y - (whole - 1) * spacing.y) / whole, em(MIN_PLOT_HEIGHT))
        for index, group in enumerate(groups):
            if index % per_row:
                imgui.same_line()
            self.plots.draw(group, frame, ImVec2(width, height))
        imgui.end_child()

    def _controls(self, view: CurvesView, groups: Sequence[Group], others: Sequence[Group]) -> CurvesExport | None:
        self._choose_lines(view)
        ranges = self.plots.ranges
        self._marks = toggle(icons.ICON_FA_FLAG, "marks", self._marks, "Mark starts, pauses, changes and snapshots.")
        icon = icons.ICON_FA_LINK if ranges.linked else icons.ICON_FA_LINK_SLASH
        tip = "All plots show the same part of the x axis."
        ranges.set_linked(toggle(icon, "link", ranges.linked, tip), self.plots.span)
        help_text = (
            "Show whole curves again.\nWheel and drag zoom and move a plot, a drag with the right button zooms into "
            "a part,\na double click shows all of it. Over an axis they change only that one."
        )
        if tool(icons.ICON_FA_EXPAND, "fit", help_text):
            ranges.fit()
        if tool(icons.ICON_FA_DOWNLOAD, "export", "Keep numbers or a picture of the plots."):
            imgui.open_popup("export curves")
        shown = (*groups, *others) if self.shows_all else groups
        export = _export_menu(view, shown)
        if others:
            count = sum(len(group.lines) for group in others)
            label = f"all (+{count})"
            flow(check_width(label))
            _, self.shows_all = imgui.checkbox(f"{label}###all", self.shows_all)
            imgui.set_item_tooltip(f"Show all scalars that this run has kept, {count} more")
        if view.loading:
            text = "reading…"
            flow_end(imgui.calc_text_size(text).x)
            with text_colour("quiet"):
                imgui.text(text)
        return export

    def _choose_lines(self, view: CurvesView) -> None:
        """Smoothing and axes: what all lines depend on."""
        setup = self.setup
        imgui.set_next_item_width(em(9.5))
        form = "smoothing %.3f" if setup.smoothing else "no smoothing"
        changed, weight = imgui.slider_float("##smoothing", setup.smoothing, 0, MOST_SMOOTHING, form)
        imgui.set_item_tooltip(
            "Exponential average without a pull towards zero: how much of the past each point keeps.\n"
            "The measured line stays behind it, faint. Ctrl+click to type a number."
        )
        if changed:
            setup = replace(setup, smoothing=min(max(weight, 0.0), MOST_SMOOTHING))
        there = self.plots.cache.axes(view)
        if setup.axis not in there:
            setup = replace(setup, axis="kimg")
        flow(em(5.2))
        imgui.set_next_item_width(em(5.2))
        if imgui.begin_combo("##axis", setup.axis):
            for axis in X_COLUMNS:
                flags = imgui.SelectableFlags_.none if axis in there else imgui.SelectableFlags_.disabled
                if imgui.selectable(axis, axis == setup.axis, flags)[0]:
                    setup = replace(setup, axis=axis)
                if axis not in there:
                    imgui.set_item_tooltip("This run has no numbers for it.")
            imgui.end_combo()
        imgui.set_item_tooltip(f"What lies along the x axis: {UNITS[setup.axis]}")
        flow(check_width("log"))
        _, log = imgui.checkbox("log", setup.log)
        imgui.set_item_tooltip(LOG_HELP)
        if setup.axis != self.setup.axis:
            self.plots.ranges.fit()
        if log != self.setup.log:
            self.plots.ranges.release_y()
        self.setup = replace(setup, log=log)


def _nothing_yet(view: CurvesView) -> None:
    if view.loading:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Reading the run…", "Its numbers are on their way.")
    else:
        hint = "The first point comes with the first tick of the training."
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Waiting for the first numbers", hint)


def _export_menu(view: CurvesView, shown: Sequence[Group]) -> CurvesExport | None:
    names = tuple(name for group in shown for name, _ in group.lines)
    offers = {
        f"{icons.ICON_FA_TABLE}  All numbers, as CSV ({len(view.columns)} columns)###csv all": CurvesExport("table"),
        f"{icons.ICON_FA_TABLE}  Shown curves, as CSV ({len(names)} scalars)###csv shown": CurvesExport("table", names),
        f"{icons.ICON_FA_IMAGE}  Picture of these plots, as PNG###png": CurvesExport("picture"),
    }
    chosen: CurvesExport | None = None
    if imgui.begin_popup("export curves"):
        for label, export in offers.items():
            if imgui.menu_item(label, "", False)[0]:
                chosen = export
        imgui.end_popup()
    return chosen
