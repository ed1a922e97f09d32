"""What the window and a worker say to each other: frozen values, pickled through a pipe (DESIGN: Processes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Request:
    """Window to worker: compute this.

    Attributes:
        number: Counts the requests of one worker; answers carry it.
        kind: Latest wins among requests of one kind.
        payload: What to compute; understood by the handler.
        attempts: How often a worker has died over it.
    """

    number: int
    kind: str
    payload: Any
    attempts: int = 0


@dataclass(frozen=True)
class Cancel:
    """Window to worker: the answer to this request is no longer wanted."""

    number: int


@dataclass(frozen=True)
class Buffer:
    """A named block of shared memory; the window owns it."""

    slot: int
    name: str
    size: int


@dataclass(frozen=True)
class Buffers:
    """Window to worker: the buffers there are now; none when shared memory is too small (arrays then take the pipe)."""

    buffers: tuple[Buffer, ...]


@dataclass(frozen=True)
class Acknowledge:
    """Window to worker: the array in this slot has been taken; the slot may be written again."""

    slot: int


@dataclass(frozen=True)
class Close:
    """Window to worker: end."""


@dataclass(frozen=True)
class NeedBuffers:
    """Worker to window: give me buffers of at least this many bytes."""

    size: int


@dataclass(frozen=True)
class ArrayPlace:
    """Where an array of an answer lies among its bytes."""

    shape: tuple[int, ...]
    dtype: str
    offset: int


@dataclass(frozen=True)
class Answer:
    """Worker to window: a value and its arrays.  A request may have several answers.

    Attributes:
        number: Of the request.
        kind: Of the request.
        value: The handler's value.
        places: Of the arrays.
        slot: The shared buffer that holds their bytes; None: the bytes follow in the pipe.
    """

    number: int
    kind: str
    value: Any
    places: tuple[ArrayPlace, ...]
    slot: int | None = None


@dataclass(frozen=True)
class Done:
    """Worker to window: nothing more comes for this request."""

    number: int


@dataclass(frozen=True)
class Progress:
    """How far a request is, for people.

    Attributes:
        number: Of the request.
        fraction: 0 to 1.
        text: What is being done.
    """

    number: int
    fraction: float
    text: str


@dataclass(frozen=True)
class Failure:
    """A request that could not be answered.

    Attributes:
        number: Of the request; 0 when the worker itself cannot work.
        message: What happened, for people, on one line.
        detail: Traceback or exit code, for the Copy button.
        out_of_memory: Whether less of it would have worked.
    """

    number: int
    message: str
    detail: str = ""
    out_of_memory: bool = False


@dataclass(frozen=True)
class GaveWay:
    """A request of a kind that gives way was given up for another one; its answer may come nevertheless.

    Attributes:
        number: Of the request.
    """

    number: int


@dataclass(frozen=True)
class Result:
    """What the window gets of an answer.

    Attributes:
        number: Of the request.
        kind: Of the request.
        value: The handler's value.
        arrays: Its arrays; copies that belong to the window.
        received: When they were there, by `time.perf_counter`.
    """

    number: int
    kind: str
    value: Any
    arrays: tuple[np.ndarray, ...]
    received: float = 0.0
