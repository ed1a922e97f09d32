"""The board's window: its parts, and the loop that lets them meet once a frame (Dear PyGui)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import dearpygui.dearpygui as dpg

from app.board.control import Control
from app.board.pictures import Strips
from app.board.plot_export import Drawing
from app.board.runs import short
from app.board.series import CurveCache, PlotSetup
from app.board.settings import load_settings, save_settings
from app.board.state import BoardState
from app.board.table import Filter
from app.board.table_export import Sheet, ablation_sheet, full_sheet, run_sheet
from app.board.watch import BoardWatch, Seen
from app.board_window import tags
from app.board_window.curves_view import CurvesView
from app.board_window.export_view import ExportView
from app.board_window.figure_view import FigureView
from app.board_window.look import LineThemes, bind_theme, load_font, tone
from app.board_window.run_bar import RunBar
from app.board_window.samples_view import TILE, SamplesView
from app.board_window.sheets_view import AblationView, FiltersView, SettingsView
from app.board_window.table_view import ColumnChooser, TableView
from core.sizes import size
from widgets.notes import Problem

log = logging.getLogger(__name__)

SIZE = (1280, 800)
TABLE_HEIGHT = 250
# While nobody moves the mouse and nothing has changed, so many seconds pass between two frames.
ACTIVE_S, RESTING_FRAME_S = 3.0, 0.06
# Colours of a picker change in every frame; settings are written when they have rested.
SAVE_AFTER_S = 2.0


class Board:
    """One window over one folder of runs.  All methods belong to the main thread, between create and destroy_context.

    Args:
        folder: Of runs.
        home: Where settings are kept.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self._home = home
        self._changed = threading.Event()
        self.state = BoardState(load_settings(home))
        self.watch = BoardWatch(folder, self._changed.set)
        self.control = Control(self._changed.set)
        self._folder, self._saved, self._dirty_since = folder, self.state.settings, 0.0
        self._cache, self._themes = CurveCache(), LineThemes()
        self._strips = Strips(TILE, self._changed.set)
        self._table, self._columns = TableView(self.state), ColumnChooser(self.state)
        self._run_bar = RunBar(self.state, self.control)
        self.curves = CurvesView(self.state, self._cache, self._themes)
        self.figure = FigureView(self.state, self._cache, self._themes)
        self._ablation, self._settings = AblationView(self.state), SettingsView(self.state)
        self._filters = FiltersView(self.state, self._cache, self._themes)
        self._samples = SamplesView(self.state, self._strips)
        self._export = ExportView(self.state, self.control, self._sheet, self._drawings)
        self.tabs = {
            tags.CURVES: ("Curves", self.curves),
            tags.FIGURE: ("Figure 6", self.figure),
            tags.ABLATION: ("Table 2", self._ablation),
            tags.SAMPLES: ("Samples", self._samples),
            tags.FILTERS: ("Filters", self._filters),
            tags.SETTINGS: ("Settings", self._settings),
        }
        self._seen = Seen()
        self._drawn: tuple[int, str] = (-1, "")
        self._theme = self.state.settings.theme
        self._moved, self._mouse = time.monotonic(), (0.0, 0.0)
        self._problem = False

    def build(self) -> None:
        """Make all items."""
        load_font()
        bind_theme(self._theme)
        with dpg.window(tag=tags.MAIN, no_scrollbar=True, no_scroll_with_mouse=True):
            self._build_head()
            dpg.add_child_window(
                tag=tags.TABLE_HOME, height=TABLE_HEIGHT, no_scrollbar=True, border=False, resizable_y=True
            )
            self._run_bar.build()
            with dpg.child_window(no_scrollbar=True, border=False), dpg.tab_bar(tag=tags.TABS):
                for tag, (label, view) in self.tabs.items():
                    with dpg.tab(label=label, tag=tag):
                        view.build()
        with dpg.window(tag=tags.COLUMNS_WINDOW, popup=True, show=False, max_size=(400, 560)):
            pass
        self._export.build()
        dpg.set_primary_window(tags.MAIN, True)

    def _build_head(self) -> None:
        with dpg.group(horizontal=True):
            dpg.add_input_text(
                tag=tags.FILTER, hint="Filter: words that a row must hold", width=260, callback=self._searched
            )
            dpg.add_checkbox(label="regular expression", tag=tags.REGEX, callback=self._searched)
            dpg.add_text("", tag=tags.FILTER_NOTE)
            dpg.add_button(
                label="Columns…", tag=tags.COLUMNS_BUTTON,
                callback=lambda: self._columns.open(lambda: _below(tags.COLUMNS_BUTTON)),
            )  # fmt: skip
            dpg.add_button(
                label="Export…", tag=tags.EXPORT_BUTTON, callback=lambda: self._export.open(_below(tags.EXPORT_BUTTON))
            )
            dpg.add_button(tag=tags.THEME_BUTTON, callback=self._other_theme)
            dpg.add_text("", tag=tags.STATUS)
        dpg.add_text("", tag=tags.MESSAGE, show=False, wrap=SIZE[0] - 40)

    def frame(self) -> None:
        """Bring everything up to date; once a frame."""
        self._changed.clear()
        self._take()
        tab = self.tab
        if self._drawn != (self.state.version, tab):
            self._update(tab)
        view = self.tabs[tab][1]
        if isinstance(view, CurvesView | FigureView | FiltersView | SamplesView):
            view.frame()
        self._keep()

    @property
    def tab(self) -> str:
        """The tab that is seen."""
        active = dpg.get_value(tags.TABS)
        name = dpg.get_item_alias(active) if isinstance(active, int) else active
        return name if name in self.tabs else tags.CURVES

    @property
    def complete(self) -> bool:
        """Whether all runs are read, and every line of the visible plots is drawn."""
        seen = self._seen
        read = seen.searched and not seen.left and not any(run.loading for run in seen.runs)
        view = self.tabs[self.tab][1]
        drawn = view.complete if isinstance(view, CurvesView | FigureView) else True
        return read and drawn and self.watch.seen is seen and self._drawn[0] == self.state.version

    def run(self, after_frame: Callable[[], None] | None = None) -> None:
        """Draw until the window is closed.  `after_frame` is called after each frame."""
        self.watch.start()
        while dpg.is_dearpygui_running():
            dpg.run_callbacks(dpg.get_callback_queue())
            self.frame()
            dpg.render_dearpygui_frame()
            if after_frame is not None:
                after_frame()
            else:
                self._rest()

    def close(self) -> None:
        """End threads and processes, and write down what is to be remembered."""
        self.watch.close()
        self.control.close()
        self._strips.close()
        if self.state.settings != self._saved:
            save_settings(self._home, self.state.settings)

    def _take(self) -> None:
        seen = self.watch.seen
        if seen is not self._seen:
            self._seen = seen
            self.state.see(seen.runs)
        for outcome in self.control.take():
            self._say(outcome.message if isinstance(outcome, Problem) else outcome, isinstance(outcome, Problem))
            self.watch.hurry()
        dpg.set_value(tags.STATUS, self.control.waiting or self._status())

    def _status(self) -> str:
        seen = self._seen
        if not seen.searched:
            return f"Looking for runs in {self._folder}…"
        if seen.problem:
            return seen.problem
        if not seen.runs:
            return f"There are no runs in {self._folder} yet; new ones appear here by themselves."
        count = f"{len(self.state.table.rows)} of {len(seen.runs)} runs"
        return f"{count}, {size(seen.left)} left to read" if seen.left else count

    def _say(self, text: str, bad: bool) -> None:
        dpg.set_value(tags.MESSAGE, text)
        dpg.configure_item(tags.MESSAGE, show=True, color=tone(self._theme, "error" if bad else "good"))

    def _update(self, tab: str) -> None:
        """Something has changed: show it."""
        self._drawn = (self.state.version, tab)
        if self.state.settings.theme != self._theme:
            self._theme = self.state.settings.theme
            bind_theme(self._theme)
        dpg.configure_item(tags.THEME_BUTTON, label="Light theme" if self._theme == "dark" else "Dark theme")
        problem = self.state.table.problem
        dpg.set_value(tags.FILTER_NOTE, problem)
        dpg.configure_item(tags.FILTER_NOTE, color=tone(self._theme, "error"), show=bool(problem))
        self._table.update()
        self._run_bar.update()
        self.tabs[tab][1].update()

    def _searched(self) -> None:
        self.state.search(Filter(dpg.get_value(tags.FILTER), dpg.get_value(tags.REGEX)))

    def _other_theme(self) -> None:
        other = "light" if self.state.settings.theme == "dark" else "dark"
        self.state.change(replace(self.state.settings, theme=other))

    def _sheet(self, in_full: bool) -> tuple[str, Sheet]:
        """What is written as a table: Table 2 where it is seen, else the runs."""
        if self.tab == tags.ABLATION:
            return "table2", ablation_sheet(self._ablation.table)
        table = self.state.table
        return "runs", full_sheet(table) if in_full else run_sheet(table)

    def _drawings(self) -> tuple[str, Sequence[Drawing], PlotSetup]:
        """What is written as plots: Figure 6 where it is seen, else the curves."""
        if self.tab == tags.FIGURE:
            return f"figure6-{short(self.state.metric)}", *self.figure.drawings()
        return "curves", *self.curves.drawings()

    def _keep(self) -> None:
        """Write settings down when they have rested."""
        now = time.monotonic()
        if self.state.settings == self._saved:
            self._dirty_since = now
        elif now - self._dirty_since > SAVE_AFTER_S:
            self._saved = self.state.settings
            save_settings(self._home, self._saved)

    def _rest(self) -> None:
        """Draw seldom while nobody looks: until something changes, or the mouse moves."""
        now, mouse = time.monotonic(), tuple(dpg.get_mouse_pos(local=False))
        held = any(map(dpg.is_mouse_button_down, (dpg.mvMouseButton_Left, dpg.mvMouseButton_Right)))
        if mouse != self._mouse or held or self._changed.is_set():
            self._moved, self._mouse = now, mouse
        elif now - self._moved > ACTIVE_S:
            self._changed.wait(RESTING_FRAME_S)


def run_board(folder: Path, home: Path, after_start: Callable[[Board], Callable[[], None]] | None = None) -> int:
    """Open the board, until its window is closed.  A display must be there (app/board/display.py).

    Args:
        folder: Of runs.
        home: Where settings are kept.
        after_start: Told the board before its first frame; what it returns is called after each frame.

    Returns:
        The exit code.
    """
    dpg.create_context()
    try:
        dpg.configure_app(manual_callback_management=True)
        with closing(Board(folder, home)) as board:
            board.build()
            dpg.create_viewport(title=f"{folder.resolve().name} – EpiGRAF board", width=SIZE[0], height=SIZE[1])
            dpg.setup_dearpygui()
            dpg.show_viewport()
            board.run(after_start(board) if after_start is not None else None)
    finally:
        dpg.destroy_context()
    return 0


def _below(tag: str) -> list[float]:
    return [dpg.get_item_rect_min(tag)[0], dpg.get_item_rect_max(tag)[1] + 2]
