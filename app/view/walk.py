"""A sample that moves by itself: from seed to seed along a row of the lattice."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.lattice import moved
from core.scene import Latent

# A walk that stood still (window hidden, machine asleep) goes on from where it was.
LONGEST_STEP_S = 0.1


class Walk:
    """Moves a latent with the time that passes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.on = False
        self._clock = clock
        self._last: float | None = None

    def moved(self, latent: Latent, speed: float) -> Latent:
        """The latent now, at so many seeds per second; the same one while nobody walks."""
        now, last = self._clock(), self._last
        self._last = now if self.on else None
        if not self.on or last is None:
            return latent
        return moved(latent, speed * min(now - last, LONGEST_STEP_S), 0.0)
