"""Numbers of bytes in words."""

from __future__ import annotations


def size(count: float | None) -> str:
    """Bytes for people: "820 kB", "1.2 GB"; empty if they are not known."""
    if count is None:
        return ""
    for limit, unit in ((1e6, "k"), (1e9, "M"), (1e12, "G")):
        if count < limit:
            value = count / limit * 1000
            return f"{value:.1f} {unit}B" if value < 9.95 else f"{value:.0f} {unit}B"
    return f"{count / 1e12:.1f} TB"
