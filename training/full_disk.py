"""Writing that outlasts a full disk: the training pauses and tries again, instead of ending."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from core.sizes import size
from training.control import Control
from training.run_errors import DiskFullError

# How often it is tried again, seconds.
RETRY_S = 15.0

Persist: TypeAlias = Callable[[Callable[[], None]], None]

logger = logging.getLogger(__name__)


def persistence(control: Control) -> Persist:
    """A way to write that waits while the disk is full.  What it is given may be called several times.

    The run is paused meanwhile, with a message, and its heartbeat goes on.  Whoever stops the run then gives up: the
    error is raised.
    """

    def persist(write: Callable[[], None]) -> None:
        state, message, waited = control.state, control.message, False
        while True:
            try:
                write()
            except DiskFullError as error:
                if not waited:
                    logger.warning("%s", error)
                waited = True
                if not control.hold(said(error), RETRY_S):
                    raise
            else:
                break
        if waited:
            logger.info("there is space on the disk again: going on")
            control.report(state, message)

    return persist


def said(error: DiskFullError) -> str:
    """What is the matter and what to do, for people."""
    path = error.path
    usual, free = _usual_size(path), _free(path)
    needed = f"needs about {size(usual)}" if usual else "cannot be written"
    room = "your share of the disk is used up" if error.quota else f"the disk is full ({size(free)} free)"
    return (
        f"paused because {room}: {path.name} {needed} in {path.parent}. Free some space: it is tried again every "
        f"{RETRY_S:g} s, and at once with Resume. Nothing is lost; Stop gives up what was learned since the last state."
    )


def _usual_size(path: Path) -> int:
    """Bytes of the file as it was before, or of one of its kind; 0 if there is none."""
    kind = f"*{path.suffix}" if path.suffix else path.name
    try:
        sizes = [other.stat().st_size for other in (path, *path.parent.glob(kind)) if other.is_file()]
    except OSError:
        return 0
    return max(sizes, default=0)


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return 0
