"""Processes told apart for good: a pid alone is reused, with creation time and host it is not."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass

import psutil

# Two readings of a creation time may differ by this much, seconds; the same pid is not reused that fast.
CREATED_TOLERANCE_S = 2.0
# What a process is called that starts the processes of a training and watches over them.
LAUNCHERS = ("torch.distributed.run", "torchrun")


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

    @property
    def is_local(self) -> bool:
        """Whether it runs, or ran, on this machine."""
        return self.host == platform.node()

    def alive(self) -> bool | None:
        """Whether it still runs; None when it belongs to another machine."""
        return process_alive(self.pid, self.created) if self.is_local else None

    def suspended(self) -> bool:
        """Whether it is on this machine and was halted from outside, as by Ctrl-Z or `kill -STOP`."""
        if not self.alive():
            return False
        try:
            return psutil.Process(self.pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
        except psutil.Error:
            return False

    def kill(self) -> bool:
        """End it at once if it still runs on this machine, with those that torchrun started beside it.

        Returns:
            Whether there was something to end.
        """
        if not self.alive():
            return False
        try:
            tree = _tree(psutil.Process(self.pid))
        except psutil.NoSuchProcess:
            return False
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        return True

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host or 'this machine'}"


def _tree(process: psutil.Process) -> list[psutil.Process]:
    """A process, or the torchrun that has started it, and all that come from it: who would react goes first."""
    with contextlib.suppress(psutil.AccessDenied):
        for ancestor in process.parents():
            if any(part.endswith(LAUNCHERS) for part in ancestor.cmdline()):
                process = ancestor
                break
    return [process, *process.children(recursive=True)]


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
