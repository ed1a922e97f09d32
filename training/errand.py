"""A module of ours at work in a process of its own: given one order, heard line by line, ended from any thread."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Generator


class ErrandError(RuntimeError):
    """The process cannot be started."""


class Errand:
    """One process, once.

    Attributes:
        cancelled: Whether it was ended, or never begun, because somebody wanted it so.
        code: What the process has ended with, as far as it has.
    """

    def __init__(self, module: str) -> None:
        """Name the module that does the work; nothing is started yet."""
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.cancelled = False
        self.code: int | None = None

    def lines(self, order: str) -> Generator[bytes, None, None]:
        """Start the process, hand it an order, and give what it says until it ends.

        Close the iterator to end it early.

        Args:
            order: One line.

        Raises:
            ErrandError: It cannot be started.
        """
        process = self._start()
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            try:
                # The pipe stays open: the process ends when it is closed, and so when we are gone.
                process.stdin.write(order.encode() + b"\n")
                process.stdin.flush()
            except BrokenPipeError:
                pass  # it has ended; its output says why
            yield from process.stdout
            self.code = process.wait()
        finally:
            process.kill()
            self.code = process.wait()
            with contextlib.suppress(BrokenPipeError):  # it has ended before it took the order
                process.stdin.close()
            process.stdout.close()

    def cancel(self) -> None:
        """End the process; may be called from any thread, before or after it has ended."""
        with self._lock:
            self.cancelled = True
            if self._process is not None:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes] | None:
        # `-P`: a folder named training/ in the current directory must not be taken for ours.
        command = [sys.executable, "-P", "-m", self._module]
        pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONUNBUFFERED": "1"}
        with self._lock:
            if self.cancelled:
                return None
            try:
                self._process = subprocess.Popen(
                    command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, start_new_session=True, env=environment
                )
            except OSError as error:
                raise ErrandError(f"cannot start {sys.executable}: {error.strerror or error}") from error
            return self._process


def say(text: str) -> None:
    """For the process: write a line for whoever listens."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def end_with_input() -> None:
    """For the process: end when standard input does, since whoever asked is gone then and nobody waits any more."""

    def wait() -> None:
        # Past Python's own buffer, whose lock nobody may hold when the process ends by itself.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
