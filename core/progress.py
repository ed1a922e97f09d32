"""Progress of a command: a line that redraws itself on a terminal, now and then a plain line in files and logs."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Self, TextIO

from core.durations import duration

BAR_WIDTH = 24
# Set for a program that listens: progress comes as lines of JSON behind this word.
PROGRESS_LINES, TOLD = "EPIGRAF_PROGRESS_LINES", "progress "
REDRAW_S = 0.1
# Where lines stay, as in a log: seconds until the first one, and between them.  What is quick says nothing there.
FIRST_PLAIN_S, PLAIN_S = 10.0, 30.0


class ProgressLine:
    """Shows how far a job is and how long it still takes.

    Args:
        label: What is done.
        stream: Where to: one line that redraws itself on a terminal, elsewhere a plain line every `PLAIN_S` seconds.
        things: What is counted, as pictures; without it plain lines tell the share.
        shares: Whether steps mean nothing to people: terminals too are told the share.
    """

    def __init__(self, label: str, stream: TextIO | None = None, things: str = "", *, shares: bool = False) -> None:
        self._label, self._things, self._shares = label, things, shares
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._told = PROGRESS_LINES in os.environ
        self._start = time.monotonic()
        self._drawn = 0.0
        self._next_plain = self._start + FIRST_PLAIN_S

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
        left = (now - self._start) * (1 - share) / share if share > 0.01 else None
        rest = "" if left is None or done >= total else f"{duration(left)} left"
        if self._shown:
            bar = "█" * round(share * BAR_WIDTH) + "·" * (BAR_WIDTH - round(share * BAR_WIDTH))
            far = f"{share:.0%}" if self._shares else f"{done}/{total}"
            self._write(f"{self._label} {bar} {far}{rest and f'  {rest}'}  {detail}"[:110])
        elif now >= self._next_plain:
            self._next_plain = now + PLAIN_S
            far = f"{done} of {total} {self._things}" if self._things else f"{share:.0%}"
            line = ", ".join(part for part in (f"{self._label} {far}".strip(), detail, rest) if part)
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def _write(self, line: str) -> None:
        if self._shown:
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()
