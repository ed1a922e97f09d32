"""The table of runs: sortable, with more columns where there is room, and driven by keys as well."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from imgui_bundle import ImVec2, imgui

from core.sizes import size
from widgets import run_buttons
from widgets.common import em, icons, text_colour, tone_ink
from widgets.run_words import STATE_ORDER, age, ago, date, progress_line, state_words, trouble
from widgets.runs_view import RunIntent, RunItem, RunsView

Column = Literal["state", "number", "name", "progress", "age", "speed", "preset", "started", "size", "host"]
COLUMNS: tuple[Column, ...] = get_args(Column)
TITLES: dict[Column, str] = {
    "state": "State",
    "number": "No.",
    "name": "Name",
    "progress": "Done",
    "age": "Seen",
    "speed": "s/kimg",
    "preset": "Preset",
    "started": "Started",
    "size": "Size",
    "host": "Machine",
}
HINTS: dict[Column, str] = {
    "progress": "Share of the planned length",
    "age": "How long ago the trainer gave a sign of life",
    "speed": "Seconds per thousand images",
    "started": "When its trainer was last started",
    "size": "Of all its files on disk",
}
# Widths in font sizes; the name takes what is left.
WIDTHS: dict[Column, float] = {
    "state": 4.9, "number": 2.0, "progress": 2.7, "age": 3.1, "speed": 3.2, "preset": 4.8, "started": 8.0, "size": 3.8,
    "host": 6.0,
}  # fmt: skip
NUMBERS: tuple[Column, ...] = ("number", "progress", "age", "speed", "size")
# Room that the name should keep, and from which width of the table on a column is shown at all, font sizes.
NAME_WIDTH = 5.0
OPTIONAL: tuple[Column, ...] = ("age", "progress", "number", "speed", "preset", "size", "started", "host")
CELL_PADDING = 0.25
NEWEST_FIRST: tuple[Column, bool] = ("number", True)
FAR = 1_000_000
STEPS = {
    imgui.Key.down_arrow: 1,
    imgui.Key.up_arrow: -1,
    imgui.Key.page_down: 10,
    imgui.Key.page_up: -10,
    imgui.Key.home: -FAR,
    imgui.Key.end: FAR,
}
FLAGS = (
    imgui.TableFlags_.sortable
    | imgui.TableFlags_.sort_tristate  # no order: the newest first
    | imgui.TableFlags_.row_bg
    | imgui.TableFlags_.scroll_y
    | imgui.TableFlags_.sizing_fixed_fit
    | imgui.TableFlags_.borders_inner_h
    | imgui.TableFlags_.no_saved_settings
)

SORTS: dict[Column, Callable[[RunItem], Any]] = {
    "state": lambda item: STATE_ORDER.index(item.view.state),
    "number": lambda item: (item.number, item.name),
    "name": lambda item: (item.label.lower(), item.number),
    "progress": lambda item: item.progress,
    "age": lambda item: -item.touched,
    "speed": lambda item: (item.view.status.sec_per_kimg or 0.0) if item.view.status else 0.0,
    "preset": lambda item: item.preset,
    "started": lambda item: item.view.status.pid_created if item.view.status else 0.0,
    "size": lambda item: item.size or 0,
    "host": lambda item: item.view.status.host if item.view.status else "",
}


@dataclass(frozen=True)
class TableResult:
    """What somebody did in the table.

    Attributes:
        pointed: The run that keys or a menu have come to.
        attach: The run that was chosen to be shown.
        intents: What else was asked for.
    """

    pointed: Path | None
    attach: Path | None
    intents: tuple[RunIntent, ...]


class RunTable:
    """Draws runs as a table, and keeps its order.

    Attributes:
        rows: In the order in which they were drawn last.
    """

    def __init__(self) -> None:
        self.rows: tuple[RunItem, ...] = ()
        self._order = NEWEST_FIRST
        self._runs: tuple[RunItem, ...] = ()
        self._numbers_in_names = False
        self._pointed: Path | None = None
        self._attach: Path | None = None
        self._intents: list[RunIntent] = []

    def draw(self, runs: tuple[RunItem, ...], view: RunsView, chosen: Path, height: float, keys: bool) -> TableResult:
        """Draw the table.

        Args:
            runs: What to list.
            view: Of the panel.
            chosen: The row that is marked.
            height: Pixels.
            keys: Whether keys are meant for the table.
        """
        self._pointed, self._attach, self._intents = None, None, []
        shown = columns_for(imgui.get_content_region_avail().x / em())
        imgui.push_style_var(imgui.StyleVar_.cell_padding, ImVec2(em(CELL_PADDING), em(0.15)))
        if imgui.begin_table("runs", len(COLUMNS), FLAGS, ImVec2(0, height)):
            _set_up(shown)
            self._numbers_in_names = "number" not in shown
            self._sort(runs)
            reveal = self._hear_keys(chosen) if keys else None
            now = time.time()
            clipper = imgui.ListClipper()
            clipper.begin(len(self.rows))
            if reveal is not None:
                clipper.include_item_by_index(reveal)
            while clipper.step():
                for index in range(clipper.display_start, clipper.display_end):
                    self._draw_row(self.rows[index], view, self._pointed or chosen, now)
                    if index == reveal:
                        imgui.internal.scroll_to_item(imgui.internal.ScrollFlags_.keep_visible_edge_y)
            imgui.end_table()
        imgui.pop_style_var()
        return TableResult(self._pointed, self._attach, tuple(self._intents))

    def _sort(self, runs: tuple[RunItem, ...]) -> None:
        specs, order = imgui.table_get_sort_specs(), NEWEST_FIRST
        if specs is not None and specs.specs_count:
            spec = specs.get_specs(0)
            order = (COLUMNS[spec.column_index], spec.get_sort_direction() == imgui.SortDirection.descending)
        if runs is not self._runs or order != self._order:
            column, descending = self._order = order
            self._runs = runs
            newest_first = sorted(runs, key=SORTS["number"], reverse=True)
            self.rows = tuple(sorted(newest_first, key=SORTS[column], reverse=descending))

    def _hear_keys(self, chosen: Path) -> int | None:
        """Arrows and their like move the mark, Enter attaches.  Returns the row that must come into sight."""
        if imgui.is_key_pressed(imgui.Key.enter, False) or imgui.is_key_pressed(imgui.Key.keypad_enter, False):
            self._attach = chosen
        step = next((step for key, step in STEPS.items() if imgui.is_key_pressed(key, True)), 0)
        if not step:
            return None
        index = next((index for index, item in enumerate(self.rows) if item.path == chosen), 0)
        index = min(max(index + step, 0), len(self.rows) - 1)
        self._pointed = self.rows[index].path
        return index

    def _draw_row(self, item: RunItem, view: RunsView, chosen: Path, now: float) -> None:
        imgui.table_next_row()
        imgui.table_next_column()
        name = str(item.path) if item.elsewhere else item.name
        flags = imgui.SelectableFlags_.span_all_columns | imgui.SelectableFlags_.allow_overlap
        if imgui.selectable(f"###run {name}", item.path == chosen, flags)[0]:
            self._attach = item.path
        if imgui.begin_popup_context_item(f"menu of {name}"):
            self._pointed = item.path
            self._intents += run_buttons.draw_menu(item, view)
            imgui.end_popup()
        elif imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip):
            _tooltip(item, now)
        imgui.same_line(0, 0)
        word, tone = state_words(item)
        _dot(tone_ink(tone))
        with text_colour(tone):
            imgui.text(word)
        for column in COLUMNS[1:]:
            if not imgui.table_next_column():
                continue
            if column == "name":
                _draw_name(item, item.path == view.attached, self._numbers_in_names)
            else:
                _draw_cell(item, column, now)


def columns_for(width: float) -> frozenset[Column]:
    """The columns of a table that is so many font sizes wide: state and name always, others where there is room."""
    shown: list[Column] = ["state", "name"]
    room = width - WIDTHS["state"] - NAME_WIDTH - 4 * CELL_PADDING - 1.0  # a scroll bar may come
    for column in OPTIONAL:
        room -= WIDTHS[column] + 2 * CELL_PADDING
        if room < 0:
            break
        shown.append(column)
        if column == "number":  # from here on the name may grow as well
            room -= 6.0
    return frozenset(shown)


def _set_up(shown: frozenset[Column]) -> None:
    flag = imgui.TableColumnFlags_
    for column in COLUMNS:
        flags = flag.width_stretch if column == "name" else flag.width_fixed
        if column not in shown:
            flags |= flag.disabled
        if column in ("number", "progress", "started", "size"):
            flags |= flag.prefer_sort_descending
        imgui.table_setup_column(TITLES[column], flags, em(WIDTHS.get(column, 1.0)))
    imgui.table_setup_scroll_freeze(0, 1)
    imgui.table_next_row(imgui.TableRowFlags_.headers)
    for index, column in enumerate(COLUMNS):
        if imgui.table_set_column_index(index):
            imgui.table_header(TITLES[column])
            if column in HINTS:
                imgui.set_item_tooltip(HINTS[column])


def _draw_name(item: RunItem, attached: bool, numbered: bool) -> None:
    """The name; of the run that is shown in the accent's colour."""
    if numbered and item.number:
        with text_colour("quiet"):
            imgui.text(str(item.number))
        imgui.same_line(0, em(0.3))
    text = f"{item.label} ({item.path.parent.name})" if item.elsewhere else item.label
    if attached:
        with text_colour("accent"):
            imgui.text(fitting(f"{icons.ICON_FA_EYE} {text}"))
    else:
        imgui.text(fitting(text))


