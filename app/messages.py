"""The studio's own messages, kept for the Log panel."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from widgets.toasts import Toast
from widgets.views import Level, LogLine

MOST_LINES = 500
# How long a notice stays, by how much it matters.
NOTICE_S: dict[Level, float] = {"info": 5.0, "warning": 8.0, "error": 12.0}
PACKAGES = ("app", "widgets", "training", "core")


@dataclass(frozen=True)
class _News:
    """A line that is shown until a time, monotonic seconds."""

    line: LogLine
    count: int
    until: float


class Messages(logging.Handler):
    """A logging handler that keeps the last lines.

    Args:
        wake: Called, perhaps from a thread, when there is a new line.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__(logging.INFO)
        self._wake = wake
        self._guard = threading.Lock()
        self._news: list[_News] = []
        self._kept: deque[LogLine] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        level: Level = "info"
        if record.levelno >= logging.WARNING:
            level = "error" if record.levelno >= logging.ERROR else "warning"
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        line = LogLine(stamp, level, "studio", record.getMessage())
        with self._guard:
            self._kept.append(line)
            self._announce(line)
        self._wake()

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """The lines that are news, oldest first; the same one said again only counts."""
        now = time.monotonic()
        with self._guard:
            self._news = [news for news in self._news if news.until > now]
            return tuple(Toast(news.line, news.count, news.until - now) for news in self._news)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last lines, oldest first."""
        with self._guard:
            return tuple(self._kept)

    def _announce(self, line: LogLine) -> None:
        until = time.monotonic() + NOTICE_S[line.level]
        last = self._news[-1] if self._news else None
        if last is not None and (last.line.level, last.line.text) == (line.level, line.text):
            self._news[-1] = _News(line, last.count + 1, until)
        else:
            self._news.append(_News(line, 1, until))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what the program's packages say."""
        loggers = [logging.getLogger(name) for name in PACKAGES]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.addHandler(self)
            logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.removeHandler(self)
                logger.setLevel(level)
