"""The scalars of a run's folder in pages, as columns: what the board's reading processes do.

Everything here is a function of files and a place in them, so that it may run anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.board.folders import EVENTS, METRICS, STATS, RunKind
from app.board.foreign import STAMP, metric_row, stats_row
from app.runs.scalars import ScalarTable
from training.event_pages import read_event_page
from training.events import Event
from training.stats import StatsCursor, read_stats

STEP = "Progress/step"
# A page takes some tens of milliseconds.
PAGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """How far the files of a run were read.

    Attributes:
        lines: By name of the file, those of JSON lines.
        events: Bytes by name of the file, those of TensorBoard.
        problems: Of event files that are damaged from some place on.
    """

    lines: Mapping[str, StatsCursor] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """What came of one reading.

    Attributes:
        columns: [count] each by name, float64; NaN where a row lacks a scalar.
        count: Rows.
        place: Where to go on.
        restarted: Files were cut back: what was read before is void.
        more: There is more to be read at once.
    """

    columns: dict[str, np.ndarray]
    count: int
    place: Place
    restarted: bool = False
    more: bool = False


def sizes_of(path: Path, kind: RunKind) -> dict[str, int]:
    """The files that hold a run's scalars, and their bytes.  Raises OSError."""
    names = sorted(entry.name for entry in path.iterdir() if _holds_scalars(entry.name))
    lines = [name for name in names if not name.startswith(EVENTS)]
    if kind == "studio":
        lines = [name for name in lines if name == STATS]
    # The same scalars are in both; lines keep all digits, and are cut back on resume.
    wanted = lines or names
    return {name: (path / name).stat().st_size for name in wanted}


def read_page(path: Path, kind: RunKind, place: Place, names: Sequence[str], most_bytes: int = PAGE_BYTES) -> Page:
    """The next rows of a run.

    Args:
        path: Its folder.
        kind: Who wrote it.
        place: How far it was read.
        names: Its files with scalars, as `sizes_of` lists them.
        most_bytes: About how much is read at once.

    Raises:
        OSError: A file cannot be read.
    """
    if any(name not in names for name in (*place.lines, *place.events)):
        return _again(path, kind, names, most_bytes)
    lines, events, problems = dict(place.lines), dict(place.events), dict(place.problems)
    rows: list[Mapping[str, Any]] = []
    more = False
    for name in names:
        if name.startswith(EVENTS):
            if name in problems:
                continue
            page = read_event_page(path / name, events.get(name, 0), most_bytes)
            rows += merged(page.events)
            events[name] = page.offset
            if page.problem:
                problems[name] = page.problem
            more |= page.more
        else:
            stats = read_stats(path / name, lines.get(name), most_bytes)
            if stats.restarted:
                return _again(path, kind, names, most_bytes)
            rows += stats.rows if kind == "studio" else map(metric_row if name != STATS else stats_row, stats.rows)
            lines[name] = stats.cursor
            more |= stats.more
        if more:  # what stands in several files is read one after the other
            break
    table = ScalarTable(required=None)
    table.append(rows)
    return Page(table.columns(), len(table), Place(lines, events, problems), more=more)


def merged(events: Sequence[Event]) -> Iterator[dict[str, float]]:
    """One row for each run of events with the same step: other programs write every scalar as an event of its own."""
    row: dict[str, float] = {}
    for event in events:
        if row and (row[STEP] != event.step or not row.keys().isdisjoint(event.scalars)):
            yield row
            row = {}
        row |= {STEP: event.step, STAMP: event.wall_time, **event.scalars}
    if row:
        yield row


def joined(old: Mapping[str, np.ndarray], length: int, page: Page) -> dict[str, np.ndarray]:
    """Columns with the rows of a page behind them.

    Args:
        old: [length] each.
        length: Rows so far.
        page: What comes behind them.

    Returns:
        [length + page.count] each.
    """
    result = {}
    for name in dict.fromkeys((*old, *page.columns)):
        before, after = old.get(name), page.columns.get(name)
        before = np.full(length, np.nan) if before is None else before
        after = np.full(page.count, np.nan) if after is None else after
        result[name] = np.concatenate([before, after])
    return result


def _again(path: Path, kind: RunKind, names: Sequence[str], most_bytes: int) -> Page:
    page = read_page(path, kind, Place(), names, most_bytes)
    return Page(page.columns, page.count, page.place, restarted=True, more=page.more)


def _holds_scalars(name: str) -> bool:
    return name == STATS or name.startswith(EVENTS) or (name.startswith(METRICS) and name.endswith(".jsonl"))
