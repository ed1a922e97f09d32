"""What happened since the last tick: means, counts, drawn patches.  Reading along must not disturb the training."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from torch import Tensor


class Telemetry:
    """Collects between two ticks, and is emptied by each."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._numbers: dict[str, int] = defaultdict(int)
        self._counts: dict[str, int] = defaultdict(int)
        self._latest: dict[str, float] = {}
        self._scales: list[np.ndarray] = []
        self._offsets: list[np.ndarray] = []

    def add(self, name: str, value: Tensor | float) -> None:
        """Add to a mean: a number, or all elements of a tensor."""
        if isinstance(value, Tensor):
            self._sums[name] += float(value.detach().sum())
            self._numbers[name] += value.numel()
        else:
            self._sums[name] += value
            self._numbers[name] += 1

    def count(self, name: str) -> None:
        """Count an event."""
        self._counts[name] += 1

    def keep(self, name: str, value: float) -> None:
        """Remember the last value of something that has no mean."""
        self._latest[name] = value

    def add_patches(self, scales: np.ndarray, offsets: np.ndarray) -> None:
        """Remember drawn patches: scales [n] and offsets [n, 2]."""
        self._scales.append(scales)
        self._offsets.append(offsets)

    def scalars(self) -> dict[str, float]:
        """Means, counts and last values so far."""
        means = {name: total / self._numbers[name] for name, total in self._sums.items()}
        return {**means, **self._counts, **self._latest}

    def patches(self) -> tuple[np.ndarray, np.ndarray]:
        """Drawn scales [n] and offsets [n, 2], float32."""
        if not self._scales:
            return np.empty(0, np.float32), np.empty((0, 2), np.float32)
        return np.concatenate(self._scales).astype(np.float32), np.concatenate(self._offsets).astype(np.float32)

    def clear(self) -> None:
        """Forget everything, for the next tick."""
        self.__init__()
