"""The window that writes the table and the plots into files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import dearpygui.dearpygui as dpg

from app.board import plot_export, table_export
from app.board.control import Control
from app.board.plot_export import Drawing
from app.board.series import PlotSetup
from app.board.state import BoardState
from app.board.table_export import Sheet
from app.board_window import tags
from app.export.saving import free_path
from app.paths import pictures_dir, user_path

TABLE_WORDS = {".csv": "CSV", ".md": "Markdown", ".tex": "LaTeX"}


class ExportView:
    """Buttons for every format.

    Args:
        state: The board.
        control: Writes, on its thread.
        sheet: What the visible tab has as a table; for programs if it is told so.
        drawings: What the visible tab has as plots.
    """

    def __init__(
        self,
        state: BoardState,
        control: Control,
        sheet: Callable[[bool], tuple[str, Sheet]],
        drawings: Callable[[], tuple[str, Sequence[Drawing], PlotSetup]],
    ) -> None:
        self._state, self._control = state, control
        self._sheet, self._drawings = sheet, drawings

    def build(self) -> None:
        """Make the items."""
        with dpg.window(tag=tags.EXPORT_WINDOW, popup=True, show=False, width=380):
            dpg.add_text("Folder")
            dpg.add_input_text(tag=tags.EXPORT_FOLDER, default_value=str(pictures_dir()), width=-1)
            dpg.add_text("The table: all rows and columns that are listed")
            with dpg.group(horizontal=True):
                for suffix in table_export.SUFFIXES:
                    dpg.add_button(
                        label=TABLE_WORDS[suffix], tag=tags.export(suffix), callback=self._write_table, user_data=suffix
                    )
            dpg.add_text("The plots that are seen: every point of every run", tag="export plots note")
            with dpg.group(horizontal=True):
                for suffix in plot_export.SUFFIXES:
                    dpg.add_button(
                        label=suffix[1:].upper(), tag=tags.export(suffix), callback=self._write_plots, user_data=suffix
                    )

    def open(self, place: list[float]) -> None:
        """Show it below its button."""
        dpg.configure_item(tags.EXPORT_WINDOW, show=True, pos=place)

    def _write_table(self, _sender: int | str, _value: object, suffix: str) -> None:
        name, sheet = self._sheet(suffix == ".csv")
        self._write(f"board-{name}", suffix, lambda path: table_export.write_sheet(path, sheet))

    def _write_plots(self, _sender: int | str, _value: object, suffix: str) -> None:
        name, drawings, setup = self._drawings()
        colours = {
            run.path: self._state.colour(run.path) for each in drawings for curve in each.curves for run in curve.runs
        }
        self._write(f"board-{name}", suffix, lambda path: plot_export.write_plots(path, drawings, setup, colours))

    def _write(self, stem: str, suffix: str, write: Callable[[Path], None]) -> None:
        typed = dpg.get_value(tags.EXPORT_FOLDER)
        named = f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"

        def task() -> str:
            folder = user_path(typed)
            folder.mkdir(parents=True, exist_ok=True)
            path = free_path(folder, named, suffix)
            write(path)
            return f"Saved {path}"

        self._control.do(f"Writing {stem}{suffix}…", task)
        dpg.configure_item(tags.EXPORT_WINDOW, show=False)
