"""Where the lines of a log stand, one below the other, when long ones are broken into several rows (NumPy)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from widgets.views import LogLine

# Heights that are kept: more than a log has lines.
MOST_KEPT = 50_000


class LogRows:
    """Tops of lines, computed when lines or width have changed; the heights of known texts are kept."""

    def __init__(self) -> None:
        self._of: tuple[Sequence[LogLine], float, float] = ((), 0.0, 0.0)
        self._heights: dict[str, float] = {}
        self.tops = np.zeros(1)

    def update(
        self, lines: Sequence[LogLine], width: float, pitch: float, height_of: Callable[[str], float] | None
    ) -> None:
        """Bring `tops` up to date.

        Args:
            lines: The lines that are shown; the same object has the same content.
            width: Room for their texts, pixels.
            pitch: Height of a line that is not broken, pixels, with the space below it.
            height_of: Height of a text in that width, with the space below it; None where no line is broken.
        """
        broken_at = width if height_of is not None else -1.0
        before, self._of = self._of, (lines, broken_at, pitch)
        if before[0] is lines and before[1:] == (broken_at, pitch):
            return
        if height_of is None:
            self.tops = np.arange(len(lines) + 1) * pitch
            return
        if before[1:] != (broken_at, pitch) or len(self._heights) > MOST_KEPT:
            self._heights.clear()
        known = self._heights
        heights = np.empty(len(lines))
        for index, line in enumerate(lines):
            height = known.get(line.text)
            if height is None:
                height = known[line.text] = height_of(line.text)
            heights[index] = height
        self.tops = np.concatenate([[0.0], np.cumsum(heights)])

    def seen(self, top: float, height: float) -> range:
        """Indices of the lines that are seen at least in part.

        Args:
            top: How far was scrolled, pixels.
            height: Of what is seen.
        """
        first = int(np.searchsorted(self.tops, top, side="right")) - 1
        last = int(np.searchsorted(self.tops, top + height, side="left"))
        return range(max(first, 0), min(last, len(self.tops) - 1))
