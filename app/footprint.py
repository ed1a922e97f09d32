"""How much memory the window and its worker take, looked at every now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

LOOK_S = 2.0


class Footprint:
    """Memory of some processes of ours.

    Args:
        clock: Seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = 0.0
        self._gb: float | None = None

    def memory_gb(self, workers: Iterable[int | None]) -> float | None:
        """GiB that this process and the workers hold (shared pages count in each); None before the first look."""
        if self._clock() >= self._next:
            import psutil  # after the first frame

            self._next = self._clock() + LOOK_S
            taken = psutil.Process().memory_info().rss
            for pid in workers:
                try:
                    taken += psutil.Process(pid).memory_info().rss if pid is not None else 0
                except psutil.Error:
                    continue  # it has just ended
            self._gb = taken / 2**30
        return self._gb
