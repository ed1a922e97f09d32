"""How long the GPU works on a frame, without waiting for it where the driver can tell."""

from __future__ import annotations

import ctypes
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from OpenGL import GL

# More spans than this are never in flight; a further one goes unmeasured rather than waited for.
MAX_IN_FLIGHT = 4

Note = TypeVar("Note")


class GpuTimer(Generic[Note]):
    """Measures spans of GPU work in milliseconds, each with a note of the caller's that comes back with the result.

    Where the driver has time stamps, results arrive frames later, through `poll`. Elsewhere `stop` waits for the
    work by the function given and reports the time passed. (Not GL_TIME_ELAPSED: on Mesa's software renderer it
    counts from the start of the machine.)
    """

    def __init__(self, wait: Callable[[], None]) -> None:
        """Look for time stamps.  `wait` returns when the work handed in so far is done."""
        self._wait = wait
        self._stamps = int(GL.glGetQueryiv(GL.GL_TIMESTAMP, GL.GL_QUERY_COUNTER_BITS)) > 0
        self._queries = [int(query) for query in GL.glGenQueries(2 * MAX_IN_FLIGHT)] if self._stamps else []
        self._free = list(zip(self._queries[::2], self._queries[1::2], strict=True))
        self._open: tuple[int, int] | None = None
        self._running: deque[tuple[tuple[int, int], Note]] = deque()
        self._started = 0.0
        self._done: list[tuple[float, Note]] = []

    def start(self) -> None:
        """Begin a span."""
        self._started = time.perf_counter()
        if self._free:
            self._open = self._free.pop()
            GL.glQueryCounter(self._open[0], GL.GL_TIMESTAMP)

    def stop(self, note: Note) -> None:
        """End the span; `note` comes back with its time."""
        if not self._stamps:
            self._wait()
            self._done.append((1000 * (time.perf_counter() - self._started), note))
        elif self._open is not None:
            GL.glQueryCounter(self._open[1], GL.GL_TIMESTAMP)
            self._running.append((self._open, note))
            self._open = None

    def poll(self) -> list[tuple[float, Note]]:
        """The spans that have ended since the last call: (milliseconds, note)."""
        while self._running:
            (first, last), note = self._running[0]
            if not GL.glGetQueryObjectuiv(last, GL.GL_QUERY_RESULT_AVAILABLE):
                break
            self._done.append(((_nanoseconds(last) - _nanoseconds(first)) / 1e6, note))
            self._free.append(self._running.popleft()[0])
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        """Free the queries."""
        if self._queries:
            GL.glDeleteQueries(len(self._queries), self._queries)
        self._queries, self._free, self._open = [], [], None
        self._running.clear()


def _nanoseconds(query: int) -> int:
    stamp = ctypes.c_uint64()  # handed in: PyOpenGL cannot make an array of 64-bit results itself
    GL.glGetQueryObjectui64v(query, GL.GL_QUERY_RESULT, ctypes.byref(stamp))
    return stamp.value
