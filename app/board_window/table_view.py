"""The table of runs: a row of items for each listed run, filled from the model whenever it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

from app.board.facts import Column
from app.board.state import BoardState
from app.board.table import NAME, Row
from app.board_window import tags
from app.board_window.heads import add_head
from app.board_window.look import rgba, text_colour, tone

SWATCH = 17
# Pixels.
SHOWN_WIDTH, NAME_WIDTH = 44, 142
WIDTHS = {
    "state": 60,
    "preset": 52,
    "data": 66,
    "schedule": 78,
    "discriminator": 102,
    "patch": 50,
    "gamma": 36,
    "kimg": 50,
    "speed": 52,
    "hours": 50,
}


class TableView:
    """The table.

    Args:
        state: The board.
    """

    def __init__(self, state: BoardState) -> None:
        self._state = state
        self._columns: tuple[str, ...] = ()
        self._heads: dict[int, str] = {}
        self._cells: list[list[int | str]] = []
        self._hints: list[list[int | str]] = []
        self._drawn: list[object] = []
        self._rows: tuple[Row, ...] = ()

    def update(self) -> None:
        """Show the table as it is now."""
        table = self._state.table
        keys = tuple(column.key for column in table.columns)
        if keys != self._columns or not dpg.does_item_exist(tags.TABLE):
            self._build(table.columns)
            self._columns = keys
        self._rows = table.rows
        while len(self._drawn) < len(table.rows):
            self._add_row(len(self._drawn))
        while len(self._drawn) > len(table.rows):
            self._drawn.pop()
            self._cells.pop()
            self._hints.pop()
            dpg.delete_item(tags.row(len(self._drawn), "row"))
        for index, row in enumerate(table.rows):
            self._fill(index, row)

    def _build(self, columns: tuple[Column, ...]) -> None:
        dpg.delete_item(tags.TABLE_HOME, children_only=True)
        self._drawn, self._cells, self._hints = [], [], []
        with dpg.table(
            tag=tags.TABLE, parent=tags.TABLE_HOME, header_row=True, sortable=True, sort_tristate=True, resizable=True,
            reorderable=True, row_background=True, borders_innerH=True, scrollX=True, scrollY=True, freeze_rows=1,
            freeze_columns=2, policy=dpg.mvTable_SizingFixedFit, clipper=True, height=-1, callback=self._sorted,
        ):  # fmt: skip
            dpg.add_table_column(label="", no_sort=True, no_reorder=True, init_width_or_weight=SHOWN_WIDTH)
            name = dpg.add_table_column(label=NAME, no_reorder=True, init_width_or_weight=NAME_WIDTH)
            self._heads = {dpg.get_alias_id(name) if isinstance(name, str) else name: NAME}
            for column in columns:
                head = add_head(column.title, column.hint, WIDTHS.get(column.key, 0))
                self._heads[dpg.get_alias_id(head) if isinstance(head, str) else head] = column.key

    def _add_row(self, index: int) -> None:
        cells, hints = [], []
        with dpg.table_row(parent=tags.TABLE, tag=tags.row(index, "row")):
            with dpg.group(horizontal=True, horizontal_spacing=3):
                dpg.add_checkbox(tag=tags.row(index, "shown"), callback=self._shown, user_data=index)
                dpg.add_color_edit(
                    tag=tags.row(index, "colour"), no_inputs=True, no_alpha=True, no_label=True, width=SWATCH,
                    callback=self._painted, user_data=index,
                )  # fmt: skip
            dpg.add_selectable(tag=tags.row(index, "name"), callback=self._pointed, user_data=index)
            for _ in self._columns:
                cells.append(dpg.add_text(""))
                with dpg.tooltip(cells[-1], show=False):
                    hints.append(dpg.add_text("", wrap=420))
        self._cells.append(cells)
        self._hints.append(hints)
        self._drawn.append(None)

    def _fill(self, index: int, row: Row) -> None:
        state, run, theme = self._state, row.run, self._state.settings.theme
        colour, pointed = state.colour(run.path), run.path == state.pointed
        looks = (run.name, row.cells, row.differs, colour, state.is_hidden(run), pointed, theme, run.tone)
        if looks == self._drawn[index]:
            return
        self._drawn[index] = looks
        dpg.set_value(tags.row(index, "shown"), not state.is_hidden(run))
        dpg.set_value(tags.row(index, "colour"), rgba(colour))
        dpg.configure_item(tags.row(index, "name"), label=run.name)
        dpg.set_value(tags.row(index, "name"), pointed)
        usual, accent = text_colour(theme), tone(theme, "accent")
        for column, cell, differs, item, hint in zip(
            self._columns, row.cells, row.differs, self._cells[index], self._hints[index], strict=True
        ):
            dpg.set_value(item, cell.text)
            shade = tone(theme, run.tone) if column == "state" else accent if differs else usual
            dpg.configure_item(item, color=shade)
            dpg.set_value(hint, cell.hint)
            dpg.configure_item(dpg.get_item_parent(hint), show=bool(cell.hint))

    def _sorted(self, _sender: Any, specs: list[list[int]] | None) -> None:
        if specs is None:
            self._state.sort(NAME, False)
        else:
            head, direction = specs[0]
            self._state.sort(self._heads.get(head, NAME), direction < 0)

    def _shown(self, _sender: Any, value: bool, index: int) -> None:
        self._state.show([self._rows[index].run], value)

    def _painted(self, _sender: Any, value: list[float], index: int) -> None:
        # Callbacks tell parts in 0 to 1, values in 0 to 255.
        red, green, blue = (part for part in value[:3])
        self._state.paint(self._rows[index].run.path, (red, green, blue, 1.0))

    def _pointed(self, _sender: Any, _value: bool, index: int) -> None:
        path = self._rows[index].run.path
        self._state.point(None if path == self._state.pointed else path)
        self._drawn = [None] * len(self._drawn)  # a click has changed the item by itself


class ColumnChooser:
    """The list of columns to choose from; filled when it opens.

    Args:
        state: The board.
    """

    def __init__(self, state: BoardState) -> None:
        self._state = state

    def open(self, place: Callable[[], list[float]]) -> None:
        """Show it below its button."""
        dpg.delete_item(tags.COLUMNS_WINDOW, children_only=True)
        shown = self._state.column_keys
        for column in self._state.all_columns:
            item = dpg.add_checkbox(
                label=column.title, default_value=column.key in shown, parent=tags.COLUMNS_WINDOW,
                callback=lambda _sender, _value, key: self._state.toggle_column(key), user_data=column.key,
                tag=f"column {column.key}",
            )  # fmt: skip
            with dpg.tooltip(item):
                dpg.add_text(column.hint)
        dpg.configure_item(tags.COLUMNS_WINDOW, show=True, pos=place())
