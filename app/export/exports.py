"""Behind the Export window: exports one after the other, each drawn by `epigraf render` in a process of its own."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from app.export.saving import free_path
from app.paths import pictures_dir
from app.shell.render_command import render_arguments
from app.workers.errands import Errands
from app.workers.told_errand import carry_out
from core.scene import Scene
from core.timeline import Timeline
from training.errand import Errand
from widgets.export_view import FILMS, ExportForm, ExportItem, ExportState

log = logging.getLogger(__name__)

MOST_SHOWN = 20


class Exports:
    """Draws Scenes to files on a thread.

    Args:
        wake: Called from the thread when `items` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._errands = Errands[ExportItem, list[str]]("app.export.export_process", MOST_SHOWN, self._draw, wake)

    @property
    def items(self) -> tuple[ExportItem, ...]:
        """The exports, the last one first."""
        return self._errands.items

    def start(self, scene: Scene, form: ExportForm, timeline: Timeline | None = None) -> Path:
        """Draw this Scene, or a film of the timeline, as soon as those before it are drawn.  Returns where to."""

        def order(number: int, others: tuple[ExportItem, ...]) -> tuple[ExportItem, list[str]]:
            path = _free(form, {item.path for item in others})
            return ExportItem(number, path, "waiting"), render_arguments(scene, form, path, timeline)

        return self._errands.add(order).path

    def cancel(self, number: int) -> None:
        """Give an export up; nothing of it is left."""
        self._errands.cancel(number)

    def close(self) -> None:
        """Give up all exports, and end the thread."""
        self._errands.close()

    def _draw(self, item: ExportItem, arguments: list[str], errand: Errand) -> None:
        path, begun, present = item.path, time.monotonic(), "starting"
        self._change(item, "drawing", present)

        def tell(doing: str, done: int, total: int) -> None:
            nonlocal begun, present
            fraction, now = done / max(total, 1), time.monotonic()
            if doing != present:  # another part of the work has begun
                begun, present = now, doing
            left = (now - begun) * (1 - fraction) / fraction if fraction > 0 and now - begun > 1 else None
            self._change(item, "drawing", doing, fraction, left)

        ended = carry_out(errand, json.dumps(arguments), tell)
        if errand.cancelled:
            self._change(item, "cancelled", "given up")
            for left in path.parent.glob(f".{path.stem}.*part{path.suffix}"):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        elif ended.done:
            self._change(item, "done", ended.lines[-1].partition(": ")[2] if ended.lines else "")
            log.info("Saved %s", path)
        else:
            self._change(item, "failed", ended.reason)
            log.error("%s was not exported: %s", path.name, ended.reason)

    def _change(
        self, item: ExportItem, state: ExportState, text: str, fraction: float = 0.0, left_s: float | None = None
    ) -> None:
        self._errands.change(item.number, state=state, text=text, fraction=fraction, left_s=left_s)


def suffix_of(form: ExportForm) -> str:
    """Of the file; none of a folder of pictures."""
    if form.kind not in FILMS:
        return ".png"
    return "" if form.film == "frames" else f".{form.film}"


def _free(form: ExportForm, taken: set[Path]) -> Path:
    """A path that neither a file has nor an export that waits."""
    stem = f"epigraf-{form.kind}-{time.strftime('%Y%m%d-%H%M%S')}"
    path = free_path(pictures_dir(), stem, suffix_of(form))
    number = 2
    while path in taken:
        path = free_path(pictures_dir(), f"{stem}-{number}", suffix_of(form))
        number += 1
    return path
