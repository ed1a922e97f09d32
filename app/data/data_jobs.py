"""Behind the Data panel: data sets made one after the other, each by `epigraf data` in a process of its own."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.paths import user_path
from app.workers.told_errand import carry_out
from training.errand import Errand
from widgets.data_view import MakeForm, MakeItem, MakeState

log = logging.getLogger(__name__)

MOST_SHOWN = 8


class DataJobs:
    """Makes data sets on a thread.

    Args:
        previews: Folder for sheets of pictures.
        wake: Called from the thread when `items` has something new.
    """

    def __init__(self, previews: Path, wake: Callable[[], None]) -> None:
        self._previews, self._wake = previews, wake
        self._lock = threading.Condition()
        self._items: deque[MakeItem] = deque(maxlen=MOST_SHOWN)
        self._queue: deque[tuple[MakeItem, list[str], Errand]] = deque()
        self._errands: dict[int, Errand] = {}
        self._number = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def items(self) -> tuple[MakeItem, ...]:
        """The data sets, the last one first."""
        with self._lock:
            return tuple(self._items)

    def start(self, form: MakeForm) -> None:
        """Make a data set as soon as those before it are made.  Raises ValueError for a path of nobody's home."""
        path = out_path(form)
        with self._lock:
            self._number += 1
            preview = self._previews / f"{self._number}.png"
            item = MakeItem(self._number, path, preview=preview)
            errand = self._errands[self._number] = Errand("app.data.data_process")
            self._items.appendleft(item)
            self._queue.append((item, make_arguments(form, preview), errand))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="data sets", daemon=True)
                self._thread.start()
            self._lock.notify()

    def cancel(self, number: int) -> None:
        """Give a data set up.  Objects of meshes that are finished stay, so that the same order goes on there."""
        with self._lock:
            errand = self._errands.get(number)
        if errand is not None:
            errand.cancel()

    def close(self) -> None:
        """Give up everything, and end the thread."""
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
                item, words, errand = self._queue.popleft()
            self._make(item, words, errand)
            with self._lock:
                del self._errands[item.number]
            self._wake()

    def _make(self, item: MakeItem, words: list[str], errand: Errand) -> None:
        self._change(item, "working", "starting")
        ended = carry_out(
            errand, json.dumps(words),
            lambda done, total: self._change(item, "working", f"{done} of {total}", done / max(total, 1)),
        )  # fmt: skip
        if errand.cancelled:
            remove_leftovers(item.path)
            self._change(item, "cancelled", "given up")
        elif ended.done:
            self._change(item, "done", "\n".join(ended.lines).removeprefix(f"{item.path}: "), 1.0)
            log.info("Made %s", item.path)
        else:
            self._change(item, "failed", ended.reason)
            log.error("%s was not made: %s", item.path.name, ended.reason)

    def _change(self, item: MakeItem, state: MakeState, text: str, fraction: float = 0.0) -> None:
        with self._lock:
            for index, each in enumerate(self._items):
                if each.number == item.number:
                    self._items[index] = replace(each, state=state, text=text, fraction=fraction)
        self._wake()


def out_path(form: MakeForm) -> Path:
    """Where a data set goes: where it was said, or beside its source.  Raises ValueError."""
    if form.out:
        return user_path(form.out)
    source = user_path(form.source)
    stem = source.stem if source.suffix.lower() == ".zip" else source.name
    return source.with_name(f"{stem}-data.zip")


def make_arguments(form: MakeForm, preview: Path) -> list[str]:
    """The words behind `epigraf data`.  Raises ValueError."""
    ends = ["--out", str(out_path(form)), "--preview", str(preview), *(["--force"] if form.force else [])]
    source = str(user_path(form.source))
    if form.kind == "meshes":
        words = ["meshes", source, "--views", str(form.views), "--jobs", str(form.jobs)]
        return [*words, *(["--resolution", str(form.resolution)] if form.resolution else []), *ends]
    words = ["convert", source, "--background", form.paper]
    if form.resolution:
        words += ["--resolution", str(form.resolution)]
    if form.mirror:
        words.append("--mirror")
    if form.poses:
        words += ["--poses", str(user_path(form.poses))]
    if form.unit != "titles":
        words += ["--angles", form.unit]
    if form.turn:
        words += ["--turn", f"{form.turn:g}"]
    return [*words, *ends]


def remove_leftovers(path: Path) -> None:
    """Remove what a killed process has written aside."""
    for pattern in (f".{path.stem}.*.part{path.suffix}", f".{path.name}.*.part"):
        for left in path.parent.glob(pattern):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
