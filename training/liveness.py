"""Is a trainer alive?  Judged by its heartbeat changing, and by its process only on the same machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from training.processes import ProcessIdentity
from training.status import HEARTBEAT_S, OFFERED, CommandName, RunStatus, TrainerState

# A heartbeat that changed this recently proves life, whatever the process table says (containers share host names).
FRESH_S = 3 * HEARTBEAT_S
HUNG_AFTER_S = 120.0

# `new`: never started.  `dead`: its process is gone without having said so.  `hung`: no heartbeat for long.
RunState = TrainerState | Literal["new", "dead", "hung"]


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
        state: The trainer's own state, or `new`, `dead`, `hung`.
        status: The last status, if any.
        start: The start it is about, 0 before the first.
        age: Seconds since the last sign of life, infinite without any.
        message: For people: what is the matter, what to do.
    """

    state: RunState
    status: RunStatus | None
    start: int
    age: float
    message: str

    @property
    def active(self) -> bool:
        """Whether a trainer holds the run, as far as one can see."""
        return self.state in ("starting", "running", "paused", "stopping", "hung")

    @property
    def can_start(self) -> bool:
        """Whether one may start or resume it.  Of a silent one on another machine the lock has the last word."""
        foreign = self.status is not None and not self.status.process.is_local
        return not self.active or (self.state == "hung" and foreign)

    @property
    def offered(self) -> frozenset[CommandName]:
        """The commands that make sense now."""
        state = self.status.state if self.state == "hung" and self.status is not None else self.state
        return frozenset() if state in ("new", "dead", "hung") else OFFERED[state]


def judge(status: RunStatus | None, launch: Launch | None, age: float, hung_after: float = HUNG_AFTER_S) -> RunView:
    """What state a run is in.

    Args:
        status: The last status, if any.
        launch: What the launcher wrote last, if anything.
        age: Seconds since the heartbeat last changed.
        hung_after: Seconds without a heartbeat after which a trainer counts as hung.
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
    if status.ended:
        return RunView(status.state, status, status.start, age, status.message)
    process = status.process
    if age > FRESH_S and process.alive() is False:
        text = (
            f"the trainer ({process}) is gone without a word: it was killed or crashed; see log.txt.  Resume goes on."
        )
        return RunView("dead", status, status.start, age, text)
    if age > hung_after:
        text = f"no sign of life from the trainer ({process}) for {age:.0f} s; see log.txt"
        return RunView("hung", status, status.start, age, text)
    return RunView(status.state, status, status.start, age, status.message)


def _judge_launch(status: RunStatus | None, launch: Launch, hung_after: float) -> RunView:
    """The state of a start that has not reported yet."""
    age = max(time.time() - launch.time, 0.0)
    if launch.process.alive() is False:
        text = f"the trainer ({launch.process}) ended before it reported; see log.txt"
        return RunView("dead", status, launch.start, age, text)
    if age > hung_after:
        text = f"the trainer ({launch.process}) was started {age:.0f} s ago and has not reported; see log.txt"
        return RunView("hung", status, launch.start, age, text)
    return RunView("starting", status, launch.start, age, "the trainer is starting")
