"""Watches the snapshots of a run: when each was written, what it was found to be worth, and which is the best."""

from __future__ import annotations

import logging
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from widgets.time_view import Snapshot

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.best import BestSnapshot
    from training.evaluation_report import Evaluation
    from training.run_dir import RunDirectory, StampedFile

log = logging.getLogger(__name__)

Stamp = tuple[int, int] | None


class SnapshotWatch:
    """The snapshots of one run; files are read again only when their folders have changed."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._seen: object = None
        self._snapshots: tuple[Snapshot, ...] = ()

    def look(self, files: list[StampedFile]) -> tuple[Snapshot, ...]:
        """What there is.  Raises RunError if a note of the trainer cannot be read.

        Args:
            files: The snapshots, oldest first.
        """
        from training.best import FILE, read_best
        from training.evaluation_report import FOLDER

        path = self._run.path
        stamps = tuple(_stamp(each) for each in (path / "snapshots", path / FILE, path / FOLDER))
        seen = (tuple(file.path.name for file in files), stamps)
        if seen != self._seen:
            best = read_best(path)
            self._snapshots = tuple(self._described(file, best) for file in files)
            self._seen = seen
        return self._snapshots

    def _described(self, file: StampedFile, best: BestSnapshot | None) -> Snapshot:
        from training.evaluation_report import evaluation_path, load_evaluation
        from training.run_errors import RunError

        is_best = best is not None and best.snapshot == file.path.name
        try:
            evaluation = load_evaluation(evaluation_path(self._run.path, file.kimg))
        except RunError as error:
            log.warning("%s", error)
            evaluation = None
        figure = headline(evaluation, best) if evaluation is not None else ""
        if best is not None and is_best and not figure:
            figure = f"{best.by} {best.value:.4g}"
        return Snapshot(file.path.name, file.kimg, _modified(file.path), figure, is_best)


def headline(evaluation: Evaluation, best: BestSnapshot | None) -> str:
    """The one figure by which snapshots are compared: that of the best one, or the first of which less is better."""
    figures = [each for each in evaluation.measurements if each.value is not None]
    if best is not None:
        values = [each.value for each in figures if each.name.startswith(best.metric) and each.value is not None]
        if values:
            return f"{best.by} {statistics.fmean(values):.4g}"
    first = next((each for each in figures if each.better == "lower"), None)
    return "" if first is None else f"{first.label} {first.value:.4g}"


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # it has just been removed
