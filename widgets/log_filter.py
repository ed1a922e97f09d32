"""Which lines of a log are shown: by level, by source, and by text, plain or as a pattern between slashes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from widgets.views import LEVELS, Level, LogLine

LogSource = Literal["both", "run", "studio"]
STUDIO = "studio"


@dataclass(frozen=True)
class LogFilter:
    """What lines must be like.

    Attributes:
        least: The lowest level.
        source: Who says it.
        text: What they hold, upper and lower case alike; /a pattern/ between slashes is a regular expression.
    """

    least: Level = "info"
    source: LogSource = "both"
    text: str = ""

    def apply(self, lines: Sequence[LogLine]) -> tuple[LogLine, ...]:
        """The lines that are shown.  Raises ValueError, for people, if the pattern is none."""
        tests: list[Callable[[LogLine], object]] = []
        if self.least != LEVELS[0]:
            levels = frozenset(LEVELS[LEVELS.index(self.least) :])
            tests.append(lambda line: line.level in levels)
        if self.source != "both":
            wants_studio = self.source == "studio"
            tests.append(lambda line: (line.source == STUDIO) == wants_studio)
        if self.text:
            matches = text_test(self.text)
            tests.append(lambda line: matches(line.text))
        return tuple(line for line in lines if all(test(line) for test in tests)) if tests else tuple(lines)


def text_test(text: str) -> Callable[[str], object]:
    """What tells whether a line holds a text.  Raises ValueError, for people, if it is a pattern that is none."""
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        try:
            return re.compile(text[1:-1], re.IGNORECASE).search
        except re.error as error:
            place = f", at character {error.pos + 1}" if error.pos is not None else ""
            raise ValueError(f"no pattern: {error.msg}{place}") from error
    wanted = text.casefold()
    return lambda line: wanted in line.casefold()


class FilteredLog:
    """Lines through a filter, computed only when one of them is new; a wrong pattern leaves what was shown last."""

    def __init__(self) -> None:
        self._of: tuple[Sequence[LogLine], LogFilter] = ((), LogFilter())
        self.lines: tuple[LogLine, ...] = ()
        self.problem = ""

    def update(self, lines: Sequence[LogLine], wanted: LogFilter) -> None:
        """Bring `lines` up to date.

        Args:
            lines: All of them; the same object has the same content.
            wanted: The filter.
        """
        if self._of[0] is lines and self._of[1] == wanted:
            return
        self._of = (lines, wanted)
        try:
            self.lines, self.problem = wanted.apply(lines), ""
        except ValueError as error:
            self.problem = str(error)
