"""Lets a process step back behind others: those at work for somebody who waits come first."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# Below the window and its workers, which must answer while training runs on the same cores.
TRAINER_NICENESS = 5
# Below trainers too: a measurement can wait.
PROBE_NICENESS = 10


def step_back(niceness: int) -> None:
    """Lower this process's priority, where the system has such a thing.

    Args:
        niceness: 1, hardly, to 19, only when nobody else wants the processor.
    """
    if hasattr(os, "nice"):
        os.nice(niceness)
    # Linux weighs sessions against each other first, and a detached process has its own (man 7 sched, autogroup).
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def go_first_when_memory_ends() -> None:
    """Let Linux end this process before any other when memory runs out (man 5 proc, oom_score_adj)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
