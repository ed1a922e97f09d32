"""Coverage of the image plane added up over a training, of which some sums are kept for whoever looks back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.patch_coverage import CELLS

# Bins of positions in the room that a scale leaves.
PLACES = 512
# Sums that are kept at most; each takes some 70 KB.
KEPT = 256


@dataclass(frozen=True)
class CoverageSums:
    """Sums over patches.

    Attributes:
        draws: How many patches.
        seen: [CELLS, CELLS] what they covered of each cell, row 0 at the bottom.
        expected: [CELLS, CELLS] what so many patches are expected to cover, by the laws that they were drawn from.
        places: [2, PLACES] how many lie where in the room that their scales leave, across and upwards.
    """

    draws: int
    seen: np.ndarray
    expected: np.ndarray
    places: np.ndarray

    @staticmethod
    def nothing() -> CoverageSums:
        """Of no patch."""
        return CoverageSums(0, np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS)), np.zeros((2, PLACES), np.int64))

    def __add__(self, other: CoverageSums) -> CoverageSums:
        return CoverageSums(
            self.draws + other.draws,
            self.seen + other.seen,
            self.expected + other.expected,
            self.places + other.places,
        )


class SumsCourse:
    """Sums over the first ticks of a training, kept after every 2^k-th tick, with k as small as memory allows.

    Args:
        keep: How many sums are kept at most, at least 2.

    Attributes:
        length: How many ticks were added.
        total: The sums over all of them.
    """

    def __init__(self, keep: int = KEPT) -> None:
        self._keep = keep
        self._stride = 1
        self._kept: dict[int, CoverageSums] = {}  # by the number of ticks, ascending
        self.length = 0
        self.total = CoverageSums.nothing()

    def append(self, tick: CoverageSums) -> None:
        """Add the next tick."""
        self.length += 1
        self.total += tick
        if self.length % self._stride == 0:
            self._kept[self.length] = self.total
        while len(self._kept) > self._keep:
            self._stride *= 2
            self._kept = {count: sums for count, sums in self._kept.items() if count % self._stride == 0}

    def before(self, count: int) -> tuple[int, CoverageSums]:
        """The nearest sums that are there over at most so many ticks, and over how many they are."""
        if count >= self.length:
            return self.length, self.total
        kept = count // self._stride * self._stride
        return (kept, self._kept[kept]) if kept else (0, CoverageSums.nothing())

    def repair(self, place: int, tick: CoverageSums) -> None:
        """Add a tick that was added as nothing because it could not be read; `place` counts from 0."""
        self._kept = {count: sums + tick if count > place else sums for count, sums in self._kept.items()}
        self.total += tick

    def cut(self, count: int) -> None:
        """Forget all but the first so many ticks; those after the last sums that are kept have to be added again."""
        self.length, self.total = self.before(count)
        self._kept = {kept: sums for kept, sums in self._kept.items() if kept <= self.length}


def place_counts(places: np.ndarray) -> np.ndarray:
    """How many positions [n, 2] in [0, 1], across and upwards, lie in each bin.  Returns [2, PLACES]."""
    bins = np.clip((places * PLACES).astype(np.int64), 0, PLACES - 1)
    return np.stack([np.bincount(bins[:, axis], minlength=PLACES) for axis in (0, 1)])
