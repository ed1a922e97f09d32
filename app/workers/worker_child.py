"""The inside of a worker process: takes requests, runs the handler, sends answers (DESIGN: Processes).

Torch-free itself; the handler's module is imported here, in the child, and nowhere else.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections import deque
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from app.workers.worker_buffers import WorkerBuffers, pack, place_arrays
from app.workers.worker_messages import (
    Acknowledge,
    Answer,
    ArrayPlace,
    Buffers,
    Cancel,
    Close,
    Done,
    Failure,
    NeedBuffers,
    Progress,
    Request,
)

if TYPE_CHECKING:  # the window imports this module too, before its first frame
    from multiprocessing.connection import Connection

# Errors that a request can meet.  Any other is a mistake of ours: it is told, and the worker starts afresh.
EXPECTED = (ValueError, OSError, RuntimeError, MemoryError, ArithmeticError)
EXIT_MISTAKE = 3
# Fewer bytes are cheaper through the pipe than through shared memory.
SMALL = 64 * 1024
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Settings:
    """How a worker runs.

    Attributes:
        entry: "module:name" of a callable without arguments that makes the handler.
        threads: Threads for numerical libraries.
        niceness: Added to the priority number, so that the window and a trainer go first.
        yielding: Kinds of requests that give way: one of them is begun when nothing else waits, and cancelled when
            something else comes.
    """

    entry: str
    threads: int = 2
    niceness: int = 5
    yielding: frozenset[str] = frozenset()


class Handler(Protocol):
    """Computes answers; keeps its caches between requests."""

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        """Answer a request through `port`.  Raises ValueError, OSError, RuntimeError or MemoryError for people."""


class Cancelled(Exception):
    """The request was replaced by a newer one."""


class Port:
    """What a handler may do while it works on a request."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffers = WorkerBuffers()
        self._buffers_came = False
        self._waiting: deque[Request] = deque()
        self._cancelled: set[int] = set()
        self._request = Request(0, "", None)

    def progress(self, fraction: float, text: str) -> None:
        """Tell how far the work is (0 to 1)."""
        self._connection.send(Progress(self._request.number, min(max(fraction, 0.0), 1.0), text))

    def cancelled(self) -> bool:
        """Whether a newer request has replaced this one."""
        while self._connection.poll():
            self._receive()
        return self._request.number in self._cancelled

    def stop_if_cancelled(self) -> None:
        """Raise Cancelled if a newer request has replaced this one."""
        if self.cancelled():
            raise Cancelled

    def answer(self, value: Any, arrays: tuple[np.ndarray, ...] = ()) -> None:
        """Send a value and its arrays.  A request may be answered several times, better each time."""
        places, size = place_arrays(arrays)
        slot = self._shared(places, arrays, size) if size > SMALL else None
        self._connection.send(Answer(self._request.number, self._request.kind, value, places, slot))
        if slot is None and places:
            content = bytearray(size)
            pack(content, places, arrays)
            self._connection.send_bytes(content)

    def next_request(self) -> Request:
        """Wait for work.  Raises EOFError when the window has gone or closes this worker."""
        while not self._waiting:
            self._receive()
        self._request = self._waiting.popleft()
        return self._request

    def finish(self, message: Done | Failure) -> None:
        """End the request in hand."""
        self._cancelled.discard(self._request.number)
        self._connection.send(message)

    def close(self) -> None:
        """Let go of shared memory."""
        self._buffers.close()

    def _shared(self, places: tuple[ArrayPlace, ...], arrays: tuple[np.ndarray, ...], size: int) -> int | None:
        """Put arrays into shared memory.  Returns the slot, or None if the window has no shared memory to give."""
        if self._buffers.size < size:
            self._buffers.close()
            self._buffers_came = False
            self._connection.send(NeedBuffers(size))
            while not self._buffers_came:
                self._receive()
        if self._buffers.size < size:
            return None
        while not self._buffers.has_free:
            self._receive()
        return self._buffers.put(places, arrays)

    def _receive(self) -> None:
        match self._connection.recv():
            case Request() as request:
                self._waiting.append(request)
            case Cancel(number):
                self._cancelled.add(number)
            case Acknowledge(slot):
                self._buffers.acknowledge(slot)
            case Buffers() as buffers:
                self._buffers.attach(buffers)
                self._buffers_came = True
            case Close():
                raise EOFError


def run_child(connection: Connection, settings: Settings) -> None:
    """The worker's main function: serve until the window closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the window gets the Ctrl+C, and closes the worker
    _be_modest(settings)
    port = Port(connection)
    try:
        handler = _make_handler(settings.entry, port)
        while True:
            _serve(port, handler, port.next_request())
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    finally:
        port.close()
        connection.close()


def _make_handler(entry: str, port: Port) -> Handler:
    module, name = entry.split(":")
    try:
        return getattr(import_module(module), name)()
    except ImportError as error:
        port.finish(Failure(0, f"A library is missing: {error}", traceback.format_exc()))
        raise SystemExit(EXIT_MISTAKE) from error


def _serve(port: Port, handler: Handler, request: Request) -> None:
    try:
        handler.handle(request.kind, request.payload, port)
    except (Cancelled, EOFError, BrokenPipeError, ConnectionResetError) as error:
        if not isinstance(error, Cancelled):
            raise
    except EXPECTED as error:
        message = " ".join(str(error).split()) or type(error).__name__
        short = isinstance(error, MemoryError)
        port.finish(Failure(request.number, message, traceback.format_exc(), short))
        return
    except BaseException as error:
        port.finish(Failure(request.number, f"{type(error).__name__}: {error}", traceback.format_exc()))
        raise
    port.finish(Done(request.number))


def _be_modest(settings: Settings) -> None:
    """Few threads and a low priority: the person's window and training go first."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(settings.threads)
    if hasattr(os, "nice"):
        os.nice(settings.niceness)
