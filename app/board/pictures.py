"""Strips of sample pictures, decoded on a thread; the last ones are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from app.board.sample_grid import SEEDS, strip
from app.workers.tasks import errors_as_data
from widgets.notes import Problem

MOST_KEPT = 400


class Strips:
    """Pictures by file and camera.

    Args:
        size: Pixels along a side of a tile.
        wake: Called from the thread when one has come.
    """

    def __init__(self, size: int, wake: Callable[[], None]) -> None:
        self._size, self._wake = size, wake
        self._thread = ThreadPoolExecutor(1, "board pictures")
        self._kept: OrderedDict[tuple[Path, int], Future[np.ndarray | Problem]] = OrderedDict()

    def get(self, path: Path, view: int) -> np.ndarray | Problem | None:
        """The tiles of all seeds from one camera, [size, SEEDS * size, 4] in [0, 1]; None while they are decoded."""
        key = (path, view)
        if key not in self._kept:
            task = self._thread.submit(errors_as_data, lambda: strip(path, range(SEEDS), view, self._size))
            self._kept[key] = task
            task.add_done_callback(lambda _: self._wake())
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)[1].cancel()
        self._kept.move_to_end(key)
        future = self._kept[key]
        return future.result() if future.done() else None

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)
