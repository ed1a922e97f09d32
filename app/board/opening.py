"""The board as the Studio opens it: a process of its own, which outlives the Studio's window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.board.control import start_window
from app.paths import default_runs_dir
from app.workers.tasks import Tasks


class BoardOpening:
    """Opens boards; what keeps one from opening is said as a notice, and in the Log.

    Args:
        wake: Called from the thread when something has come of it.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._tasks: Tasks[None] = Tasks("board", wake)

    def open(self, folder: Path | None) -> None:
        """Open the board over a folder of runs; without one, over that in which runs are kept."""
        self._tasks.take()  # errors are in the Log
        self._tasks.submit("Opening the board…", partial(_open, folder or default_runs_dir()))

    def close(self) -> None:
        """Let the last one open."""
        self._tasks.close()


def _open(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # the first run may come later
    start_window("board", str(folder.resolve()))
