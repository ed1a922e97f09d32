"""What happened to a run, for the marks in its curves: new starts, pauses, changes, snapshots, flat shapes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from app.runs.scalars import KIMG
from widgets.views import EventKind, RunEvent

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.commands import Acknowledgement
    from training.run_dir import RunDirectory

STEP, START, STAMP = "Progress/step", "Progress/start", "timestamp"
ALARM, RELIEF = "Metrics/flatness_alarm", "Metrics/relief"
MOMENTS = (KIMG, STEP, START, ALARM)
# A command's result when it was obeyed: the kind of event, and how a person would say it.
OBEYED: dict[tuple[str, str], tuple[EventKind, str]] = {
    ("pause", "paused"): ("pause", "Paused"),
    ("resume", "running"): ("resume", "Resumed"),
}


class EventWatch:
    """Reads the acknowledgements of a run, again only when there are other ones."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._names: frozenset[str] = frozenset()
        self._answers: tuple[Acknowledgement, ...] = ()
        self._changes_stamp = (0, 0)
        self._changes: list[RunEvent] = []
        self._of: object = None
        self._events: tuple[RunEvent, ...] = ()

    def look(self, columns: Mapping[str, np.ndarray]) -> tuple[RunEvent, ...]:
        """All that happened so far.  Raises RunError, OSError.

        Args:
            columns: Of the statistics, [n] each.
        """
        from training.commands import DONE, acknowledgements

        try:
            names = frozenset(path.name for path in (self._run.commands_path / DONE).iterdir())
        except FileNotFoundError:
            names = frozenset()
        if names != self._names:
            self._answers, self._names = tuple(acknowledgements(self._run.commands_path)), names
        snapshots, changes = self._snapshots(), self._changed()
        # Statistics that were cut back and have grown again belong to another start.
        ends = tuple(
            (len(values), *map(str, values[-1:])) for name in MOMENTS if (values := columns.get(name)) is not None
        )
        wanted = (ends, names, snapshots, changes)
        if wanted != self._of:
            events = [*starts(columns), *_answered(self._answers, columns), *snapshots, *changes, *flat_shapes(columns)]
            self._of, self._events = wanted, tuple(sorted(events, key=lambda event: event.kimg))
        return self._events

    def _changed(self) -> list[RunEvent]:
        """Changes of settings, read again only when the record has changed."""
        try:
            stamp = self._run.changes_path.stat()
        except FileNotFoundError:
            return []
        if (stamp.st_mtime_ns, stamp.st_size) != self._changes_stamp:
            from training.setting_schema import LABELS
            from training.steering import words_of

            self._changes_stamp = stamp.st_mtime_ns, stamp.st_size
            self._changes = [
                RunEvent("set", change.kimg, f"{words_of(change.values, LABELS)}{_when(change.time)}")
                for change in self._run.changes()
            ]
        return self._changes

    def _snapshots(self) -> list[RunEvent]:
        """All snapshots; one of them may be the best by a metric, and is kept."""
        from training.best import read_best

        best = read_best(self._run.path)
        return [
            RunEvent("best", file.kimg, f"Snapshot {file.path.stem}, the best by {best.by}: {best.value:.4g}")
            if best is not None and best.snapshot == file.path.name
            else RunEvent("snapshot", file.kimg, f"Snapshot {file.path.stem}")
            for file in self._run.snapshots()
        ]


def flat_shapes(columns: Mapping[str, np.ndarray]) -> list[RunEvent]:
    """Where shapes became all but flat; again only after they were not."""
    alarms, kimg = columns.get(ALARM), columns.get(KIMG)
    if alarms is None or kimg is None:
        return []
    measured = np.flatnonzero(~np.isnan(alarms))
    begun = measured[np.diff(alarms[measured] > 0, prepend=False) & (alarms[measured] > 0)]
    reliefs = columns.get(RELIEF, np.full(len(kimg), np.nan))
    return [
        RunEvent("flat", float(kimg[index]), f"Shapes are all but flat: relief {reliefs[index]:.3f}") for index in begun
    ]


def flatness(columns: Mapping[str, np.ndarray]) -> str:
    """What the last measurement says of shapes that are all but flat; empty if it says nothing."""
    alarms = columns.get(ALARM)
    measured = np.flatnonzero(~np.isnan(alarms)) if alarms is not None else []
    if alarms is None or not len(measured) or alarms[measured[-1]] <= 0:
        return ""
    relief = columns.get(RELIEF, np.full(len(alarms), np.nan))[measured[-1]]
    return f"the shapes are all but flat: relief {relief:.3f}, where a plane has 0 and a sphere 0.47; the Log says more"


def starts(columns: Mapping[str, np.ndarray]) -> list[RunEvent]:
    """Every start but the first: it lies at the last line of the start before."""
    number, kimg = columns.get(START), columns.get(KIMG)
    if number is None or kimg is None:
        return []
    stamps = columns.get(STAMP, np.full(len(kimg), np.nan))
    known = np.flatnonzero(~np.isnan(number))
    changed = known[1:][np.diff(number[known]) != 0]
    return [
        RunEvent("start", float(kimg[index - 1]), f"Start {number[index]:.0f}{_when(float(stamps[index]))}")
        for index in changed
    ]


def _answered(answers: tuple[Acknowledgement, ...], columns: Mapping[str, np.ndarray]) -> list[RunEvent]:
    """Pauses and their ends, but for those in a part of training that a later start has cut away."""
    steps, kimg = columns.get(STEP), columns.get(KIMG)
    if steps is None or kimg is None or not len(kimg):
        return []
    known = ~np.isnan(steps)
    number = columns.get(START, np.zeros(len(kimg)))
    events = []
    for answer in answers:
        event = OBEYED.get((answer.command, answer.result))
        redone = known & (number > answer.start) & (steps <= answer.step)
        if event is not None and not redone.any() and known.any():
            place = float(np.interp(answer.step, steps[known], kimg[known]))
            events.append(RunEvent(event[0], place, event[1] + _when(answer.acknowledged)))
    return events


def _when(stamp: float) -> str:
    """A moment for people; nothing if it is not known."""
    return "" if np.isnan(stamp) else time.strftime(", %Y-%m-%d %H:%M", time.localtime(stamp))
