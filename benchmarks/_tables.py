"""Tables of a comparison in Markdown, with what differs between seeds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def number(value: float | None) -> str:
    """Three digits that count; a dash for none."""
    return "–" if value is None else f"{value:.3g}"


def spread(values: Sequence[float | None]) -> str:
    """Mean over seeds, and half the range if they differ."""
    found = [value for value in values if value is not None]
    if not found:
        return "–"
    half = (max(found) - min(found)) / 2
    return number(statistics.mean(found)) + (f" ± {number(half)}" if half else "")


def apart(ours: Sequence[float], theirs: Sequence[float]) -> bool | None:
    """Whether no value of one lies among those of the other; None unless both have two at least."""
    if len(ours) < 2 or len(theirs) < 2:
        return None
    return max(ours) < min(theirs) or max(theirs) < min(ours)
