"""Jobs that are done one after the other, each by an errand of its own, and the list of them for a panel."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from app.workers.job_list import Job, add_job
from training.errand import Errand

log = logging.getLogger(__name__)


class Numbered(Job, Protocol):
    """A job as a panel shows it: a frozen dataclass with a `text` too, which is for people."""

    @property
    def number(self) -> int:
        """Tells them apart."""
        ...


Item = TypeVar("Item", bound=Numbered)
Order = TypeVar("Order")


class Errands(Generic[Item, Order]):
    """A queue with a thread, which begins with the first job.

    Whatever goes wrong in one job ends neither the thread nor the jobs behind it.

    Args:
        module: What the processes run.
        most: Jobs in the list; of more the oldest go that are over.
        work: Does one on the thread: its item, its order, its errand, which has not begun; tells by `change`.
        wake: Called from the thread when `items` has something new.
    """

    def __init__(
        self, module: str, most: int, work: Callable[[Item, Order, Errand], None], wake: Callable[[], None]
    ) -> None:
        self._module, self._most, self._work, self._wake = module, most, work, wake
        self._lock = threading.Lock()
        self._items: deque[Item] = deque()
        self._begun: dict[int, tuple[Errand, Future[None]]] = {}
        self._number = 0
        self._executor = ThreadPoolExecutor(1, module)

    @property
    def items(self) -> tuple[Item, ...]:
        """The jobs, the last one first."""
        with self._lock:
            return tuple(self._items)

    def add(self, make: Callable[[int, tuple[Item, ...]], tuple[Item, Order]]) -> Item:
        """Do another job as soon as those before it are over.

        Args:
            make: Gives it and its order, of its number and of the jobs that there are; what it raises is raised.
        """
        with self._lock:
            item, order = make(self._number + 1, tuple(self._items))
            self._number += 1
            add_job(self._items, item, self._most)
            errand = Errand(self._module)
            future = self._executor.submit(self._work, item, order, errand)
            self._begun[item.number] = errand, future
        future.add_done_callback(partial(self._over, item.number))
        return item

    def change(self, number: int, **changes: Any) -> None:
        """Note what has become of a job, if it is in the list."""
        with self._lock:
            for index, item in enumerate(self._items):
                if item.number == number:
                    self._items[index] = replace(item, **changes)
        self._wake()

    def cancel(self, number: int) -> None:
        """Give a job up, whether it has begun or not."""
        with self._lock:
            errand, future = self._begun.get(number, (None, None))
        if errand is not None and future is not None and not future.cancel():
            errand.cancel()

    def close(self) -> None:
        """Give up everything, and end the thread."""
        with self._lock:
            begun = list(self._begun.values())
        for errand, future in reversed(begun):  # the last first, so that none begins because one before it has ended
            if not future.cancel():
                errand.cancel()
        self._executor.shutdown()

    def _over(self, number: int, future: Future[None]) -> None:
        """A job has ended, or will never begin."""
        with self._lock:
            errand, _ = self._begun.pop(number)
        if future.cancelled():
            self.change(number, state="cancelled", text="given up")
        elif error := future.exception():
            errand.cancel()
            log.error("%s: job %d ended unexpectedly", self._module, number, exc_info=error)
            self.change(number, state="failed", text=f"it ended unexpectedly: {error}")
        else:
            self._wake()
