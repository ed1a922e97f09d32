"""The arrays of one tick of the attached run: of the newest, or of the one that somebody holds to look back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.runs.scalars import TICK
from app.runs.tick_files import read_arrays
from app.workers.loader import Loader, LoadFailure
from widgets.tick_strip import GoToTick, TickView

if TYPE_CHECKING:
    from app.runs.run_watch import WatchedRun

TIMESTAMP = "timestamp"
# Arrays of so many ticks stay in memory, for whoever goes back and forth.
KEPT = 16


@dataclass(frozen=True)
class TickId:
    """A tick's file as it was written: after a resume the same number is another one."""

    path: Path
    written: float


@dataclass(frozen=True)
class TickSpan:
    """A tick and its time.

    Attributes:
        tick: Its number.
        identity: Its file.
        start: When it began, kimg.
        end: When it ended.
    """

    tick: int
    identity: TickId
    start: float
    end: float


@dataclass(frozen=True, eq=False)
class TickRows:
    """All ticks of a run so far.  Equal only to itself, so that it costs nothing to compare.

    Attributes:
        path: The run.
        ticks: [n] their numbers, ascending.
        kimg: [n] when they ended.
        written: [n] when their files were written.
    """

    path: Path
    ticks: np.ndarray
    kimg: np.ndarray
    written: np.ndarray

    def span(self, index: int) -> TickSpan:
        """One tick by its place."""
        tick = int(self.ticks[index])
        identity = TickId(self.path / "ticks" / f"{tick:06d}.npz", float(self.written[index]))
        return TickSpan(tick, identity, float(self.kimg[index - 1]) if index else 0.0, float(self.kimg[index]))

    def shared(self, other: TickRows) -> int:
        """How many ticks are the same from the first one on."""
        if self.path != other.path:
            return 0
        least = min(len(self.ticks), len(other.ticks))
        differ = (self.ticks[:least] != other.ticks[:least]) | (self.written[:least] != other.written[:least])
        return int(np.argmax(differ)) if differ.any() else least


class TickHistory:
    """One moment for all panels that are about the ticks of a run.

    All methods are called on the window's thread.

    Args:
        wake: Called from a thread when arrays have come.

    Attributes:
        view: Which ticks there are, and which is meant.
        rows: All of them with their files; None without a run.
        problem: Why the tick that is meant cannot be shown; empty if it can, or is on its way.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._files: Loader[TickId, Mapping[str, np.ndarray]] = Loader(lambda tick: read_arrays(tick.path), wake, KEPT)
        self._run: WatchedRun | None = None
        self._held: int | None = None
        self._shown: tuple[TickId, Mapping[str, np.ndarray]] | None = None
        self.rows: TickRows | None = None
        self.view = TickView()
        self.problem = ""

    def show(self, run: WatchedRun | None) -> None:
        """From now on this is about this run; once a frame."""
        if run is None or self._run is None or run.item.path != self._run.item.path:
            self._held, self._shown, self.problem = None, None, ""
        if run is self._run:
            return
        self._run = run
        rows = rows_of(run) if run is not None else None
        if rows is None or self.rows is None or not len(rows.ticks) == len(self.rows.ticks) == rows.shared(self.rows):
            self.rows = rows  # else they stay the same object: nothing has to be read anew
        self.view = TickView(self.rows.ticks, self.rows.kimg, self._held) if self.rows else TickView(held=self._held)

    def go(self, wish: GoToTick) -> None:
        """Hold a tick, or follow the newest again."""
        self._held = wish.tick
        self.view = TickView(self.view.ticks, self.view.kimg, self._held)

    @property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """The arrays of the tick that is meant; of the one that was shown before while they are read, or none."""
        wanted = self._wanted()
        if wanted is None:
            return {}
        found = self._files.get(wanted)
        self.problem = found.message if isinstance(found, LoadFailure) else ""
        if found is not None and not isinstance(found, LoadFailure):
            self._shown = (wanted, found)
        return self._shown[1] if self._shown is not None and not self.problem else {}

    @property
    def version(self) -> TickId | None:
        """Changes with what `arrays` gave last."""
        return self._shown[0] if self._shown is not None else None

    def last(self, count: int) -> tuple[TickSpan, ...]:
        """The tick that is meant and those before it, at most so many, oldest first."""
        place = self.view.place
        return tuple(self._span(index) for index in range(max(place + 1 - count, 0), place + 1))

    def find(self, tick: int) -> TickSpan | None:
        """The tick of a number; None if there is none."""
        index = int(np.searchsorted(self.view.ticks, tick))
        there = index < len(self.view.ticks) and self.view.ticks[index] == tick
        return self._span(index) if there else None

    def close(self) -> None:
        """End the thread."""
        self._files.close()

    def _wanted(self) -> TickId | None:
        return self._span(self.view.place).identity if self.view.tick is not None else None

    def _span(self, index: int) -> TickSpan:
        """A tick by its place in the view."""
        assert self.rows is not None
        return self.rows.span(index)


def rows_of(run: WatchedRun) -> TickRows:
    """The ticks among the statistics of a run."""
    kimg, columns = run.curves.kimg, run.curves.columns
    numbers = columns.get(TICK, np.full(len(kimg), np.nan))
    there = np.flatnonzero(np.isfinite(numbers))
    ticks = numbers[there]
    written = columns.get(TIMESTAMP, numbers)[there]
    return TickRows(run.item.path, ticks.astype(np.int64), kimg[there], np.where(np.isfinite(written), written, ticks))
