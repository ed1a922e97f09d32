"""Published networks on their way into the window: one import after the other, beside everything else."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.incoming.import_process import ImportCancelledError, ImportedFile, ImportRequest, import_file
from app.paths import imports_dir
from app.workers.tasks import Tasks
from widgets.viewport import Work

log = logging.getLogger(__name__)

SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Errand:
    """Work that is not the model's.

    Attributes:
        work: What it is, and how much is done.
        cancel: Gives it up.
    """

    work: Work
    cancel: Callable[[], None]


class Imports:
    """Imports pickles on a thread; what there is to say of it, the messages say.

    Args:
        wake: Called from the thread when something has changed.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._tasks: Tasks[ImportedFile | None] = Tasks("import", wake)
        self._cancelled = threading.Event()
        self._closed = threading.Event()
        self._share = 0.0

    @property
    def errand(self) -> Errand | None:
        """The import that is under way, if any."""
        waiting = self._tasks.waiting
        return Errand(Work(waiting, self._share), self._cancelled.set) if waiting else None

    def submit(self, source: Path) -> None:
        """Import a pickle when those before it are done."""
        self._tasks.submit(f"Importing {source.name}", partial(self._import, source))

    def take(self) -> tuple[Path, ...]:
        """Checkpoints that have been imported since the last call."""
        done = [outcome for outcome in self._tasks.take() if isinstance(outcome, ImportedFile)]
        return tuple(each.path for each in done)

    def close(self) -> None:
        """End the import that is under way, and forget those that wait."""
        self._closed.set()
        self._cancelled.set()
        self._tasks.close()

    def _import(self, source: Path) -> ImportedFile | None:
        self._cancelled.clear()
        self._share = 0.0
        if self._closed.is_set():
            return None
        try:
            done = import_file(ImportRequest(source, target_of(source)), self._report, self._cancelled)
        except ImportCancelledError as error:
            log.info("%s", error)
            return None
        where = f"{done.path.name}, beside it" if done.path.parent == source.parent else str(done.path)
        log.info("%s", " ".join((f"Imported {source.name}: the checkpoint is {where}.", *done.notes)))
        for warning in done.warnings:
            log.warning("%s: %s", source.name, warning)
        return done

    def _report(self, share: float, _text: str) -> None:
        self._share = share
        self._wake()


def target_of(source: Path) -> Path:
    """Where a checkpoint of a pickle goes: beside it, or among the person's data where nothing can be written."""
    if os.access(source.parent, os.W_OK):
        return source.with_suffix(SUFFIX)
    folder = imports_dir()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{source.stem}{SUFFIX}"
