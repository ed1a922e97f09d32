"""Ctrl-C and polite kills, heard at once and obeyed where it does no harm."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, Self

OnProgress = Callable[[int, int, str], None]


class Interruption:
    """Notes Ctrl-C and a polite kill, and acts on them only between pictures: inside VTK they would end in a crash."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def between(self, update: OnProgress) -> OnProgress:
        """The same report of progress, which raises KeyboardInterrupt once that was asked for."""

        def checked(done: int, total: int, detail: str) -> None:
            if self._asked:
                raise KeyboardInterrupt
            update(done, total, detail)

        return checked

    def _note(self, *_: object) -> None:
        self._asked = True
