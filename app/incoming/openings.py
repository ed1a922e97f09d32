"""Files and folders on their way into the studio: dropped on the window, chosen in a dialog, or opened before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from app.incoming.imports import Errand, Imports
from app.incoming.opening import Opened, recognise
from app.workers.tasks import Tasks

MOST_RECENT = 10


class Openings:
    """Recognises paths on a thread, and remembers what was opened.

    Args:
        recent: Paths that were opened before, the last one first.
        wake: Called from the thread when `take` has something new.
    """

    def __init__(self, recent: tuple[str, ...], wake: Callable[[], None]) -> None:
        self.recent = recent[:MOST_RECENT]
        self._wake = wake
        self._tasks: Tasks[Opened] = Tasks("opening", wake)
        self._imports = Imports(wake)
        self._dropped: deque[str] = deque()

    @property
    def waiting(self) -> str:
        """What is being looked at, for people; empty if nothing is."""
        return self._tasks.waiting

    @property
    def errand(self) -> Errand | None:
        """The import that is under way, if any."""
        return self._imports.errand

    def drop(self, paths: Sequence[str]) -> None:
        """Something was dropped on the window; may be called at any time."""
        self._dropped.extend(paths)
        self._wake()

    def open(self, path: str) -> None:
        """Look at a path."""
        self._tasks.submit(f"Opening {Path(path).name}…", partial(recognise, path))

    def take(self) -> tuple[Opened, ...]:
        """What was recognised since the last call; why something was not, the messages say.

        A published network is imported first, and comes as a checkpoint.
        """
        while self._dropped:
            self.open(self._dropped.popleft())
        recognised = [outcome for outcome in self._tasks.take() if isinstance(outcome, Opened)]
        for opened in recognised:
            if opened.kind == "pickle":
                self._imports.submit(opened.path)
        imported = [Opened("checkpoint", path) for path in self._imports.take()]
        return (*(opened for opened in recognised if opened.kind != "pickle"), *imported)

    def remember(self, path: Path) -> None:
        """Put a path before all others that were opened."""
        text = str(path)
        self.recent = (text, *(each for each in self.recent if each != text))[:MOST_RECENT]

    def forget(self) -> None:
        """Forget what was opened."""
        self.recent = ()

    def close(self) -> None:
        """End the threads, and an import with them."""
        self._imports.close()
        self._tasks.close()
