"""The tab of curves: controls, plots, and the values below the crosshair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import dearpygui.dearpygui as dpg

from app.board.plot_export import Drawing
from app.board.series import Axis, Curve, CurveCache, PlotSetup
from app.board.state import BoardState
from app.board_window import tags
from app.board_window.look import MARK_WORDS, LineThemes
from app.board_window.plot_grid import PlotGrid, PlotSpec
from app.board_window.values_table import ValuesTable
from widgets.curve_groups import scalar_words
from widgets.palette import Colour
from widgets.smoothing import MOST_SMOOTHING

VALUES_WIDTH = 400
# Tag, label, field of the setup, and what it means.
SWITCHES = (
    (tags.LOG_X, "log x", "log_x", "A logarithmic x axis; wall clock has none"),
    (tags.LOG_Y, "log y", "log_y", "Logarithmic y axes: what is not above zero is left out"),
    (tags.CLIP, "clip outliers", "clip", "The y axis leaves out what lies far beyond most points of a line"),
    (tags.GROUPED, "mean over seeds", "grouped",
     "Runs that differ in their seed alone are one line: their mean, and a band of one standard deviation"),
    (tags.EVENTS, "events", "events", "Marks: " + ", ".join(MARK_WORDS.values())),
)  # fmt: skip


class CurvesView:
    """Plots of chosen scalars.

    Args:
        state: The board.
        cache: Of lines.
        themes: Of lines.
    """

    def __init__(self, state: BoardState, cache: CurveCache, themes: LineThemes) -> None:
        self._state, self._cache = state, cache
        self._themes = themes
        self._grid: PlotGrid | None = None
        self._values = ValuesTable(state)
        self._listed: tuple[str, ...] = ()
        self._specs: list[PlotSpec] = []

    def build(self) -> None:
        """Make the items, inside the tab that is being made."""
        setup = self._state.settings.plots
        with dpg.group(horizontal=True):
            dpg.add_button(label="Scalars…", tag=tags.SCALARS_BUTTON, callback=self._open_scalars)
            dpg.add_combo(
                list(get_args(Axis)), default_value=setup.axis, width=96, tag=tags.AXIS, callback=self._set("axis")
            )
            dpg.add_slider_float(
                default_value=setup.smoothing, max_value=MOST_SMOOTHING, width=150, format="smoothing %.3f",
                tag=tags.SMOOTHING, callback=self._set("smoothing"), clamped=True,
            )  # fmt: skip
            for tag, label, name, hint in SWITCHES:
                dpg.add_checkbox(label=label, tag=tag, default_value=getattr(setup, name), callback=self._set(name))
                with dpg.tooltip(tag):
                    dpg.add_text(hint, wrap=360)
            dpg.add_button(label="Fit", tag=tags.FIT, callback=self.fit)
        with dpg.group(horizontal=True):
            home = dpg.add_child_window(width=-VALUES_WIDTH - 8, no_scrollbar=True, border=False)
            self._values.build(VALUES_WIDTH)
        self._grid = PlotGrid(home, self._themes, self._colour)
        with dpg.window(tag=tags.SCALARS_WINDOW, popup=True, show=False, width=380, height=420):
            dpg.add_input_text(hint="Find", tag=tags.SCALARS_FILTER, width=-1, callback=self._list_scalars)
            dpg.add_child_window(tag=tags.SCALARS_LIST)

    def update(self) -> None:
        """Show what has changed."""
        settings, runs = self._state.settings, self._state.shown
        self._specs = [
            PlotSpec(scalar_words(name), tuple(self._cache.curves(runs, name, settings.plots)), name)
            for name in settings.scalars
            if name in self._state.scalars
        ]
        assert self._grid is not None
        self._grid.show(self._specs, settings.plots, settings.theme, self._state.pointed)
        self._values.forget()

    def frame(self) -> None:
        """Once a frame while the tab is seen."""
        assert self._grid is not None
        self._grid.frame()
        self._values.show(self._grid, self._state.settings.plots)

    @property
    def complete(self) -> bool:
        """Whether all lines are drawn."""
        return self._grid is not None and self._grid.complete

    def fit(self) -> None:
        """Show all of every curve again."""
        assert self._grid is not None
        self._grid.fit()

    def drawings(self) -> tuple[list[Drawing], PlotSetup]:
        """What a picture of the plots shows: all points, with the y axes as they are seen."""
        assert self._grid is not None
        spans = self._grid.y_spans
        setup = self._state.settings.plots
        return [Drawing(spec.title, spec.curves, span) for spec, span in zip(self._specs, spans, strict=True)], setup

    def _colour(self, curve: Curve) -> Colour:
        return self._state.colour(curve.runs[0].path)

    def _set(self, name: str) -> Any:
        def change(_sender: Any, value: Any) -> None:
            settings = self._state.settings
            self._state.change(replace(settings, plots=replace(settings.plots, **{name: value})))

        return change

    def _open_scalars(self) -> None:
        self._list_scalars()
        left, bottom = dpg.get_item_rect_min(tags.SCALARS_BUTTON)[0], dpg.get_item_rect_max(tags.SCALARS_BUTTON)[1]
        dpg.configure_item(tags.SCALARS_WINDOW, show=True, pos=[left, bottom + 2])

    def _list_scalars(self) -> None:
        dpg.delete_item(tags.SCALARS_LIST, children_only=True)
        words = dpg.get_value(tags.SCALARS_FILTER).lower().split()
        chosen = self._state.settings.scalars
        said = {name: f"{scalar_words(name)} {name}".lower() for name in self._state.scalars}
        names = [name for name, text in said.items() if all(word in text for word in words)]
        for name in names:
            item = dpg.add_checkbox(
                label=scalar_words(name), default_value=name in chosen, parent=tags.SCALARS_LIST, user_data=name,
                callback=lambda _sender, _value, name: self._state.toggle_scalar(name), tag=f"scalar {name}",
            )  # fmt: skip
            with dpg.tooltip(item):
                dpg.add_text(name)
        if not names:
            dpg.add_text("No scalar has such a name." if words else "No run has scalars.", parent=tags.SCALARS_LIST)
