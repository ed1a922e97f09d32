"""What curves have at the crosshair, or at their ends, as a table."""

from __future__ import annotations

import math
import time

import dearpygui.dearpygui as dpg

from app.board.series import Curve, PlotSetup, x_span
from app.board.state import BoardState
from app.board_window.heads import add_head
from app.board_window.look import rgba
from app.board_window.plot_grid import PlotGrid

# An event is told when the crosshair is so near, as a part of what is seen.
NEAR = 0.01
# Letters of a line of a head: values are short.
SHORT_LINE = 14


class ValuesTable:
    """What curves have at the crosshair, or at their ends.

    Args:
        state: The board.
    """

    def __init__(self, state: BoardState) -> None:
        self._state = state
        self._home: int | str = 0
        self._shape: object = None
        self._place: object = ()
        self._cells: list[list[int | str]] = []
        self._head: int | str = 0

    def build(self, width: int) -> None:
        """Make the items, so many pixels wide."""
        with dpg.child_window(width=width, no_scrollbar=True, border=False):
            self._head = dpg.add_text("", wrap=width - 8)
            self._home = dpg.add_child_window(border=False)

    def forget(self) -> None:
        """Numbers have changed."""
        self._place = ()

    def show(self, grid: PlotGrid, setup: PlotSetup) -> None:
        """Follow the crosshair of a grid."""
        if grid.place == self._place:
            return
        self._place = grid.place
        place = math.inf if grid.place is None else grid.place
        values = grid.values(place)
        curves = list({_key(curve): curve for _, points in values for curve, _ in points}.values())
        self._shape_for(tuple(title for title, _ in values), grid.names, len(curves))
        dpg.set_value(self._head, self._words(grid.place, setup, curves))
        for index, curve in enumerate(curves):
            points = [{_key(each): point for each, point in row}.get(_key(curve)) for _, row in values]
            x = next((point[0] for point in points if point is not None), math.nan)
            texts = [curve.label, _place_text(x, setup), *(_text(point) for point in points)]
            for item, text in zip(self._cells[index], texts, strict=True):
                dpg.set_value(item, text)
            dpg.configure_item(self._cells[index][0], color=rgba(self._state.colour(curve.runs[0].path)))

    def _shape_for(self, titles: tuple[str, ...], names: tuple[str, ...], rows: int) -> None:
        if self._shape == (titles, rows):
            return
        self._shape = titles, rows
        dpg.delete_item(self._home, children_only=True)
        self._cells = []
        if not rows:
            return
        with dpg.table(
            parent=self._home, header_row=True, scrollY=True, scrollX=True, freeze_rows=1, freeze_columns=1,
            policy=dpg.mvTable_SizingFixedFit, row_background=True, clipper=True,
        ):  # fmt: skip
            for title in ("run", "at"):
                dpg.add_table_column(label=title)
            for title, name in zip(titles, names, strict=True):
                add_head(title, name, line=SHORT_LINE)
            for _ in range(rows):
                with dpg.table_row():
                    self._cells.append([dpg.add_text("") for _ in ("run", "at", *titles)])

    def _words(self, place: float | None, setup: PlotSetup, curves: list[Curve]) -> str:
        if not curves:
            return "Nothing to draw: show a run in the table, and choose scalars that it has."
        if place is None:
            return "Last values, smoothed (as measured)" if setup.smoothing else "Last values"
        told = [f"At {_place_text(place, setup)}"]
        span = x_span(curves)
        reach = NEAR * (span[1] - span[0]) if span is not None else 0.0
        if setup.events and setup.axis == "kimg":
            told += [
                f"{run.name}: {event.text}"
                for curve in curves
                for run in curve.runs
                for event in run.events
                if abs(event.kimg - place) <= reach
            ]
        return "   ".join(told)


def _key(curve: Curve) -> object:
    return tuple(run.path for run in curve.runs)


def _text(point: tuple[float, float, float] | None) -> str:
    if point is None:
        return "–"
    _, raw, smooth = point
    return f"{smooth:.4g}" if raw == smooth or math.isnan(raw) else f"{smooth:.4g} ({raw:.4g})"


def _place_text(place: float, setup: PlotSetup) -> str:
    if math.isnan(place):
        return "–"
    if setup.axis == "wall clock":
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(place))
    return f"{place:.5g} {setup.axis}"
