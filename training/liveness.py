"""Is a trainer alive?  Judged by its heartbeat changing, and by its process only on the same machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from training.processes import ProcessIdentity
from training.status import HEARTBEAT_S, OFFERED, CommandName, RunStatus, TrainerState

# A heartbeat that changed this recently proves life, whatever the process table says (containers share host names).
FRESH_S = 3 * HEARTBEAT_S
# Without a heartbeat for this long a trainer is slow, then hung; or for so many of its steps, where those take longer.
SLOW_AFTER_S, SLOW_STEPS = 20.0, 3
HUNG_AFTER_S, HUNG_STEPS = 120.0, 10

# `new`: never started.  `slow`: no heartbeat for some time.  `hung`: for long, or halted from outside.
# `dead`: its process is gone without having said so.
RunState = TrainerState | Literal["new", "slow", "hung", "dead"]


@dataclass(frozen=True)
class Launch:
    """What the launcher wrote down: a start that may not have reported yet.

    Attributes:
        start: Which start of the run it is, from 1.
        process: The process that was started.
        time: When, Unix seconds.
    """

    start: int
    process: ProcessIdentity
    time: float


@dataclass(frozen=True)
class RunView:
    """A run as an observer sees it.

    Attributes:
        state: The trainer's own state, or `new`, `slow`, `hung`, `dead`.
        status: The last status, if any.
        start: The start it is about, 0 before the first.
        age: Seconds since the last sign of life, infinite without any.
        message: For people: what is the matter, what to do.
        process: The trainer's, if there ever was one.
    """

    state: RunState
    status: RunStatus | None
    start: int
    age: float
    message: str
    process: ProcessIdentity | None = None

    @property
    def active(self) -> bool:
        """Whether a trainer holds the run, as far as one can see."""
        return self.state in ("starting", "running", "paused", "stopping", "slow", "hung")

    @property
    def can_start(self) -> bool:
        """Whether one may start or resume it.  Of a silent one on another machine the lock has the last word."""
        foreign = self.status is not None and not self.status.process.is_local
        return not self.active or (self.state == "hung" and foreign)

    @property
    def can_end(self) -> bool:
        """Whether its process may be ended from here, as the last resort."""
        return self.state == "hung" and self.process is not None and self.process.is_local

    @property
    def offered(self) -> frozenset[CommandName]:
        """The commands that make sense now; a slow or hung trainer obeys when it comes to itself."""
        if self.state in ("slow", "hung"):
            return OFFERED[self._said]
        return frozenset() if self.state in ("new", "dead") else OFFERED[self.state]

    @property
    def _said(self) -> TrainerState:
        """The last word of the present start."""
        return self.status.state if self.status is not None and self.status.start == self.start else "starting"


def judge(status: RunStatus | None, launch: Launch | None, age: float, hung_after: float = HUNG_AFTER_S) -> RunView:
    """What state a run is in.

    Args:
        status: The last status, if any.
        launch: What the launcher wrote last, if anything.
        age: Seconds since the heartbeat last changed.
        hung_after: Seconds without a heartbeat after which a trainer counts as hung, if its steps are short.
    """
    if launch is not None and (status is None or launch.start > status.start):
        view = _judge_launch(status, launch, hung_after)
        if view.state != "dead" or status is None:
            return view
        # A start that failed because another trainer has the run must not hide that one.
        present = _judge_status(status, age, hung_after)
        return present if present.active else view
    if status is None:
        return RunView("new", None, 0, float("inf"), "has not been started")
    return _judge_status(status, age, hung_after)


def _judge_status(status: RunStatus, age: float, hung_after: float) -> RunView:
    """The state of a start that has reported."""
    process, state, text = status.process, status.state, status.message
    step = status.step_s or 0.0
    hung_after = max(hung_after, HUNG_STEPS * step)
    slow_after = min(max(SLOW_AFTER_S, SLOW_STEPS * step), hung_after)
    if status.ended:
        return RunView(state, status, status.start, age, text, process)
    if age > FRESH_S and process.alive() is False:
        state = "dead"
        text = f"the trainer ({process}) is gone without a word: it was killed or crashed; see log.txt. Resume goes on."
    elif age > FRESH_S and process.suspended():
        state, text = "hung", _suspended(process)
    elif age > hung_after:
        way_out = "End its process and resume, if it does not come back." if process.is_local else "See to it there."
        state, text = "hung", f"no sign of life from the trainer ({process}) for {_span(age)}; see log.txt. {way_out}"
    elif age > slow_after:
        usual = f", a step usually takes {_span(step)}" if step >= 1 else ""
        text = f"no sign of life for {_span(age)}{usual}: the machine may be busy. Wait; commands are obeyed later."
        state = "slow"
    return RunView(state, status, status.start, age, text, process)


def _judge_launch(status: RunStatus | None, launch: Launch, hung_after: float) -> RunView:
    """The state of a start that has not reported yet."""
    age = max(time.time() - launch.time, 0.0)
    process, state, text = launch.process, "starting", "the trainer is starting"
    if process.alive() is False:
        state, text = "dead", f"the trainer ({process}) ended before it reported; see log.txt"
    elif age > FRESH_S and process.suspended():
        state, text = "hung", _suspended(process)
    elif age > hung_after:
        state, text = "hung", f"the trainer ({process}) was started {_span(age)} ago and has not reported; see log.txt"
    elif age > SLOW_AFTER_S:
        state, text = (
            "slow",
            f"the trainer was started {_span(age)} ago and still loads: the machine may be busy. Wait.",
        )
    return RunView(state, status, launch.start, age, text, process)


def _suspended(process: ProcessIdentity) -> str:
    return f"the trainer ({process}) was halted from outside: `kill -CONT {process.pid}` lets it go on"


def _span(seconds: float) -> str:
    """A time span in words, in steps so coarse that what shows it need not change all the time."""
    if seconds < 10:
        return f"{seconds:.0f} s"
    return f"{5 * round(seconds / 5)} s" if seconds < 120 else f"{seconds / 60:.0f} min"
