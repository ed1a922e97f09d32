"""Behind the Export window: exports one after the other, each drawn by `epigraf render` in a process of its own."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.export.saving import free_path
from app.paths import pictures_dir
from app.shell.render_command import render_arguments
from app.workers.job_list import add_job
from app.workers.progress import TOLD
from core.scene import Scene
from core.timeline import Timeline
from training.errand import Errand, ErrandError
from widgets.export_view import FILMS, ExportForm, ExportItem, ExportState

log = logging.getLogger(__name__)

MOST_SHOWN = 20
# Lines of a process that has failed, which say why.
LAST_LINES = 6


class Exports:
    """Draws Scenes to files on a thread.

    Args:
        wake: Called from the thread when `items` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Condition()
        self._items: deque[ExportItem] = deque()
        self._queue: deque[tuple[int, list[str]]] = deque()
        self._errands: dict[int, Errand] = {}
        self._number = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def items(self) -> tuple[ExportItem, ...]:
        """The exports, the last one first."""
        with self._lock:
            return tuple(self._items)

    def start(self, scene: Scene, form: ExportForm, timeline: Timeline | None = None) -> Path:
        """Draw this Scene, or a film of the timeline, as soon as those before it are drawn.  Returns where to."""
        with self._lock:
            self._number += 1
            taken = {item.path for item in self._items}
            path = _free(form, taken)
            arguments = render_arguments(scene, form, path, timeline)
            add_job(self._items, ExportItem(self._number, path, "waiting"), MOST_SHOWN)
            self._errands[self._number] = Errand("app.export.export_process")
            self._queue.append((self._number, arguments))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="exports", daemon=True)
                self._thread.start()
            self._lock.notify()
        return path

    def cancel(self, number: int) -> None:
        """Give an export up; nothing of it is left."""
        with self._lock:
            errand = self._errands.get(number)
        if errand is not None:
            errand.cancel()

    def close(self) -> None:
        """Give up all exports, and end the thread."""
        with self._lock:
            self._closing = True
            errands = list(self._errands.values())
            self._lock.notify()
        for errand in errands:
            errand.cancel()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                while not self._queue and not self._closing:
                    self._lock.wait()
                if self._closing:
                    return
                number, arguments = self._queue.popleft()
                errand = self._errands[number]
            self._draw(number, errand, arguments)
            with self._lock:
                del self._errands[number]
            self._wake()

    def _draw(self, number: int, errand: Errand, arguments: list[str]) -> None:
        said: deque[str] = deque(maxlen=LAST_LINES)
        begun = time.monotonic()
        self._change(number, "drawing", "starting")
        try:
            for line in errand.lines(json.dumps(arguments)):
                text = line.decode(errors="replace").strip()
                if text.startswith(TOLD):
                    begun = self._tell(number, text.removeprefix(TOLD), begun)
                else:
                    said.append(text)
        except ErrandError as error:
            said.append(str(error))
        path = Path(arguments[-1])
        if errand.cancelled:
            self._change(number, "cancelled", "given up")
            for left in path.parent.glob(f".{path.stem}.*part{path.suffix}"):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        elif errand.code == 0:
            self._change(number, "done", said[-1].partition(": ")[2] if said else "")
            log.info("Saved %s", path)
        else:
            reason = "\n".join(said).removeprefix("epigraf: ") or f"the process ended with {errand.code}"
            self._change(number, "failed", reason)
            log.error("%s was not exported: %s", path.name, reason)

    def _tell(self, number: int, text: str, begun: float) -> float:
        """Note progress.  Returns when the present part of the work has begun."""
        told = json.loads(text)
        fraction, now = told["done"] / max(told["total"], 1), time.monotonic()
        with self._lock:
            before = next((item for item in self._items if item.number == number), None)
        begun = begun if before is not None and before.text == told["doing"] else now
        left = (now - begun) * (1 - fraction) / fraction if fraction > 0 and now - begun > 1 else None
        self._change(number, "drawing", told["doing"], fraction, left)
        return begun

    def _change(
        self, number: int, state: ExportState, text: str, fraction: float = 0.0, left_s: float | None = None
    ) -> None:
        with self._lock:
            for index, item in enumerate(self._items):
                if item.number == number:
                    self._items[index] = replace(item, state=state, text=text, fraction=fraction, left_s=left_s)
        self._wake()


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
