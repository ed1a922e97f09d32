"""Coverage of the image plane from the beginning of a run up to any of its ticks, read bit by bit on a thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.runs.drawn_patches import MOMENTS, coverage_of, places_of, read_draws, tick_problem
from app.runs.law_study import read_course
from app.runs.tick_files import TickError
from app.runs.tick_history import TickHistory, TickRows
from app.workers.loader import RETRY_S, Loader, LoadFailure
from core.coverage_sums import KEPT, PLACES, CoverageSums, SumsCourse, place_counts
from core.goodness import fit_counts
from core.scale_course import Course
from widgets.patch_views import CoverageSoFar
from widgets.views import RunEvent

# So long is read until it is told how far it is, and heard whether something else is wanted.
BUDGET_S = 0.15


@dataclass(frozen=True)
class SoFarKey:
    """Up to where coverage is wanted.

    Attributes:
        made: Changes that were made so far: with each the run's law may be another.
        rows: All ticks there are.
        place: Of the tick that is looked at, among them.
        step: Counts on to have more read.
    """

    made: tuple[RunEvent, ...]
    rows: TickRows
    place: int
    step: int = 0


class SoFarWatch:
    """Asks a reader on a thread for more, as long as there is more.  All methods are called on the window's thread.

    Args:
        wake: Called from the thread when something was read.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._reader: Loader[SoFarKey, CoverageSoFar] = Loader(SoFarReader().read, wake)
        self._step, self._try_again = 0, 0.0
        self._shown: tuple[Path, CoverageSoFar] | None = None

    def get(self, path: Path, made: tuple[RunEvent, ...], ticks: TickHistory) -> CoverageSoFar | LoadFailure | None:
        """What is read up to the tick that is looked at; what was shown last of the run until some of it is."""
        if ticks.rows is None or ticks.rows.path != path or not len(ticks.rows.ticks):
            return None
        key = SoFarKey(made, ticks.rows, ticks.view.place, self._step)
        found = self._reader.get(key)
        if isinstance(found, LoadFailure):
            return found
        if found is not None:
            self._shown = (path, found)
            if found.unfinished or (found.skipped and time.monotonic() >= self._try_again):
                self._step, self._try_again = self._step + 1, time.monotonic() + RETRY_S
                self._reader.get(replace(key, step=self._step))
        return self._shown[1] if self._shown is not None and self._shown[0] == path else None

    def close(self) -> None:
        """End the thread."""
        self._reader.close()


