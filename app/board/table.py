"""Rows of the board's table: filtered by text or a regular expression, sorted by a column; differences marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.board.facts import Cell, Column
from app.board.folders import natural
from app.board.runs import BoardRun

NAME = "run"
ABSENT = "–"
# What runs are called, and where: never the same.
NAMES = frozenset({"name", "desc", "run_dir"})


@dataclass(frozen=True)
class Filter:
    """Which runs are listed.

    Attributes:
        text: Words that all must occur, or a regular expression.
        regex: Which of the two.
    """

    text: str = ""
    regex: bool = False


@dataclass(frozen=True)
class Order:
    """What rows are sorted by.

    Attributes:
        key: Of a column, or NAME.
        descending: The largest first.
    """

    key: str = NAME
    descending: bool = False


@dataclass(frozen=True)
class Row:
    """A run as the table shows it.

    Attributes:
        run: Which.
        cells: One for each column.
        differs: Whether the settings in them are not those of most runs.
    """

    run: BoardRun
    cells: tuple[Cell, ...]
    differs: tuple[bool, ...]


@dataclass(frozen=True)
class Table:
    """What is listed.

    Attributes:
        columns: Shown.
        rows: In order.
        problem: Why the filter cannot be used; then all runs are listed.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    problem: str = ""


def make_table(runs: Iterable[BoardRun], columns: Sequence[Column], wanted: Filter, order: Order) -> Table:
    """List runs."""
    test, problem = matcher(wanted)
    listed = [(run, tuple(column.cell(run) for column in columns)) for run in runs]
    listed = [
        (run, cells) for run, cells in listed if test(" ".join((run.name, *(cell.text for cell in cells), run.problem)))
    ]
    usual = [_usual([cells[index].text for _, cells in listed]) for index in range(len(columns))]
    rows = [
        Row(
            run,
            cells,
            tuple(
                column.configured and cell.text != most
                for column, cell, most in zip(columns, cells, usual, strict=True)
            ),
        )
        for run, cells in listed
    ]
    return Table(tuple(columns), tuple(_sorted(rows, columns, order)), problem)


def matcher(wanted: Filter) -> tuple[Callable[[str], bool], str]:
    """A test for the text of a row, and why there is none: what cannot be understood lets everything pass."""
    if not wanted.text.strip():
        return lambda _: True, ""
    if not wanted.regex:
        words = wanted.text.lower().split()
        return lambda text: all(word in text.lower() for word in words), ""
    try:
        pattern = re.compile(wanted.text, re.IGNORECASE)
    except re.error as error:
        where = f" at character {error.pos + 1}" if error.pos is not None else ""
        return lambda _: True, f"no regular expression{where}: {error.msg}"
    return lambda text: pattern.search(text) is not None, ""


def _sorted(rows: list[Row], columns: Sequence[Column], order: Order) -> list[Row]:
    rows = sorted(rows, key=lambda row: natural(row.run.name))
    keys = [column.key for column in columns]
    if order.key not in keys:
        return rows[::-1] if order.key == NAME and order.descending else rows
    index = keys.index(order.key)
    known = [row for row in rows if row.cells[index].key is not None]
    unknown = [row for row in rows if row.cells[index].key is None]

    def key(row: Row) -> tuple[bool, Any]:
        value = row.cells[index].key
        return isinstance(value, str), value

    return sorted(known, key=key, reverse=order.descending) + unknown


def _usual(texts: Sequence[str]) -> str:
    """What most say; the first of several, so that the order of rows does not decide."""
    counts = Counter(texts)
    return min(counts, key=lambda text: (-counts[text], text), default="")


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all runs.

    Attributes:
        name: Dotted.
        values: One for each run, as text.
        usual: What most runs have.
    """

    name: str
    values: tuple[str, ...]
    usual: str


def differences(runs: Sequence[BoardRun]) -> tuple[Difference, ...]:
    """Settings by name in which runs differ, but for their names; what a run does not know is a value of its own."""
    found = []
    for name in dict.fromkeys(name for run in runs for name in run.settings):
        values = tuple(_said(run.settings, name) for run in runs)
        if len(set(values)) > 1 and name not in NAMES:
            found.append(Difference(name, values, _usual(values)))
    return tuple(sorted(found, key=lambda difference: difference.name))


def _said(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name, ABSENT)
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def shown_runs(table: Table, hidden: frozenset[Path]) -> tuple[BoardRun, ...]:
    """The listed runs that are not hidden, in the order of their rows."""
    return tuple(row.run for row in table.rows if row.run.path not in hidden)
