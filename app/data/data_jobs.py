"""Behind the Data panel: data sets made one after the other, each by `epigraf data` in a process of its own."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from app.paths import user_path
from app.workers.errands import Errands
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
        self._previews = previews
        self._errands = Errands[MakeItem, list[str]]("app.data.data_process", MOST_SHOWN, self._make, wake)

    @property
    def items(self) -> tuple[MakeItem, ...]:
        """The data sets, the last one first."""
        return self._errands.items

    def start(self, form: MakeForm) -> None:
        """Make a data set as soon as those before it are made.  Raises ValueError for a path of nobody's home."""

        def order(number: int, _others: tuple[MakeItem, ...]) -> tuple[MakeItem, list[str]]:
            preview = self._previews / f"{number}.png"
            return MakeItem(number, out_path(form), preview=preview), make_arguments(form, preview)

        self._errands.add(order)

    def cancel(self, number: int) -> None:
        """Give a data set up.  Objects of meshes that are finished stay, so that the same order goes on there."""
        self._errands.cancel(number)

    def close(self) -> None:
        """Give up everything, and end the thread."""
        self._errands.close()

    def _make(self, item: MakeItem, words: list[str], errand: Errand) -> None:
        self._change(item, "working", "starting")
        ended = carry_out(
            errand, json.dumps(words),
            lambda _doing, done, total: self._change(item, "working", f"{done} of {total}", done / max(total, 1)),
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
        self._errands.change(item.number, state=state, text=text, fraction=fraction)


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
