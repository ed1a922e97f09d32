"""The tab of the paper's Figure 6: a metric on a logarithmic scale over kimg, of all runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dearpygui.dearpygui as dpg

from app.board.plot_export import Drawing
from app.board.series import Curve, CurveCache, PlotSetup
from app.board.state import BoardState
from app.board_window import tags
from app.board_window.look import LineThemes
from app.board_window.plot_grid import PlotGrid, PlotSpec
from app.board_window.values_table import ValuesTable
from widgets.curve_groups import scalar_words

VALUES_WIDTH = 400
NOT_MEASURED = (
    "None of these runs was measured: set metrics.interval, or choose Measure now in the Studio while it trains."
)


class FigureView:
    """The paper's Figure 6: a metric on a logarithmic scale over kimg.

    Args:
        state: The board.
        cache: Of lines.
        themes: Of lines.
    """

    def __init__(self, state: BoardState, cache: CurveCache, themes: LineThemes) -> None:
        self._state, self._cache, self._themes = state, cache, themes
        self._grid: PlotGrid | None = None
        self._values = ValuesTable(state)
        self._note: int | str = 0
        self._curves: tuple[Curve, ...] = ()

    @property
    def setup(self) -> PlotSetup:
        """As in the figure; seeds may be one line."""
        plots = self._state.settings.plots
        return PlotSetup("kimg", 0.0, log_y=True, clip=False, grouped=plots.grouped, events=False)

    def build(self) -> None:
        """Make the items, inside the tab that is being made."""
        with dpg.group(horizontal=True):
            add_metric_choice(self._state, tags.METRIC)
            dpg.add_text("on a logarithmic scale over kimg, as in Figure 6 of the paper")
        self._note = dpg.add_text("", wrap=560)
        with dpg.group(horizontal=True):
            home = dpg.add_child_window(width=-VALUES_WIDTH - 8, no_scrollbar=True, border=False)
            self._values.build(VALUES_WIDTH)
        self._grid = PlotGrid(home, self._themes, lambda curve: self._state.colour(curve.runs[0].path))

    def update(self) -> None:
        """Show what has changed."""
        state, metric = self._state, self._state.metric
        list_metrics(state, tags.METRIC)
        self._curves = tuple(self._cache.curves(state.shown, metric, self.setup)) if metric else ()
        note = "" if self._curves else NOT_MEASURED
        dpg.set_value(self._note, note)
        dpg.configure_item(self._note, show=bool(note))
        assert self._grid is not None
        specs = [PlotSpec(scalar_words(metric), self._curves, metric)] if self._curves else []
        self._grid.show(specs, self.setup, state.settings.theme, state.pointed)
        self._values.forget()

    def frame(self) -> None:
        """Once a frame while the tab is seen."""
        assert self._grid is not None
        self._grid.frame()
        self._values.show(self._grid, self.setup)

    @property
    def complete(self) -> bool:
        """Whether all lines are drawn."""
        return self._grid is not None and self._grid.complete

    def drawings(self) -> tuple[list[Drawing], PlotSetup]:
        """What a picture of the figure shows."""
        return [Drawing(scalar_words(self._state.metric), self._curves)], self.setup


def add_metric_choice(state: BoardState, tag: str) -> None:
    """Make the choice of the metric that ready views are about."""

    def chosen(_sender: Any, value: str) -> None:
        name = next((name for name in state.metrics if scalar_words(name) == value), "")
        state.change(replace(state.settings, metric=name))

    dpg.add_combo([], tag=tag, width=230, callback=chosen)


def list_metrics(state: BoardState, tag: str) -> None:
    """Bring the items of that choice up to date."""
    dpg.configure_item(tag, items=[scalar_words(name) for name in state.metrics])
    dpg.set_value(tag, scalar_words(state.metric))
