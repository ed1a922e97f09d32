"""How much memory processes of ours take, looked at every now and then."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence

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
        self._each: tuple[int | None, ...] = ()

    def memory(self, pids: Sequence[int | None]) -> tuple[int | None, ...]:
        """Bytes that each of these processes holds (shared pages count in each); None for one that is gone."""
        if self._clock() >= self._next or len(self._each) != len(pids):
            self._next, self._each = self._clock() + LOOK_S, tuple(_resident(pid) for pid in pids)
        return self._each

    def memory_gb(self, workers: Iterable[int | None]) -> float | None:
        """GiB that this process and the workers hold (shared pages count in each); None before the first look."""
        if self._clock() >= self._next:
            self._next = self._clock() + LOOK_S
            taken = [_resident(os.getpid()), *(_resident(pid) for pid in workers if pid is not None)]
            self._gb = sum(each for each in taken if each is not None) / 2**30
        return self._gb


def _resident(pid: int | None) -> int | None:
    """Bytes of a process; None without one, or if it has just ended."""
    import psutil  # after the first frame

    if pid is None:
        return None
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return None
