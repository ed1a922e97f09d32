"""Numbers and pictures of curves as files, written on a thread: a table of a long run takes seconds."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from app.export.saving import free_path
from core.files import replacing
from widgets.curve_lines import X_COLUMNS
from widgets.views import CurvesView

log = logging.getLogger(__name__)

# Rows that are made text at once.
ROWS = 4096


class CurveExporter:
    """Writes one file after the other; what became of it is logged.

    Args:
        wake: Called from the thread when something has changed.

    Attributes:
        problem: Why the last file could not be written; empty if it could.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="export")
        self.problem = ""

    def table(self, folder: Path, view: CurvesView, names: Sequence[str]) -> None:
        """Write scalars as CSV, under a free name; no names means all of them."""
        columns = table_columns(view, names)
        self._submit(folder, f"{view.run}-curves", ".csv", lambda path: write_table(path, columns))

    def picture(self, folder: Path, run: str, pixels: np.ndarray) -> None:
        """Write a picture as PNG, under a free name.  pixels: [height, width, 3], uint8, top row first."""
        self._submit(folder, f"{run}-curves", ".png", lambda path: write_picture(path, pixels))

    def close(self) -> None:
        """Wait for what is being written: half a table is worth nothing."""
        self._thread.shutdown(wait=True)

    def _submit(self, folder: Path, stem: str, suffix: str, write: Callable[[Path], None]) -> None:
        name = f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"
        self._thread.submit(self._write, folder, name, suffix, write).add_done_callback(_tell_of_mistakes)

    def _write(self, folder: Path, stem: str, suffix: str, write: Callable[[Path], None]) -> None:
        path = folder / f"{stem}{suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = free_path(folder, stem, suffix)
            write(path)
        except OSError as error:
            self.problem = f"{path} cannot be written: {error.strerror or error}. Make room there, or make it writable."
            log.error("%s", self.problem)
        else:
            self.problem = ""
            log.info("Saved %s", path)
        self._wake()


def _tell_of_mistakes(future: Future[None]) -> None:
    """A mistake of ours must not vanish with the thread's work."""
    error = None if future.cancelled() else future.exception()
    if error is not None:
        log.error("A file could not be written: %s", error, exc_info=error)


def table_columns(view: CurvesView, names: Sequence[str] = ()) -> dict[str, np.ndarray]:
    """Columns of a table: what curves are drawn over first, then these scalars, or all, by name.  Returns [n] each."""
    axes = [name for name, _ in X_COLUMNS.values() if name in view.columns]
    wanted = list(names) or sorted(view.columns)
    return {name: view.columns[name] for name in dict.fromkeys((*axes, *wanted))}


def write_table(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Write columns as CSV, aside and renamed: numbers in full precision, nothing where a value is missing.

    Args:
        path: The file.
        columns: [n] each, by name.

    Raises:
        OSError: It cannot be written.
    """
    count = min((len(values) for values in columns.values()), default=0)
    with replacing(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for start in range(0, count, ROWS):
            block = [_texts(values[start : min(start + ROWS, count)]) for values in columns.values()]
            writer.writerows(zip(*block, strict=True))


def _texts(values: np.ndarray) -> list[str]:
    """Numbers as the shortest texts that read back as themselves; whole ones without a point."""
    return [
        "" if value != value else str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        for value in values.tolist()
    ]


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """Write a PNG, aside and renamed.  pixels: [height, width, 3], uint8, top row first.  Raises OSError."""
    from PIL import Image

    with replacing(path) as aside:
        Image.fromarray(pixels).save(aside, "PNG")
