"""Amounts in words that people read at a glance: counts, bytes, seconds."""

from __future__ import annotations

import math

THOUSAND = 1000


def count_words(count: int) -> str:
    """A count: exact below ten thousand, with three digits above (12.3 k, 4.56 M)."""
    if count < 10 * THOUSAND:
        return f"{count:,}"
    value, unit = (count / THOUSAND**2, "M") if count >= THOUSAND**2 * 0.9995 else (count / THOUSAND, "k")
    return f"{_three(value)} {unit}"


def size_words(size: float) -> str:
    """Bytes, in powers of a thousand."""
    for unit in ("bytes", "kB", "MB"):
        if size < THOUSAND * 0.9995:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{_three(size)} {unit}"
        size /= THOUSAND
    return f"{_three(size)} GB"


def seconds_words(seconds: float) -> str:
    """A time."""
    if seconds < 1:
        return f"{math.ceil(seconds * 10) / 10:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def _three(value: float) -> str:
    """A number from 1 to 1000 with three digits."""
    return f"{value:.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f}"
