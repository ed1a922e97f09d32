"""Lines of a plot, ready to be drawn: smoothed, thinned to what is seen, computed only when something has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from widgets.decimate import decimate
from widgets.smoothing import smoothed
from widgets.views import CurvesView

XAxis = Literal["kimg", "steps", "hours"]
# The column of the statistics, and what it is divided by.
X_COLUMNS: dict[XAxis, tuple[str, float]] = {
    "kimg": ("Progress/kimg", 1.0),
    "steps": ("Progress/step", 1.0),
    "hours": ("Timing/total_sec", 3600.0),
}
# Lines are kept for as many plots as a run may have; then the cache begins anew.
MOST_KEPT = 400
NOTHING = np.empty(0)


@dataclass(frozen=True)
class LineSetup:
    """What decides how all lines look.

    Attributes:
        axis: What lies along the x axis.
        smoothing: Weight of the past, 0 for none.
        log: Whether y is logarithmic: values that are not above zero are left out.
    """

    axis: XAxis = "kimg"
    smoothing: float = 0.0
    log: bool = False


@dataclass(frozen=True)
class Line:
    """A line with all its points.

    Attributes:
        x: [n], ascending.
        raw: [n], as measured; NaN where the logarithm does not exist.
        smooth: [n], likewise; the same array as `raw` without smoothing.
        left_out: How many points have no logarithm.
    """

    x: np.ndarray
    raw: np.ndarray
    smooth: np.ndarray
    left_out: int = 0


@dataclass(frozen=True)
class Seen:
    """The part of a line that is seen: x and y each, thinned.

    Attributes:
        raw: As measured.
        smooth: Smoothed.
    """

    raw: tuple[np.ndarray, np.ndarray]
    smooth: tuple[np.ndarray, np.ndarray]


class LineCache:
    """Keeps what was computed until numbers or setup change; thinned lines also follow what is seen."""

    def __init__(self) -> None:
        self._of: tuple[str, int, LineSetup] | None = None
        self._lines: dict[tuple[str, bool], Line] = {}
        self._seen: dict[tuple[str, bool], tuple[tuple[float, float, int], Seen]] = {}
        self._axes: tuple[tuple[str, int] | None, tuple[XAxis, ...]] = (None, ())
        self._x = NOTHING
        self._span = (0.0, 1.0)
        self.computed = 0

    def begin(self, view: CurvesView, setup: LineSetup) -> None:
        """Once a frame, before any line is asked for."""
        wanted = (view.run, view.version, setup)
        if wanted != self._of or len(self._lines) > MOST_KEPT:
            self._of = wanted
            self._lines.clear()
            self._seen.clear()
            self._x = positions(view, setup.axis)
            known = self._x[~np.isnan(self._x)]
            self._span = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)

    def axes(self, view: CurvesView) -> tuple[XAxis, ...]:
        """The axes that a run has numbers for."""
        if self._axes[0] != (view.run, view.version):
            self._axes = ((view.run, view.version), axes_of(view))
        return self._axes[1]

    @property
    def span(self) -> tuple[float, float]:
        """First and last place on the x axis."""
        return self._span

    def line(self, view: CurvesView, setup: LineSetup, name: str, log: bool) -> Line:
        """All of a line; `log` tells whether this plot is logarithmic."""
        key = (name, log)
        if key not in self._lines:
            self.computed += 1
            self._lines[key] = make_line(self._x, view.columns[name], setup.smoothing, log)
        return self._lines[key]

    def seen(self, line: Line, name: str, log: bool, extent: tuple[float, float, int]) -> Seen:
        """What of a line is seen between two places, so many pixels apart."""
        key = (name, log)
        kept = self._seen.get(key)
        if kept is None or kept[0] != extent:
            low, high, pixels = extent
            raw = decimate(line.x, line.raw, low, high, pixels)
            smooth = raw if line.smooth is line.raw else decimate(line.x, line.smooth, low, high, pixels)
            kept = self._seen[key] = (extent, Seen(raw, smooth))
        return kept[1]


def positions(view: CurvesView, axis: XAxis) -> np.ndarray:
    """Where the points of a run lie on an axis.  Returns [n]; NaN where it is not known."""
    name, divisor = X_COLUMNS[axis]
    column = view.kimg if axis == "kimg" else view.columns.get(name)
    return np.full(len(view.kimg), np.nan) if column is None else column / divisor


def place_of(view: CurvesView, axis: XAxis, kimg: float) -> float | None:
    """Where a moment of training lies on an axis; None where that is not known."""
    if axis == "kimg":
        return kimg
    x = positions(view, axis)
    known = ~np.isnan(x)
    return float(np.interp(kimg, view.kimg[known], x[known])) if known.any() else None


def axes_of(view: CurvesView) -> tuple[XAxis, ...]:
    """The axes that this run has numbers for."""
    return tuple(axis for axis in X_COLUMNS if not np.isnan(positions(view, axis)).all())


def make_line(x: np.ndarray, y: np.ndarray, smoothing: float, log: bool) -> Line:
    """A line over an axis.  x, y: [n]; points of which either is missing are left out."""
    known = ~(np.isnan(x) | np.isnan(y))
    x, raw = x[known], y[known]
    smooth = smoothed(raw, smoothing) if smoothing else raw
    if (np.diff(x) < 0).any():  # two trainers that wrote into one file, say: thinning needs an order
        order = np.argsort(x, kind="stable")
        x, raw, smooth = x[order], raw[order], smooth[order] if smoothing else raw[order]
    if not log:
        return Line(x, raw, raw if not smoothing else smooth)
    positive = np.where(raw > 0, raw, np.nan)
    left_out = int((raw <= 0).sum())
    return Line(x, positive, positive if not smoothing else np.where(smooth > 0, smooth, np.nan), left_out)


def nearest(line: Line, place: float) -> int | None:
    """Index of the point of a line that lies nearest to a place on the x axis; None for a line without points."""
    if not len(line.x):
        return None
    after = int(np.searchsorted(line.x, place))
    near = [index for index in (after - 1, after) if 0 <= index < len(line.x)]
    return min(near, key=lambda index: abs(float(line.x[index]) - place))
