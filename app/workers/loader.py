"""Reads files for the window on a thread, so that no frame waits for a disk."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


# What could not be read is tried again after so long, as long as somebody asks: files come and change.
RETRY_S = 2.0


@dataclass(frozen=True)
class LoadFailure:
    """Why something could not be read, for people."""

    message: str


class Loader(Generic[Key, Value]):
    """Reads one thing at a time; the last one asked for is read next, and the last few are kept.

    Args:
        read: Called on the thread; ValueError and OSError become a LoadFailure.
        wake: Called from the thread when something was read.
        keep: How many values are kept.
    """

    def __init__(self, read: Callable[[Key], Value], wake: Callable[[], None], keep: int = 4) -> None:
        self._read = read
        self._wake = wake
        self._keep = keep
        self._lock = threading.Condition()
        self._values: OrderedDict[Key, Value | LoadFailure] = OrderedDict()
        self._failed_at: dict[Key, float] = {}
        self._wanted: list[Key] = []
        self._closing = False
        self._thread: threading.Thread | None = None

    def get(self, key: Key) -> Value | LoadFailure | None:
        """The value, or None while it is being read."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
                if time.monotonic() < self._failed_at.get(key, float("inf")) + RETRY_S:
                    return value
            if self._wanted != [key] and not self._closing:
                self._wanted = [key]
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, name="loader", daemon=True)
                    self._thread.start()
                self._lock.notify_all()
            return value

    def close(self) -> None:
        """End the thread when it has read what it is reading."""
        with self._lock:
            self._closing = True
            self._lock.notify_all()

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._wanted or self._closing)
                if self._closing:
                    return
                key = self._wanted[0]
            value = self._try(key)
            with self._lock:
                self._values[key] = value
                self._failed_at.pop(key, None)
                if isinstance(value, LoadFailure):
                    self._failed_at[key] = time.monotonic()
                while len(self._values) > self._keep:
                    self._failed_at.pop(self._values.popitem(last=False)[0], None)
                if self._wanted == [key]:
                    self._wanted = []
            self._wake()

    def _try(self, key: Key) -> Value | LoadFailure:
        try:
            return self._read(key)
        except (ValueError, OSError) as error:
            return LoadFailure(" ".join(str(error).split()) or type(error).__name__)
