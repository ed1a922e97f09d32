"""Asks for score maps and curves step by step, coarse first; gives up what nobody wants any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from app.model.model_messages import BakeRequest
from app.model.score_messages import CURVE, MAP, CurveAnswer, CurveQuestion, Judged, MapAnswer, MapQuestion
from app.workers.asking import Asking
from app.workers.worker_share import Asked
from core.score_grid import CURVE_COUNTS, Place, map_counts
from widgets.score_view import KINDS, Kind


@dataclass(frozen=True)
class Wanted:
    """All that shall be known.

    Attributes:
        sample: The sample that is shown.
        judged: Pictures by kind; only those that can be had.
        scale: Of the patches of maps.
        count: Positions along a side of a map, at most.
        place: Of the curves.
    """

    sample: BakeRequest
    judged: tuple[Judged, ...]
    scale: float
    count: int
    place: Place


class ScoreClient:
    """Four kinds of requests at one desk, of which one is asked at a time, so that others come in between.

    Args:
        desk: Of the model worker.
        clock: Seconds; replaced in tests.

    Attributes:
        maps: What has come of the maps; their arrays are scores and picture.
        curves: Likewise; their arrays are scales and scores.
        cancelled: Whether somebody gave up what is wanted.
        complete: Whether all that is wanted is known, or cannot be.
        seconds: What the last complete answer has taken, from the first question on.
    """

    def __init__(self, desk: Asked, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._clock = desk, clock
        self.maps: dict[Kind, Asking[MapQuestion, MapAnswer]] = {kind: Asking(desk, f"{MAP} {kind}") for kind in KINDS}
        self.curves: dict[Kind, Asking[CurveQuestion, CurveAnswer]] = {
            kind: Asking(desk, f"{CURVE} {kind}") for kind in KINDS
        }
        self._wanted: Wanted | None = None
        self._begun_at = 0.0
        self.cancelled, self.complete, self.seconds = False, False, 0.0

    @property
    def all(self) -> tuple[Asking[MapQuestion, MapAnswer] | Asking[CurveQuestion, CurveAnswer], ...]:
        """Everything that is asked."""
        return (*self.maps.values(), *self.curves.values())

    @property
    def waits(self) -> bool:
        """Whether something was asked that has not come yet."""
        return any(asking.waits for asking in self.all)

    @property
    def progress(self) -> str:
        """What the worker does, for people; empty while it does nothing."""
        found = next((asking.progress for asking in self.all if asking.waits and asking.progress is not None), None)
        return "" if found is None else found.text

    def take(self) -> None:
        """Take what has come."""
        for event in self._desk.take():
            for asking in self.all:
                asking.receive(event)

    def update(self, wanted: Wanted | None) -> None:
        """Ask for the next that is missing.  With None nobody wants anything for now."""
        if wanted != self._wanted:
            self._give_up()
            self._wanted, self.cancelled, self.complete, self._begun_at = wanted, False, False, self._clock()
        if wanted is None or self.cancelled or self.waits:
            return
        missing = next(self._missing(wanted), None)
        if missing is None:
            if not self.complete:
                self.complete, self.seconds = True, self._clock() - self._begun_at
            return
        kind, question = missing
        if isinstance(question, MapQuestion):
            self.maps[kind].want(question)
        else:
            self.curves[kind].want(question)

    def cancel(self) -> None:
        """Give up what is missing, until something else is wanted, or `retry`."""
        self._give_up()
        self.cancelled = True

    def retry(self) -> None:
        """Ask again for what has failed or was given up."""
        self.cancelled = self.complete = False
        for asking in self.all:
            if asking.problem is not None:
                asking.retry()

    def _give_up(self) -> None:
        for asking in self.all:
            asking.cancel()
            asking.retry()

    def _missing(self, wanted: Wanted) -> Iterator[tuple[Kind, MapQuestion | CurveQuestion]]:
        """What is not known yet, in the order in which it is asked; what has failed is left alone."""
        for step in zip_longest(map_counts(wanted.scale, wanted.count), CURVE_COUNTS):
            for judged in wanted.judged:
                if self.maps[judged.kind].problem is not None or self.curves[judged.kind].problem is not None:
                    continue
                for question in _step(wanted, judged, *step):
                    if not self._knows(judged.kind, question):
                        yield judged.kind, question

    def _knows(self, kind: Kind, question: MapQuestion | CurveQuestion) -> bool:
        """Whether the last answer is this one, or a finer one."""
        if isinstance(question, MapQuestion):
            answer = self.maps[kind].answer
            return answer is not None and _finer(answer.question, question)
        found = self.curves[kind].answer
        return found is not None and _finer_curve(found.question, question)


def _step(
    wanted: Wanted, judged: Judged, squares: int | None, scales: int | None
) -> Iterator[MapQuestion | CurveQuestion]:
    if squares is not None:
        yield MapQuestion(wanted.sample, judged, wanted.scale, squares)
    if scales is not None:
        yield CurveQuestion(wanted.sample, judged, wanted.place, scales)


def _finer(found: MapQuestion, wanted: MapQuestion) -> bool:
    same = (found.sample, found.judged, found.scale) == (wanted.sample, wanted.judged, wanted.scale)
    return same and found.count >= wanted.count


def _finer_curve(found: CurveQuestion, wanted: CurveQuestion) -> bool:
    same = (found.sample, found.judged, found.place) == (wanted.sample, wanted.judged, wanted.place)
    return same and found.count >= wanted.count
