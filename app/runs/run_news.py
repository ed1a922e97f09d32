"""Says what becomes of living runs: one that dies while somebody looks elsewhere must not go unnoticed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from widgets.runs_view import RunItem

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.liveness import RunState

log = logging.getLogger(__name__)

ACTIVE = ("starting", "running", "paused", "stopping", "slow", "hung")


class RunNews:
    """Remembers the states of runs, and logs the changes that somebody should hear of."""

    def __init__(self) -> None:
        self._seen: Iterable[RunItem] = ()
        self._states: dict[Path, RunState] = {}

    def look(self, items: tuple[RunItem, ...]) -> None:
        """Compare with the last look."""
        if items is self._seen:
            return
        before, self._seen = self._states, items
        self._states = {item.path: item.view.state for item in items if not item.problem}
        for item in items:
            old, new = before.get(item.path), item.view.state
            if item.path in self._states and old in ACTIVE and new != old:
                _say(item)


def _say(item: RunItem) -> None:
    view = item.view
    match view.state:
        case "dead" | "failed":
            log.error("%s: %s", item.name, view.message)
        case "hung":
            log.warning("%s: %s", item.name, view.message)
        case "finished" if view.status is not None:
            log.info("%s has finished its %g kimg", item.name, view.status.total_kimg)
        case _:
            pass
