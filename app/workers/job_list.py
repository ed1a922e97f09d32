"""The list of jobs that a panel shows: the last ones, and all that are not over."""

from __future__ import annotations

from collections import deque
from typing import Protocol, TypeVar

OVER = ("done", "found", "failed", "cancelled")


class Job(Protocol):
    """What is known of a job."""

    @property
    def state(self) -> str:
        """How it goes."""
        ...


Item = TypeVar("Item", bound=Job)


def add_job(items: deque[Item], item: Item, most: int) -> None:
    """Put a job before the others; of more than `most` the oldest go that are over, and never one that waits."""
    items.appendleft(item)
    for old in [each for each in reversed(items) if each.state in OVER][: max(len(items) - most, 0)]:
        items.remove(old)
