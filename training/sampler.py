"""The order of training pictures, as a pure function of how many were drawn: exact to resume, safe to read ahead."""

from __future__ import annotations

import numpy as np


class ShuffledOrder:
    """Endless passes over a data set, each in its own random order.

    Attributes:
        size: Pictures in the data set.
        seed: Seed of all passes.
    """

    def __init__(self, size: int, seed: int) -> None:
        if size < 1:
            raise ValueError("the data set is empty")
        self.size, self.seed = size, seed
        self._epoch = -1
        self._order = np.empty(0, np.int64)

    def indices(self, start: int, count: int) -> list[int]:
        """Picture indices of the draws start … start + count - 1."""
        return [self._index(draw) for draw in range(start, start + count)]

    def _index(self, draw: int) -> int:
        epoch, place = divmod(draw, self.size)
        if epoch != self._epoch:
            self._order = np.random.default_rng([self.seed, epoch]).permutation(self.size)
            self._epoch = epoch
        return int(self._order[place])
