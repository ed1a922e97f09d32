"""Small jobs of the window, one after the other on a thread, with errors as data."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from widgets.notes import Problem

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class Tasks(Generic[Outcome]):
    """Does one thing after the other on a thread.

    Args:
        name: Of the thread.
        wake: Called from the thread when `take` has something new.
    """

    def __init__(self, name: str, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._executor = ThreadPoolExecutor(1, name)
        self._waiting: list[tuple[str, Future[Outcome | Problem]]] = []

    @property
    def waiting(self) -> str:
        """What is being done, for people; empty if nothing is."""
        return self._waiting[0][0] if self._waiting else ""

    def submit(self, text: str, task: Callable[[], Outcome]) -> None:
        """Do something when what was asked before is done.

        Args:
            text: What is being done, for people.
            task: Its result is what `take` returns; of ValueError and OSError it returns a Problem.
        """
        future = self._executor.submit(errors_as_data, task)
        future.add_done_callback(lambda _: self._wake())
        self._waiting.append((text, future))

    def take(self) -> tuple[Outcome | Problem, ...]:
        """What has come out since the last call."""
        done = [future for _, future in self._waiting if future.done()]
        self._waiting = [(text, future) for text, future in self._waiting if not future.done()]
        return tuple(future.result() for future in done)

    def close(self) -> None:
        """Let the last task end; what waits behind it is forgotten."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def errors_as_data(task: Callable[[], Outcome]) -> Outcome | Problem:
    """The result of a task, or what went wrong, which is also logged."""
    try:
        return task()
    except (ValueError, OSError) as error:
        log.error("%s", error)
        return Problem(" ".join(str(error).split()))
