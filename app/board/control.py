"""What the board asks of others: commands for trainers, runs opened in the Studio; on a thread, with errors as data."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.workers.tasks import Tasks
from widgets.notes import Problem

if TYPE_CHECKING:
    from training.status import CommandName

log = logging.getLogger(__name__)

# What cannot open says so within this time, seconds.
PATIENCE_S = 4.0


class Control:
    """Does one thing after the other.

    Args:
        wake: Called from the thread when `take` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._tasks: Tasks[str] = Tasks("board control", wake)

    @property
    def waiting(self) -> str:
        """What is being done, for people; empty if nothing is."""
        return self._tasks.waiting

    def send(self, path: Path, command: CommandName) -> None:
        """Tell a run's trainer something."""
        self._tasks.submit(f"Sending {command} to {path.name}…", partial(_send, path, command))

    def open_studio(self, path: Path) -> None:
        """Open a run in a window of the Studio."""
        self._tasks.submit(f"Opening {path.name} in the Studio…", partial(_open_studio, path))

    def do(self, text: str, task: Callable[[], str]) -> None:
        """Do something else that takes a while, as writing a file; its result is what is said of it."""
        self._tasks.submit(text, task)

    def take(self) -> tuple[str | Problem, ...]:
        """What came of it since the last call."""
        return self._tasks.take()

    def close(self) -> None:
        """Let the last task end."""
        self._tasks.close()


def start_window(*arguments: str) -> None:
    """Start a window of the program as a process that outlives this one.

    Raises:
        OSError: It did not open; the message is what it said.
    """
    command = [sys.executable, "-P", "-m", "app", *arguments]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, **_detachment()
        )
        try:
            code = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return  # it is open
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").strip().splitlines()
    if code:
        raise OSError(lines[-1].removeprefix("epigraf: ") if lines else f"the window ended with {code}")


def _detachment() -> dict[str, Any]:
    """Arguments of Popen that cut the ties to our terminal and process group."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _send(path: Path, command: CommandName) -> str:
    from training.run_dir import RunDirectory

    RunDirectory(path).send(command)
    return f"{path.name} was told to {command}"


def _open_studio(path: Path) -> str:
    start_window("--open", str(path.resolve()))
    return f"{path.name} is open in the Studio"
