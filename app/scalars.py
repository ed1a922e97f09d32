"""The scalars of a run as columns: stats.jsonl, line by line, made ready for plotting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

KIMG = "Progress/kimg"
TICK = "Progress/tick"
FIRST_CAPACITY = 256


class ScalarTable:
    """Columns that grow; a name that a line lacks is NaN there."""

    def __init__(self) -> None:
        self._columns: dict[str, np.ndarray] = {}
        self._length = 0
        self._capacity = FIRST_CAPACITY

    def __len__(self) -> int:
        """Lines so far."""
        return self._length

    def clear(self) -> None:
        """Forget everything: the statistics were cut back."""
        self._columns.clear()
        self._length = 0

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add lines; only numbers are kept, and lines without progress are left out."""
        for row in rows:
            numbers = {name: float(value) for name, value in row.items() if _is_number(value)}
            if KIMG not in numbers:
                continue
            if self._length == self._capacity:
                self._grow()
            for name, value in numbers.items():
                if name not in self._columns:
                    self._columns[name] = np.full(self._capacity, np.nan)
                self._columns[name][self._length] = value
            self._length += 1

    def columns(self) -> dict[str, np.ndarray]:
        """Every column up to now.  Each [lines], float64; later lines do not change them."""
        return {name: values[: self._length] for name, values in self._columns.items()}

    def _grow(self) -> None:
        self._capacity *= 2
        for name, values in self._columns.items():
            longer = np.full(self._capacity, np.nan)
            longer[: self._length] = values[: self._length]
            self._columns[name] = longer


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
