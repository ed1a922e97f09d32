"""Jobs that are done one after the other, each by an errand of its own, and the list of them for a panel."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from app.workers.job_list import Job, add_job
from training.errand import Errand


class Numbered(Job, Protocol):
    """A job as a panel shows it: a frozen dataclass."""

    @property
    def number(self) -> int:
        """Tells them apart."""
        ...


Item = TypeVar("Item", bound=Numbered)
Order = TypeVar("Order")


class Errands(Generic[Item, Order]):
    """A queue with a thread, which begins with the first job.

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
        self._lock = threading.Condition()
        self._items: deque[Item] = deque()
        self._queue: deque[tuple[Item, Order, Errand]] = deque()
        self._errands: dict[int, Errand] = {}
        self._number = 0
        self._closing = False
        self._thread: threading.Thread | None = None

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
            errand = self._errands[item.number] = Errand(self._module)
            self._queue.append((item, order, errand))
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=self._module, daemon=True)
                self._thread.start()
            self._lock.notify()
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
            errand = self._errands.get(number)
        if errand is not None:
            errand.cancel()

    def close(self) -> None:
        """Give up everything, and end the thread."""
        with self._lock:
            self._closing = True
            errands = list(self._errands.values())
            self._lock.notify()
        for errand in errands:
            errand.cancel()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._queue or self._closing)
                if self._closing:
                    return
                item, order, errand = self._queue.popleft()
            self._work(item, order, errand)
            with self._lock:
                del self._errands[item.number]
            self._wake()
