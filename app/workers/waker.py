"""Wakes the idle window from other threads; safe at any time of its life."""

from __future__ import annotations

import threading

from imgui_bundle import hello_imgui


class Waker:
    """Asks for a frame while there is a window, and never while it is being taken down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = False

    def open(self) -> None:
        """The window is there."""
        with self._lock:
            self._open = True

    def close(self) -> None:
        """The window goes; a thread that is just waking it is waited for."""
        with self._lock:
            self._open = False

    def __call__(self) -> None:
        """Draw a frame soon; may be called from any thread."""
        with self._lock:
            if self._open:
                hello_imgui.request_refresh()
