"""Cameras that move by themselves: round the object, or to a view that was asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from core.camera import Camera
from core.views import between

# A turn that stood still (window hidden, machine asleep) goes on from where it was.
LONGEST_STEP_S = 0.1
# So long takes the way to a view: enough to see where it leads.
FLIGHT_S = 0.35


class Turntable:
    """Turns a camera with the time that passes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.on = False
        self._clock = clock
        self._last: float | None = None

    def toggle(self) -> None:
        """Begin or end to turn."""
        self.on = not self.on

    def turned(self, camera: Camera, turn_seconds: float) -> Camera:
        """The camera now, at so many seconds for once around; the same one while the turntable is off."""
        now, last = self._clock(), self._last
        self._last = now if self.on else None
        if not self.on or last is None:
            return camera
        return camera.orbited(math.tau / turn_seconds * min(now - last, LONGEST_STEP_S), 0.0)


class Flight:
    """The way of a camera to another one: short, smooth, and over as soon as anything else moves the camera."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._way: tuple[Camera, Camera, float] | None = None
        self._last: Camera | None = None

    @property
    def on(self) -> bool:
        """Whether it is under way."""
        return self._way is not None

    @property
    def goal(self) -> Camera | None:
        """Where it leads; None while there is none."""
        return self._way[1] if self._way is not None else None

    def stop(self) -> None:
        """Stay where the camera is now."""
        self._way = None

    def begin(self, start: Camera, goal: Camera) -> None:
        """Set out."""
        self._way, self._last = (start, goal, self._clock()), start

    def moved(self, camera: Camera) -> Camera:
        """The camera now; the same one while there is no flight, or if it is no longer where the flight had it."""
        if self._way is None or camera != self._last:
            self._way = None
            return camera
        start, goal, began = self._way
        share = min(max((self._clock() - began) / FLIGHT_S, 0.0), 1.0)
        self._last = between(start, goal, share * share * (3 - 2 * share))
        if share == 1:
            self._way = None
        return self._last
