"""The studio's own messages, kept for the Log panel."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from widgets.views import Level, LogLine

MOST_LINES = 500
NOTICE_S = 8.0
PACKAGES = ("app", "widgets", "training", "core")


class Messages(logging.Handler):
    """A logging handler that keeps the last lines.

    Args:
        wake: Called, perhaps from a thread, when there is a new line.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__(logging.INFO)
        self._wake = wake
        self._guard = threading.Lock()
        self._noticed_until = 0.0
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
            self._noticed_until = time.monotonic() + NOTICE_S
        self._wake()

    @property
    def notice(self) -> LogLine | None:
        """The last line, as long as it is news."""
        with self._guard:
            return self._kept[-1] if self._kept and time.monotonic() < self._noticed_until else None

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last lines, oldest first."""
        with self._guard:
            return tuple(self._kept)

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
