"""stats.jsonl: one line per tick, appended; read while it grows, cut back on resume."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.files import replacing
from training.run_errors import explained

STEP, TICK = "Progress/step", "Progress/tick"
# Bytes before a cursor that must still be there for it to count; long enough to hold a line's times.
TAIL_BYTES = 256

Row = dict[str, Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatsCursor:
    """How far a reader has come.

    Attributes:
        offset: Bytes read.
        tail: Hash of the last bytes before the offset: tells whether the file was cut back in between.
    """

    offset: int = 0
    tail: str = ""


@dataclass(frozen=True)
class StatsPage:
    """What a reader got.

    Attributes:
        rows: Statistics by name, oldest first.
        cursor: Where to go on.
        restarted: The file was cut back or replaced; `rows` begins anew, and what was read before is void.
        more: The page was full: there is more to be read.
    """

    rows: list[Row]
    cursor: StatsCursor
    restarted: bool
    more: bool = False


def append_stats(path: Path, row: Mapping[str, object]) -> None:
    """Append one line, whole or not at all.  Values that are not finite become null.  Raises RunError."""
    # Any JSON reader shall read it, and NaN is no JSON.
    clean = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
    line = json.dumps(clean, allow_nan=False).encode() + b"\n"
    with explained("write", path), path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size and (file.seek(size - 1), file.read(1))[1] != b"\n":
            line = b"\n" + line  # a torn line of an earlier crash stays a line of its own
        written = file.write(line)
        if written != len(line):
            file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_stats(path: Path, cursor: StatsCursor | None = None, most_bytes: int | None = None) -> StatsPage:
    """The lines since a cursor.  A last line that is still being written is left for the next time.

    Args:
        path: stats.jsonl; absent counts as empty.
        cursor: Where the last page ended; None reads from the start.
        most_bytes: About how much is read at once, for readers that must not be away for long; None reads all.

    Raises:
        RunError: It cannot be read.
    """
    cursor = cursor or StatsCursor()
    start = max(cursor.offset - TAIL_BYTES, 0)
    known = cursor.offset - start
    with explained("read", path):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return StatsPage([], StatsCursor(), restarted=cursor.offset > 0)
        with file:
            file.seek(start)
            content = file.read(-1 if most_bytes is None else known + most_bytes)
    if cursor.offset and _tail_hash(content[:known]) != cursor.tail:
        return replace(read_stats(path, None, most_bytes), restarted=True)
    fresh = content[known:]
    more = most_bytes is not None and len(fresh) == most_bytes
    fresh = fresh[: fresh.rfind(b"\n") + 1]
    if more and not fresh:  # a line that is longer than a page
        return read_stats(path, cursor)
    end = cursor.offset + len(fresh)
    tail = _tail_hash(content[: end - start][-TAIL_BYTES:])
    return StatsPage(_rows(fresh), StatsCursor(end, tail), restarted=False, more=more)


def cut_stats(path: Path, step: int, tick: float = math.inf) -> None:
    """Drop the lines beyond an optimiser step or a tick, and a torn last line.  Absent is fine.  Raises RunError."""
    with explained("cut back", path):
        try:
            lines = path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        kept = [line for line in lines if line.endswith(b"\n") and _within(line, step, tick)]
        if kept != lines:
            with replacing(path) as aside:
                aside.write_bytes(b"".join(kept))


def _rows(content: bytes) -> list[Row]:
    lines = content.splitlines()
    try:
        together = json.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        together = []
    # All at once is a third faster.  Damaged lines must not merge into others, so then each is read by itself.
    if len(together) == len(lines) and all(isinstance(row, dict) for row in together):
        return together
    parsed = (_parse(line) for line in lines)
    return [row for row in parsed if row is not None]


def _parse(line: bytes) -> Row | None:
    """A line, or None for a damaged one: a crash of the machine may leave any bytes."""
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        logger.warning("a damaged line of statistics is skipped: %r", line[:80])
        return None
    return row


def _within(line: bytes, step: int, tick: float) -> bool:
    """Whether a line lies within a step and a tick; not if it cannot be read."""
    row = _parse(line)
    if row is None:
        return False
    return all(
        isinstance(value, int | float) and value <= most
        for value, most in ((row.get(STEP, 0), step), (row.get(TICK, 0), tick))
    )


def _tail_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
