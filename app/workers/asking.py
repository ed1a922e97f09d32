"""One kind of request of one who asks: what was asked last, what has come of it, and how it goes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from app.workers.worker_messages import Failure, GaveWay, Progress, Result
from app.workers.worker_share import Asked, Event
from widgets.notes import Problem

log = logging.getLogger(__name__)

Wanted = TypeVar("Wanted")
Answered = TypeVar("Answered")


class Asking(Generic[Wanted, Answered]):
    """Asks for what is wanted now, once; the last answer stays until another one has come.

    Args:
        worker: Answers.
        kind: Of the requests.
        patience: Seconds that what was asked may still take before another request gives it up: what is wanted anew in
            every frame would else never come.
        clock: Seconds; replaced in tests.

    Attributes:
        asked: What was asked last.
        answer: The last answer, which may be of an older request; likewise its arrays.
        progress: How far it is, as far as that is told.
        problem: Why there is no answer.
        cancelled: Whether somebody gave it up.
    """

    def __init__(
        self, worker: Asked, kind: str, patience: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._worker, self._kind, self._patience, self._clock = worker, kind, patience, clock
        self._number, self._asked_at = 0, 0.0
        self.asked: Wanted | None = None
        self.answer: Answered | None = None
        self.arrays: tuple[np.ndarray, ...] = ()
        self.progress: Progress | None = None
        self.problem: Problem | None = None
        self.cancelled = False

    @property
    def waits(self) -> bool:
        """Whether something was asked that has not come yet."""
        return self._number != 0

    @property
    def busy_s(self) -> float:
        """Seconds since what is waited for was asked; 0 while nothing is."""
        return self._clock() - self._asked_at if self.waits else 0.0

    @property
    def complete(self) -> bool:
        """Whether the answer is there, and of what was asked last."""
        return self.answer is not None and not (self.waits or self.cancelled or self.problem)

    def want(self, request: Wanted) -> bool:
        """Ask, unless this was asked last.  Returns whether it was asked, now or before."""
        if request == self.asked:
            return True
        if self.waits and self.busy_s < self._patience:
            return False
        self.asked, self.problem, self.cancelled, self.progress = request, None, False, None
        self._asked_at = self._clock()
        self._number = self._worker.request(self._kind, request)
        return True

    def cancel(self) -> None:
        """Give up what is waited for, until something else is wanted, or `retry`."""
        if self.waits:
            self._worker.cancel(self._kind)
            self._number, self.progress, self.cancelled = 0, None, True

    def retry(self) -> None:
        """Ask again for what has failed or was given up."""
        self.asked, self.problem, self.cancelled = None, None, False

    def forget(self) -> None:
        """Give up what is waited for, and what has come."""
        self.cancel()
        self.retry()
        self.answer, self.arrays = None, ()

    def receive(self, event: Event) -> bool:
        """Take an event that may concern this.  Returns whether there is a new answer."""
        if not self.waits or event.number not in (0, self._number):
            return False
        match event:
            case Progress():
                self.progress = event
            case Failure(message=message, detail=detail, out_of_memory=short):
                log.debug("%s", message)  # it is shown where somebody looks at it
                self._number, self.progress = 0, None
                self.problem = Problem(message, detail, short)
            case GaveWay():
                self._number, self.progress, self.asked = 0, None, None  # asked anew by whoever still wants it
            case Result(value=value, arrays=arrays):
                self.answer, self.arrays = value, arrays
                self._number, self.progress = 0, None
                return True
        return False
