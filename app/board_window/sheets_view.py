"""Tabs that are tables: the paper's Table 2, the filters of D that switch, and settings that differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import dearpygui.dearpygui as dpg

from app.board.ablation import Ablation, ablation
from app.board.series import CurveCache, PlotSetup
from app.board.setting_words import setting_words
from app.board.state import BoardState
from app.board.switching import EMPTY, PAPER_SHARE, SHARES, switching
from app.board.table import differences
from app.board.table_export import ablation_sheet
from app.board_window import tags
from app.board_window.figure_view import NOT_MEASURED, add_metric_choice, list_metrics
from app.board_window.heads import add_head
from app.board_window.look import LineThemes, rgba, text_colour, tone
from app.board_window.plot_grid import PlotGrid, PlotSpec

# Settings of so many runs fit beside each other.
MOST_RUNS = 12
BAR_WIDTH, FILTERS_WIDTH = 130, 720
MEAN_HINT = "the best value of a run; of several seeds their mean, and the standard deviation with n - 1"
Cell = tuple[str, tuple[int, int, int, int]]


class SheetItem:
    """A table made anew whenever its texts change.

    Args:
        empty: What is said when there are no rows.
    """

    def __init__(self, empty: str) -> None:
        self._empty = empty
        self._home: int | str = 0
        self._of: object = None

    def build(self) -> None:
        """Make the items."""
        self._home = dpg.add_child_window(border=False)

    def show(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], hints: Sequence[str] = ()) -> None:
        """Show these texts with their colours, and what is said of heads under the mouse."""
        wanted = tuple(heads), tuple(tuple(row) for row in rows)
        if wanted == self._of:
            return
        self._of = wanted
        dpg.delete_item(self._home, children_only=True)
        if not rows:
            dpg.add_text(self._empty, parent=self._home, wrap=560)
            return
        with dpg.table(
            parent=self._home, header_row=True, scrollY=True, scrollX=True, freeze_rows=1, freeze_columns=1,
            policy=dpg.mvTable_SizingFixedFit, row_background=True, resizable=True, borders_innerH=True,
        ):  # fmt: skip
            for index, head in enumerate(heads):
                add_head(head, hints[index] if index < len(hints) else "")
            for row in rows:
                with dpg.table_row():
                    for text, colour in row:
                        dpg.add_text(text, color=colour)


class AblationView:
    """The tab of Table 2.

    Args:
        state: The board.
    """

    def __init__(self, state: BoardState) -> None:
        self._state = state
        self._sheet = SheetItem(NOT_MEASURED)
        self.table = Ablation("", (), ())

    def build(self) -> None:
        """Make the items, inside the tab that is being made."""
        with dpg.group(horizontal=True):
            add_metric_choice(self._state, tags.ABLATION_METRIC)
            dpg.add_text("by what was varied, as in Table 2 of the paper; seeds of one configuration are one row")
        self._sheet.build()

    def update(self) -> None:
        """Show what has changed."""
        state, theme = self._state, self._state.settings.theme
        list_metrics(state, tags.ABLATION_METRIC)
        self.table = ablation(state.shown, state.metric)
        sheet = ablation_sheet(self.table)
        usual, good, quiet = text_colour(theme), tone(theme, "good"), tone(theme, "quiet")
        rows = []
        for row, texts in zip(self.table.rows, sheet.rows, strict=True):
            name = (row.runs[0].name, rgba(state.colour(row.runs[0].path)))
            colour = good if row.best else quiet if math.isnan(row.value) else usual
            rows.append((name, *((text, colour) for text in texts)))
        measured = any(not math.isnan(row.value) for row in self.table.rows)
        hints = ("the first of its seeds", *self.table.settings, f"{self.table.metric}: {MEAN_HINT}")
        self._sheet.show(("run", *sheet.heads), rows if measured else (), hints)


class SettingsView:
    """The tab of settings that are not the same in all runs.

    Args:
        state: The board.
    """

    def __init__(self, state: BoardState) -> None:
        self._state = state
        self._sheet = SheetItem("The runs that are shown do not differ in any setting.")

    def build(self) -> None:
        """Make the items, inside the tab that is being made."""
        dpg.add_text(f"Settings in which the shown runs differ, of the first {MOST_RUNS}; what most have is grey")
        self._sheet.build()

    def update(self) -> None:
        """Show what has changed."""
        state, theme = self._state, self._state.settings.theme
        runs = state.shown[:MOST_RUNS]
        usual, quiet, accent = text_colour(theme), tone(theme, "quiet"), tone(theme, "accent")
        rows = []
        for each in differences(runs):
            values = [(value, quiet if value == each.usual else accent) for value in each.values]
            rows.append([(setting_words(each.name), usual), (each.name, quiet), *values])
        self._sheet.show(("setting", "name in files", *(run.name for run in runs)), rows)


class FiltersView:
    """The tab of the filters of D that switch with the patch.

    Args:
        state: The board.
        cache: Of lines.
        themes: Of lines.
    """

    def __init__(self, state: BoardState, cache: CurveCache, themes: LineThemes) -> None:
        self._state, self._cache, self._themes = state, cache, themes
        self._home: int | str = 0
        self._grid: PlotGrid | None = None
        self._plots: int | str = 0

    def build(self) -> None:
        """Make the items, inside the tab that is being made."""
        dpg.add_text(
            f"Which part of D's filters switches; the paper found about {PAPER_SHARE:.0%} switched by the scale"
        )
        with dpg.group(horizontal=True):
            self._plots = dpg.add_child_window(width=-FILTERS_WIDTH - 8, no_scrollbar=True, border=False)
            self._home = dpg.add_child_window(width=FILTERS_WIDTH, border=False)
        self._grid = PlotGrid(self._plots, self._themes, lambda curve: self._state.colour(curve.runs[0].path))

    def update(self) -> None:
        """Show what has changed."""
        state = self._state
        found = switching(state.shown)
        dpg.delete_item(self._home, children_only=True)
        dpg.configure_item(self._plots, show=bool(found))
        if not found:
            dpg.add_text(EMPTY, parent=self._home, wrap=560)
        else:
            with dpg.table(
                parent=self._home, header_row=True, scrollY=True, freeze_rows=1, policy=dpg.mvTable_SizingFixedFit
            ):
                for head in ("run", *SHARES.values()):
                    dpg.add_table_column(label=head)
                for shares in found:
                    with dpg.table_row():
                        dpg.add_text(shares.run.name, color=rgba(state.colour(shares.run.path)))
                        for value in shares.values:
                            _bar(value)
        name = next(iter(SHARES))
        setup = PlotSetup("kimg", state.settings.plots.smoothing, clip=False, grouped=state.settings.plots.grouped)
        curves = tuple(self._cache.curves(state.shown, name, setup)) if found else ()
        specs = [PlotSpec(f"Part of filters {SHARES[name]}", curves)] if curves else []
        assert self._grid is not None
        self._grid.show(specs, setup, state.settings.theme, state.pointed)

    def frame(self) -> None:
        """Once a frame while the tab is seen."""
        assert self._grid is not None
        self._grid.frame()


def _bar(value: float) -> None:
    if math.isnan(value):
        dpg.add_text("–")
    else:
        dpg.add_progress_bar(default_value=value, overlay=f"{value:.0%}", width=BAR_WIDTH)
