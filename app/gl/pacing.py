"""How coarsely to draw while the camera moves: a resolution scale from the time that frames took."""

from __future__ import annotations

import math

# Of each side. Few steps, so that the picture does not breathe while it is dragged.
SCALES = (1.0, 0.75, 0.5, 0.375, 0.25)
UNMEASURED_SCALE = 0.5
SMOOTHING = 0.5
# A finer scale must fit this much better than a coarser one is left for, or two scales would take turns.
FINER_MARGIN = 0.8


class Pacer:
    """Chooses the largest scale whose frame fits the time, from the cost of a sample so far."""

    def __init__(self, target_ms: float = 25.0) -> None:
        """Aim at `target_ms` of GPU time per frame while the camera moves."""
        if target_ms <= 0:
            raise ValueError(f"pacing: target_ms must be positive, got {target_ms}")
        self.target_ms = target_ms
        self._cost: float | None = None
        self._scale: float | None = None

    def record(self, milliseconds: float, samples: int) -> None:
        """Learn from a frame of so many samples (pixels times steps)."""
        if milliseconds <= 0 or samples <= 0 or not math.isfinite(milliseconds):
            return
        cost = milliseconds / samples
        self._cost = cost if self._cost is None else self._cost + SMOOTHING * (cost - self._cost)

    def expected_ms(self, samples: int) -> float:
        """How long so many samples will take; infinite before any measurement."""
        return math.inf if self._cost is None else self._cost * samples

    def scale(self, samples: int) -> float:
        """The scale of each side, in (0, 1], for a frame that has so many samples at full size."""
        if self._cost is None:
            return UNMEASURED_SCALE
        full = self._cost * samples
        for scale in SCALES:
            finer = self._scale is not None and scale > self._scale
            if full * scale * scale <= self.target_ms * (FINER_MARGIN if finer else 1.0):
                break
        self._scale = scale
        return scale
