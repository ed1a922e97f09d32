"""The scalars of a run as columns: stats.jsonl, line by line, made ready for plotting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

KIMG = "Progress/kimg"
TICK = "Progress/tick"
FIRST_CAPACITY = 256
# What becomes a number, or NaN, as it is.
PLAIN = {float, int, type(None)}


class ScalarTable:
    """Columns that grow; a name that a line lacks is NaN there.

    Args:
        required: A scalar without which a line is left out; None takes all lines.
    """

    def __init__(self, required: str | None = KIMG) -> None:
        self._required = required
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
        """Add lines; only numbers are kept, and lines without the required one are left out."""
        if self._required is not None:
            rows = [row for row in rows if _is_number(row.get(self._required))]
        while self._length + len(rows) > self._capacity:
            self._grow()
        start, stop = self._length, self._length + len(rows)
        for name in dict.fromkeys(name for row in rows for name in row):
            values = [row.get(name) for row in rows]
            if not {type(value) for value in values} <= PLAIN:
                values = [float(value) if _is_number(value) else None for value in values]
            if name not in self._columns and any(value is not None for value in values):
                self._columns[name] = np.full(self._capacity, np.nan)
            if name in self._columns:
                self._columns[name][start:stop] = values
        self._length = stop

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