class SoFarReader:
    """Goes through the ticks of a run, and adds up what their patches cover.

    Each file is read once.  After that only the few between the sums that are kept and a tick that is looked back at
    are read again, and those after a resume.

    Args:
        budget_s: How long a call reads, at least one tick.
        keep: How many sums are kept.
    """

    def __init__(self, budget_s: float = BUDGET_S, keep: int = KEPT) -> None:
        self._budget_s = budget_s
        self._keep = keep
        self._course: Course | None = None
        self._key: SoFarKey | None = None
        self._start()

    def read(self, key: SoFarKey) -> CoverageSoFar:
        """Read on.  Raises ConfigError, RunError; TickError if a tick is gone that was read before."""
        self._follow(key)
        deadline, wanted = time.monotonic() + self._budget_s, key.place + 1
        self._retry(deadline)
        if wanted < self._sums.length:
            read, sums = self._back(wanted, deadline)
        else:
            self._on(wanted, deadline)
            read, sums = self._sums.length, self._sums.total
        if read == wanted and time.monotonic() < deadline:
            self._on(len(key.rows.ticks), deadline)  # for whoever goes there next
        return self._view(key, read, sums)

    def _start(self) -> None:
        self._sums = SumsCourse(self._keep)
        self._missed: dict[int, str] = {}  # why, by place
        self._between: tuple[int, CoverageSums] | None = None  # how far the way back to a tick is gone
        self._pause, self._retry_at = RETRY_S, 0.0

    def _follow(self, key: SoFarKey) -> None:
        """Forget what no longer holds: another run, ticks that a resume cut off, another law."""
        before = self._key
        if before is not None and (before.made, before.rows) == (key.made, key.rows):
            return
        course = self._course
        _, self._course = read_course(key.rows.path)
        self._key = key
        if before is None or before.rows.path != key.rows.path or course is None:
            self._start()
            return
        agree = int(np.searchsorted(key.rows.kimg, self._course.agrees_until(course), side="right"))
        same = min(key.rows.shared(before.rows), agree)
        if same < self._sums.length:
            self._sums.cut(same)
            self._missed = {place: why for place, why in self._missed.items() if place < self._sums.length}
            self._between = None

    def _on(self, wanted: int, deadline: float) -> None:
        """Add ticks until there are so many, or time is up."""
        while self._sums.length < wanted:
            place = self._sums.length
            try:
                self._sums.append(self._tick(place))
            except TickError as error:
                self._sums.append(CoverageSums.nothing())
                self._missed[place] = str(error)
                self._pause, self._retry_at = RETRY_S, time.monotonic() + RETRY_S
            if time.monotonic() >= deadline:
                return

    def _back(self, wanted: int, deadline: float) -> tuple[int, CoverageSums]:
        """The sums over so many ticks, or as many of them as time allows."""
        read, sums = self._sums.before(wanted)
        if self._between is not None and read < self._between[0] <= wanted:
            read, sums = self._between
        while read < wanted:
            if read not in self._missed:
                sums += self._tick(read)
            read += 1
            self._between = (read, sums)
            if time.monotonic() >= deadline:
                break
        return read, sums

    def _retry(self, deadline: float) -> None:
        """Try again what could not be read, the newest first: it may only have been copied.  Ever less often."""
        if not self._missed or time.monotonic() < self._retry_at:
            return
        found = False
        for place in sorted(self._missed, reverse=True):
            if time.monotonic() >= deadline:
                break
            try:
                tick = self._tick(place)
            except TickError as error:
                self._missed[place] = str(error)
                continue
            found = True
            del self._missed[place]
            self._sums.repair(place, tick)
            self._between = None
        self._pause = RETRY_S if found else 2 * self._pause
        self._retry_at = time.monotonic() + self._pause

    def _tick(self, place: int) -> CoverageSums:
        """What one tick adds.  Raises TickError."""
        assert self._key is not None
        assert self._course is not None
        span = self._key.rows.span(place)
        try:
            draws = read_draws(span.identity.path)
        except (TickError, OSError) as error:
            raise TickError(tick_problem(error, span.identity.path)) from error
        # The first ticks are more of the sum, so their laws are taken at more moments.
        law = self._course.mixture([(span.start, span.end, 1.0)], max(MOMENTS // (place + 1), 1))
        count = len(draws.scales)
        places = place_counts(places_of(draws.scales, draws.offsets))
        return CoverageSums(count, draws.seen, count * coverage_of(law), places)

    def _view(self, key: SoFarKey, read: int, sums: CoverageSums) -> CoverageSoFar:
        ticks, kimg, draws = key.rows.ticks, key.rows.kimg, max(sums.draws, 1)
        skipped = [place for place in self._missed if place < read]
        even = np.arange(1, PLACES + 1) / PLACES
        across, up = (fit_counts(counts, even) for counts in sums.places)
        return CoverageSoFar(
            ticks=(int(ticks[0]), int(ticks[max(read, 1) - 1])),
            kimg=(0.0, float(kimg[max(read, 1) - 1])),
            seen=sums.seen / draws,
            expected=sums.expected / draws,
            places=(across, up),
            draws=sums.draws,
            read=read,
            wanted=key.place + 1,
            skipped=len(skipped),
            problem=self._missed[max(skipped)] if skipped else "",
            unfinished=read < key.place + 1 or self._sums.length < len(key.rows.ticks),
        )