def _draw_cell(item: RunItem, column: Column, now: float) -> None:
    text = _cell(item, column, now)
    if column in NUMBERS:
        room = imgui.get_content_region_avail().x - imgui.calc_text_size(text).x
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + max(room, 0.0))
    with text_colour("quiet"):
        imgui.text(text if column in NUMBERS else fitting(text))


def fitting(text: str) -> str:
    """The text, or as much of its beginning as there is room for."""
    room = imgui.get_content_region_avail().x
    if imgui.calc_text_size(text).x <= room:
        return text
    while text and imgui.calc_text_size(f"{text}…").x > room:
        text = text[:-1]
    return f"{text.rstrip('-_. ')}…"


def _cell(item: RunItem, column: Column, now: float) -> str:
    """What a cell says; empty where nothing is known."""
    status = item.view.status
    match column:
        case "number":
            return str(item.number) if item.number else ""
        case "progress":
            return f"{item.progress:.0%}" if status is not None else ""
        case "age":
            return age(max(now - item.touched, 0.0)) if item.touched else ""
        case "speed":
            return f"{status.sec_per_kimg:.3g}" if status is not None and status.sec_per_kimg else ""
        case "preset":
            return Path(item.preset).stem
        case "started":
            return date(status.pid_created) if status is not None else ""
        case "size":
            return size(item.size)
        case "host":
            return status.host if status is not None else ""
        case _:
            return ""


def _tooltip(item: RunItem, now: float) -> None:
    imgui.begin_tooltip()
    imgui.push_text_wrap_pos(em(28))
    imgui.text(item.name)
    word, tone = state_words(item)
    with text_colour(tone):
        imgui.text(f"{word}: {trouble(item) or item.view.message}" if trouble(item) or item.view.message else word)
    with text_colour("quiet"):
        imgui.text(progress_line(item))
        if item.touched:
            imgui.text(f"Last sign of life {ago(item.touched, now)}, {date(item.touched)}")
        if item.view.status is not None:
            imgui.text(f"On {item.view.status.host or 'this machine'}")
        imgui.text(f"{item.path}{', ' + size(item.size) if item.size is not None else ''}")
    imgui.pop_text_wrap_pos()
    imgui.end_tooltip()


def _dot(colour: int) -> None:
    start, height = imgui.get_cursor_screen_pos(), imgui.get_text_line_height()
    centre = ImVec2(start.x + em(0.3), start.y + height / 2)
    imgui.get_window_draw_list().add_circle_filled(centre, em(0.28), colour)
    imgui.dummy(ImVec2(em(0.6), height))
    imgui.same_line(0, em(0.25))
