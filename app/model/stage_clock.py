"""How long each stage of the model worker's work takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from app.model.model_messages import Effort

StageName = Literal["read", "map", "synthesise", "bake", "fold", "occupancy"]


class StageClock:
    """Adds up the time of stages.

    Args:
        finish: Waits until the device has done what it was given.
        clock: Seconds; replaced in tests.
    """

    def __init__(
        self, finish: Callable[[], object] = lambda: None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._finish, self._clock = finish, clock
        self._milliseconds: dict[StageName, float] = {}

    @contextmanager
    def stage(self, name: StageName) -> Iterator[None]:
        """Measure what is done inside."""
        began = self._clock()
        yield
        self._finish()
        self.add(name, 1000 * (self._clock() - began))

    def add(self, name: StageName, milliseconds: float) -> None:
        """Count time that was measured elsewhere."""
        self._milliseconds[name] = self._milliseconds.get(name, 0.0) + milliseconds

    def effort(self, device: str, gpu_bytes: int | None) -> Effort:
        """All of it, as it is sent now."""
        return Effort(**self._milliseconds, sent=self._clock(), device=device, gpu_bytes=gpu_bytes)
