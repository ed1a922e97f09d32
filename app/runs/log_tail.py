"""The last lines of a growing log file, with their levels."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

from widgets.views import Level, LogLine

MOST_LINES = 20_000
# Of a long log, only the end is read.
MOST_BYTES = 4 * 1024 * 1024
# What the trainer's lines begin with: time and level.
HEAD = re.compile(r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\S*\s+(?:(DEBUG|INFO|WARNING|ERROR|CRITICAL)\s+)?")
LEVELS: dict[str | None, Level] = {"WARNING": "warning", "ERROR": "error", "CRITICAL": "error"}
# Lines without a head are what Python and the system print.
WORDS: tuple[tuple[re.Pattern[str], Level], ...] = (
    (re.compile(r"^Traceback\b|^\S*(Error|Exception)\b|^Killed\b|^Segmentation fault"), "error"),
    (re.compile(r"\b\w*Warning:"), "warning"),
)


class LogTail:
    """Reads what was added to a file since the last time."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source
        self._offset = 0
        self._rest = b""
        self._lines: deque[LogLine] = deque(maxlen=MOST_LINES)

    def read(self) -> bool:
        """Look at the file.  Returns whether there are new lines.  Raises OSError other than that it is absent."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._offset:  # it was replaced
                    self._offset, self._rest = 0, b""
                    self._lines.clear()
                file.seek(max(self._offset, size - MOST_BYTES))
                content = file.read()
        except FileNotFoundError:
            return False
        if not content:
            return False
        self._offset = size
        *whole, self._rest = (self._rest + content).split(b"\n")
        for line in whole:
            last = self._lines[-1].stamp if self._lines else ""
            self._lines.append(parse_line(line.decode(errors="replace").rstrip("\r"), self._source, last))
        return bool(whole)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last lines, oldest first."""
        return tuple(self._lines)


def parse_line(text: str, source: str, last_stamp: str = "") -> LogLine:
    """A line of a log as the panel shows it; one without a time has that of the line before."""
    head = HEAD.match(text)
    if head is not None:
        return LogLine(f"{head[1]} {head[2]}", LEVELS.get(head[3], "info"), source, text[head.end() :])
    level = next((level for pattern, level in WORDS if pattern.search(text)), "info")
    return LogLine(last_stamp, level, source, text)
