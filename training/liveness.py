"""Is a trainer alive?  Judged by its heartbeat changing, and by its process only on the same machine."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import psutil

from training.status import HEARTBEAT_S, OFFERED, CommandName, RunStatus, TrainerState

# Two clocks may disagree on a creation time by this much; the same pid is not reused that fast.
CREATED_TOLERANCE_S = 2.0
# A heartbeat that changed this recently proves life, whatever the process table says (containers share host names).
FRESH_S = 3 * HEARTBEAT_S
HUNG_AFTER_S = 120.0

# `new`: never started.  `dead`: its process is gone without having said so.  `hung`: no heartbeat for long.
RunState = TrainerState | Literal["new", "dead", "hung"]


@dataclass(frozen=True)
class ProcessIdentity:
    """One process, told apart from later ones with its pid.

    Attributes:
        pid: Number of the process.
        created: When it was created, Unix seconds.
        host: Name of its machine.
    """

    pid: int
    created: float
    host: str

    @cached_property
    def is_local(self) -> bool:
        """Whether it runs, or ran, on this machine."""
        return self.host == platform.node()

    def alive(self) -> bool | None:
        """Whether it still runs; None when it belongs to another machine."""
        return process_alive(self.pid, self.created) if self.is_local else None

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host or 'this machine'}"


def own_identity() -> ProcessIdentity:
    """This process."""
    return ProcessIdentity(os.getpid(), psutil.Process().create_time(), platform.node())


def identity_of(pid: int) -> ProcessIdentity | None:
    """A process of this machine, or None when there is none."""
    try:
        return ProcessIdentity(pid, psutil.Process(pid).create_time(), platform.node())
    except psutil.Error:
        return None


def process_alive(pid: int, created: float) -> bool:
    """Whether the process of this machine with this pid and creation time (Unix seconds) runs.  Zombies do not."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) <= CREATED_TOLERANCE_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # it exists and belongs to somebody else


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
        """Whether one may start or resume it."""
        return not self.active

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
        return _judge_launch(status, launch, hung_after)
    if status is None:
        return RunView("new", None, 0, float("inf"), "has not been started")
    if status.ended:
        return RunView(status.state, status, status.start, age, status.message)
    process = ProcessIdentity(status.pid, status.pid_created, status.host)
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
