"""Files that the window saves without asking: into the pictures folder, each under a name of its own."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from pathlib import Path

from app.paths import pictures_dir

log = logging.getLogger(__name__)


def free_path(folder: Path, stem: str, suffix: str = ".png") -> Path:
    """The path of a file in a folder that is not taken yet: stem.png, stem-2.png and so on."""
    names = itertools.chain([f"{stem}{suffix}"], (f"{stem}-{number}{suffix}" for number in itertools.count(2)))
    return next(path for path in map(folder.joinpath, names) if not path.exists())


def save_dated(what: str, suffix: str, write: Callable[[Path], None]) -> Path | None:
    """Save something under the time of day; the log tells where, or why not.

    Args:
        what: For people.
        suffix: Of the file.
        write: Writes it to a path, or raises OSError.

    Returns:
        Where it lies now; None if it could not be saved.
    """
    path = free_path(pictures_dir(), f"epigraf-{time.strftime('%Y%m%d-%H%M%S')}", suffix)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
    except OSError as error:
        reason = error.strerror or error
        log.error("The %s cannot be saved to %s: %s. Free some space or make it writable.", what, path, reason)
        return None
    log.info("Saved %s", path)
    return path
