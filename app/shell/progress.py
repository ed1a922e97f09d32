"""A line of progress on the terminal; silent where nobody looks."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Self, TextIO

BAR_WIDTH = 24
# Set for a program that listens: progress comes as lines of JSON behind this word.
PROGRESS_LINES, TOLD = "EPIGRAF_PROGRESS_LINES", "progress "
REDRAW_S = 0.1


class ProgressLine:
    """Shows how far a job is and how long it still takes, in one line that redraws itself.

    Args:
        label: What is done.
        stream: Where to; silent unless it is a terminal.
    """

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._told = PROGRESS_LINES in os.environ
        self._start = time.monotonic()
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that others can be written there."""
        self._write("")

    def update(self, done: int, total: int, detail: str = "") -> None:
        """Say that `done` of `total` steps are done."""
        now = time.monotonic()
        if now - self._drawn < REDRAW_S and done < total:
            return
        self._drawn = now
        if self._told:
            self._stream.write(f"{TOLD}{json.dumps({'doing': self._label, 'done': done, 'total': total})}\n")
            self._stream.flush()
            return
        share = done / total if total else 1.0
        bar = "█" * round(share * BAR_WIDTH) + "·" * (BAR_WIDTH - round(share * BAR_WIDTH))
        left = (now - self._start) * (1 - share) / share if share > 0.01 else None
        rest = "" if left is None or done >= total else f"  {duration(left)} left"
        self._write(f"{self._label} {bar} {done}/{total}{rest}  {detail}"[:110])

    def _write(self, line: str) -> None:
        if self._shown:
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()


def duration(seconds: float) -> str:
    """Seconds for people: 8 s, 2 min 5 s, 3 h 10 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
