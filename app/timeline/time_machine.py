"""The time machine: which snapshot of the shown run is on show, and when the next one is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from app.runs.run_watch import WatchedRun
from core.scene import Source
from widgets.time_view import GoTo, Play, SetTime, Snapshot, Step, TimeIntent, TimeSetup, TimeView, place

# Whether what the Scene asks for is on the screen, on its way, or cannot be had.
Progress = Literal["shown", "waiting", "failed"]
# So many are fetched ahead while time runs.
AHEAD = 3


@dataclass(frozen=True)
class Moment:
    """How far the present snapshot is.

    Attributes:
        progress: Whether it is on the screen.
        message: Why it cannot be shown, if so.
        kimg: How long the weights on the screen were trained, if that is known.
    """

    progress: Progress = "waiting"
    message: str = ""
    kimg: float | None = None


class TimeMachine:
    """Turns steps, jumps and the passing of time into Sources of the same run.

    The place is kept by the name of the file, so that snapshots may come and go without moving it.

    Args:
        clock: Seconds; replaced in tests.

    Attributes:
        setup: How time runs.
        playing: Whether it does.
        homesick: Somebody has asked for the newest weights; whoever sees to that sets it back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.setup = TimeSetup()
        self.playing = self.homesick = False
        self._clock = clock
        self._source = Source()
        self._run: WatchedRun | None = None
        self._held: Snapshot | None = None
        self._moment = Moment()
        self._shown_at: float | None = None
        self._wanted: str | None = None
        self._broken: dict[tuple[str, float], str] = {}

    @property
    def active(self) -> bool:
        """Whether a run is on show, so that there is a past."""
        return self._source.kind == "run"

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Those of the run on show, oldest first."""
        return self._run.snapshots if self._run is not None else ()

    @property
    def index(self) -> int:
        """Where in the past it is: one past the last snapshot is the present."""
        return place(self.snapshots, self._held)

    def update(self, source: Source, run: WatchedRun | None, moment: Moment) -> Source:
        """Let time pass.

        Args:
            source: What is on show.
            run: The attached run, if it was looked at.
            moment: How far what is on show is.

        Returns:
            What is to be shown now.
        """
        if (source.kind, source.path) != (self._source.kind, self._source.path):
            self.playing, self._held, self._broken, self._wanted = False, None, {}, None
        if self._wanted is not None and self._wanted != source.snapshot:
            source, moment = replace(source, snapshot=self._wanted), Moment()
        if source != self._source:
            self._shown_at = None
        self._source, self._moment, self._wanted = source, moment, None
        mine = source.kind == "run" and run is not None and Path(source.path) == run.item.path
        self._run = run if mine else None
        self._hold(source.snapshot)
        if self._run is not None:
            self._note(moment)
            if self.playing:
                self._run_on(moment)
        self._wanted = None
        return self._source

    def handle(self, intent: TimeIntent) -> None:
        """Do what somebody wants; `update` then returns it."""
        match intent:
            case GoTo(name):
                self.playing = False
                self._go(name)
            case Step(by):
                self.step(by)
            case Play(on):
                self.play(on)
            case SetTime(setup):
                self.setup = setup

    def step(self, by: int) -> None:
        """Go on by so many snapshots, or back."""
        self.playing = False
        missing = self._held is not None and self._held not in self.snapshots
        index = self.index + by - (1 if missing and by > 0 else 0)
        self._go_to(min(max(index, 0), len(self.snapshots)))

    def play(self, on: bool) -> None:
        """Let time run from here, from the beginning if this is the end; or stop it."""
        self.playing = on and len(self.snapshots) > 1
        if self.playing and self.index >= len(self.snapshots) - 1:
            self._go_to(0)

    def go_live(self) -> None:
        """Show the newest weights."""
        self.handle(GoTo(""))

    @property
    def ahead(self) -> tuple[Source, ...]:
        """What may be wanted next, the most likely first."""
        if self._run is None or (self._held is None and self._run.item.view.active):
            return ()  # who follows a training does not want it to wait for the past
        here, count = self.index, len(self.snapshots)
        wanted = self._coming()[:AHEAD] if self.playing else [here + 1, here - 1]
        names = [self.snapshots[index].name for index in wanted if 0 <= index < count]
        return tuple(replace(self._source, snapshot=name) for name in names)

    @property
    def view(self) -> TimeView | None:
        """What the strip shows; None where there is no run."""
        if not self.active:
            return None
        run, held = self._run, self._held
        return TimeView(
            snapshots=self.snapshots,
            held=held,
            missing=run is not None and held is not None and self._find(held.name) is None,
            waiting=self._moment.progress == "waiting",
            playing=self.playing,
            setup=self.setup,
            learning=run is not None and run.item.view.active,
            kimg=self._moment.kimg,
            loading=run is None,
            broken=tuple((name, message) for (name, _), message in self._broken.items()),
        )

    def _find(self, name: str) -> Snapshot | None:
        return next((each for each in self.snapshots if each.name == name), None)

    def _hold(self, name: str) -> None:
        """Know what is held: what a file that is gone was like is remembered."""
        found = self._find(name)
        if found is not None:
            self._held = found
        elif not name:
            self._held = None
        elif self._held is None or self._held.name != name:
            stem = name.removesuffix(".safetensors")
            self._held = Snapshot(name, float(stem) if stem.replace(".", "", 1).isdecimal() else 0.0)

    def _go(self, name: str) -> None:
        if name != self._source.snapshot:
            self._source = replace(self._source, snapshot=name)
            self._moment, self._shown_at = Moment(), None
            self._hold(name)
        self._wanted, self.homesick = name, not name

    def _go_to(self, index: int) -> None:
        """Show a snapshot by its number; one past the last is the newest weights."""
        if self._run is not None:
            self._go(self.snapshots[index].name if index < len(self.snapshots) else "")

    def _note(self, moment: Moment) -> None:
        """Remember what cannot be shown, and since when the rest is."""
        held = self._held
        if moment.progress == "shown":
            self._shown_at = self._clock() if self._shown_at is None else self._shown_at
        if held is None:
            return
        key = (held.name, held.written)
        if moment.progress == "failed" and self._find(held.name) is not None:
            self._broken[key] = moment.message
        elif moment.progress == "shown":
            self._broken.pop(key, None)

    def _run_on(self, moment: Moment) -> None:
        """Go to the next snapshot if it is due; those that cannot be shown are passed over."""
        due = self._shown_at is not None and self._clock() >= self._shown_at + 1 / self.setup.rate
        if not due and moment.progress != "failed":
            return
        following = next((index for index in self._coming() if not self._is_broken(index)), None)
        if following is None:
            self.playing = False  # the end, or nothing that can be shown
        else:
            self._go_to(following)

    def _coming(self) -> list[int]:
        """Numbers of the snapshots that time will bring, in their order."""
        here, count = self.index, len(self.snapshots)
        missing = self._held is not None and self._held not in self.snapshots
        later, earlier = range(here if missing else here + 1, count), range(min(here, count))
        return [*later, *(earlier if self.setup.loop else ())]

    def _is_broken(self, index: int) -> bool:
        return (self.snapshots[index].name, self.snapshots[index].written) in self._broken
