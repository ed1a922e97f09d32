"""Workers: a process of its own that computes for the window, which never waits for it (DESIGN: Processes).

One thread per worker starts the process, reads its answers and starts it again when it dies.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.workers.worker_buffers import WindowBuffers, unpack
from app.workers.worker_child import Settings, run_child
from app.workers.worker_messages import (
    Acknowledge,
    Answer,
    Cancel,
    Close,
    Done,
    Failure,
    GaveWay,
    NeedBuffers,
    Progress,
    Request,
    Result,
)

if TYPE_CHECKING:  # loaded with the first process, after the first frame
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

log = logging.getLogger(__name__)

Event = Result | Progress | Failure | GaveWay
# A worker that dies over the same request this often is not asked again.
MOST_ATTEMPTS = 2
CLOSE_SECONDS = 0.4


class Worker:
    """A spawned process that answers requests; the latest of a kind wins.

    Args:
        settings: What runs in the process, and how.
        wake: Called from a thread whenever `take` has something new.
        buffers: Shared memory; replaced in tests.
    """

    def __init__(self, settings: Settings, wake: Callable[[], None], buffers: WindowBuffers | None = None) -> None:
        self._settings = settings
        self._wake = wake
        self._buffers = buffers or WindowBuffers()
        self._lock = threading.Condition()
        self._events: list[Event] = []
        self._pending: dict[str, Request] = {}
        self._running: Request | None = None
        self._counter = 0
        self._wanted = False
        self._closing = False
        self._connection: Connection | None = None
        self._process: BaseProcess | None = None
        self._thread = threading.Thread(target=self._supervise, name=f"worker {settings.entry}", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a request is running or waiting, but for those that give way."""
        with self._lock:
            kinds = {*self._pending, *([self._running.kind] if self._running is not None else [])}
            return not kinds <= self._settings.yielding

    @property
    def process_id(self) -> int | None:
        """The process, for the status bar and for tests; None while there is none."""
        with self._lock:
            return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process before it is needed.  Returns at once."""
        with self._lock:
            self._wanted = True
            self._lock.notify_all()

    def request(self, kind: str, payload: Any) -> int:
        """Ask for something; replaces what was asked of this kind before.  Returns the request's number."""
        with self._lock:
            self._counter += 1
            self._pending[kind] = Request(self._counter, kind, payload)
            self._wanted = True
            # Those that give way do so to others, and not to each other: they would never come to an end.
            gives_way = frozenset() if kind in self._settings.yielding else self._settings.yielding
            if self._running is not None and self._running.kind in {kind, *gives_way}:
                self._send(Cancel(self._running.number))
                if self._running.kind != kind:
                    self._events.append(GaveWay(self._running.number))
            self._send_next()
            self._lock.notify_all()
            return self._counter

    def cancel(self, kind: str) -> None:
        """Forget what was asked of this kind."""
        with self._lock:
            self._pending.pop(kind, None)
            if self._running is not None and self._running.kind == kind:
                self._send(Cancel(self._running.number))

    def take(self) -> tuple[Event, ...]:
        """What has come since the last call, in order."""
        with self._lock:
            events, self._events = tuple(self._events), []
            return events

    def close(self) -> None:
        """End the process, within about a second.  Leaves no process and no shared memory."""
        with self._lock:
            self._closing = True
            self._send(Close())
            self._lock.notify_all()
            process = self._process
        if process is not None:
            process.join(CLOSE_SECONDS)
            for end in (process.terminate, process.kill):
                if process.is_alive():
                    end()
                    process.join(CLOSE_SECONDS)
        self._thread.join(2 * CLOSE_SECONDS)
        self._buffers.close()

    def _supervise(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._wanted or self._closing)
                if self._closing:
                    return
                self._wanted = False
                connection = self._spawn()
                self._send_next()
            self._serve(connection)
            with self._lock:
                self._connection = None  # nobody may write to the number of a closed pipe
            connection.close()
            assert self._process is not None
            self._process.join()
            self._bury(self._process.exitcode)

    def _spawn(self) -> Connection:
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=run_child, args=(theirs, self._settings), daemon=True)
        process.start()
        theirs.close()  # so that the pipe ends when the process does
        self._connection, self._process = ours, process
        return ours

    def _serve(self, connection: Connection) -> None:
        """Read answers until the process ends."""
        while True:
            try:
                message = connection.recv()
                event = self._receive(connection, message)
            except (EOFError, OSError):
                return
            if event is not None:
                with self._lock:
                    self._events.append(event)
                self._wake()

    def _receive(self, connection: Connection, message: Any) -> Event | None:
        match message:
            case Answer():
                return self._result(connection, message)
            case NeedBuffers(size):
                buffers = self._buffers.provide(size)
                with self._lock:
                    self._send(buffers)
            case Progress():
                return message
            case Done() | Failure():
                with self._lock:
                    self._running = None
                    self._send_next()
                self._wake()
                return message if isinstance(message, Failure) else None
        return None

    def _result(self, connection: Connection, answer: Answer) -> Result:
        if answer.slot is not None:
            arrays = self._buffers.take(answer.slot, answer.places)
            with self._lock:
                self._send(Acknowledge(answer.slot))
        elif answer.places:
            arrays = unpack(connection.recv_bytes(), answer.places)
        else:
            arrays = ()
        return Result(answer.number, answer.kind, answer.value, arrays, time.perf_counter())

    def _send_next(self) -> None:
        """Hand the oldest waiting request over, if the process is free.  The lock is held."""
        if self._running is None and self._pending and self._connection is not None:
            kind = min(self._pending, key=lambda each: each in self._settings.yielding)  # the first that does not
            self._running = self._pending.pop(kind)
            self._send(self._running)

    def _send(self, message: Any) -> None:
        """Send if there is a process; the death of one is noticed by the reading thread.  The lock is held."""
        if self._connection is not None:
            try:
                self._connection.send(message)
            except OSError as error:
                log.debug("worker %s: %s", self._settings.entry, error)

    def _bury(self, exit_code: int | None) -> None:
        """A process has ended: ask the next one again for what it was doing, unless it dies over it each time."""
        with self._lock:
            self._connection = None
            self._process = None
            request, self._running = self._running, None
            if self._closing:
                return
            if request is not None:
                request = replace(request, attempts=request.attempts + 1)
                if request.attempts < MOST_ATTEMPTS:
                    self._pending.setdefault(request.kind, request)
                else:
                    self._events.append(_death(request.number, exit_code))
            self._wanted = bool(self._pending)
            log.warning("A worker process ended unexpectedly (exit code %s)%s", exit_code, _next_step(self._wanted))
        self._wake()


def _next_step(restarting: bool) -> str:
    return "; starting it again." if restarting else "."


def _death(number: int, exit_code: int | None) -> Failure:
    return Failure(
        number,
        "The process that computes pictures ended twice over the same request, perhaps for lack of memory. "
        "Choose a smaller volume or resolution, or close other programs.",
        f"exit code {exit_code}",
    )
