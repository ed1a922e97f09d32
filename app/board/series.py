"""Lines of the board's plots: an axis, smoothing, outliers, groups over seeds, thinning; kept until they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from app.board.runs import HOURS, BoardRun
from app.runs.scalars import KIMG
from widgets.curve_lines import Line, make_line, nearest
from widgets.decimate import decimate

Axis = Literal["kimg", "steps", "hours", "wall clock"]
# Names in the statistics, and what they are divided by.
AXES: dict[Axis, tuple[str, float]] = {
    "kimg": (KIMG, 1.0),
    "steps": ("Progress/step", 1.0),
    "hours": (HOURS, 3600.0),
    "wall clock": ("timestamp", 1.0),
}
# What lies this many times the inner half beyond it counts as an outlier.
FENCE, FENCE_POINTS = 3.0, 1000
# Points at which the mean of a group is taken.
GROUP_POINTS = 1000
# Settings that do not decide what is learned; runs that differ in these alone are one group.
PRIVATE = (
    "name", "preset", "init", "loop.seed", "loop.device", "loop.threads", "loop.live_seconds", "loop.state_minutes",
    "loop.keep_snapshots", "loop.total_kimg", "run_dir", "random_seed", "num_gpus", "desc", "total_kimg",
)  # fmt: skip
PRIVATE_HEADS = ("parallel.",)


@dataclass(frozen=True)
class PlotSetup:
    """What decides how all lines look.

    Attributes:
        axis: What lies along x.
        smoothing: Weight of the past, 0 for none.
        log_x: Whether x is logarithmic; wall clock never is.
        log_y: Whether y is logarithmic.
        clip: Whether the y axis leaves out outliers.
        grouped: Whether runs that differ in their seed alone are one line with a band.
        events: Whether events are marked.
    """

    axis: Axis = "kimg"
    smoothing: float = 0.6
    log_x: bool = False
    log_y: bool = False
    clip: bool = True
    grouped: bool = False
    events: bool = True


@dataclass(frozen=True)
class Curve:
    """What is drawn for a run, or for a group of them.

    Attributes:
        runs: One, or all of a group.
        label: For people.
        line: Of the run, or the mean of the group.
        low: [n] lower edge of the band; None for a single run.
        high: [n] upper edge.
    """

    runs: tuple[BoardRun, ...]
    label: str
    line: Line
    low: np.ndarray | None = None
    high: np.ndarray | None = None


class CurveCache:
    """Keeps lines until a run's numbers or the setup change."""

    def __init__(self) -> None:
        self._lines: dict[tuple[Any, ...], tuple[int, Line]] = {}
        self._means: dict[tuple[Any, ...], tuple[tuple[int, ...], Curve]] = {}

    def curves(self, runs: Sequence[BoardRun], scalar: str, setup: PlotSetup) -> list[Curve]:
        """What to draw of a scalar: one curve for each run, or for each group."""
        setup = replace(setup, clip=False, events=False)  # they change no line
        if not setup.grouped:
            return [Curve((run,), run.name, line) for run in runs if len((line := self._line(run, scalar, setup)).x)]
        curves = []
        for group in groups(runs):
            versions = tuple(-1 if run.loading else run.version for run in group)
            key = (tuple(run.path for run in group), scalar, setup)
            kept = self._means.get(key)
            if kept is None or kept[0] != versions:
                kept = self._means[key] = versions, mean_curve(group, [self._line(run, scalar, setup) for run in group])
            if len(kept[1].line.x):
                curves.append(kept[1])
        return curves

    def forget(self) -> None:
        """Runs have gone, or setups: begin anew."""
        self._lines.clear()
        self._means.clear()

    def _line(self, run: BoardRun, scalar: str, setup: PlotSetup) -> Line:
        key = (run.path, scalar, setup.axis, setup.smoothing, setup.log_x, setup.log_y)
        kept = self._lines.get(key)
        # The beginning of a long run is shown at once, and then all of it: not every page that is read.
        if kept is None or (kept[0] != run.version and not run.loading):
            kept = self._lines[key] = run.version, line_of(run, scalar, setup)
        return kept[1]


def line_of(run: BoardRun, scalar: str, setup: PlotSetup) -> Line:
    """The line of a scalar of a run; without points where the run has no such numbers."""
    values = run.columns.get(scalar)
    name, divisor = AXES[setup.axis]
    x = run.columns.get(name)
    if values is None or x is None:
        return Line(np.empty(0), np.empty(0), np.empty(0))
    x = x / divisor
    if setup.log_x and setup.axis != "wall clock":
        x = np.where(x > 0, x, np.nan)
    return make_line(x, values, setup.smoothing, setup.log_y)


def groups(runs: Iterable[BoardRun]) -> list[tuple[BoardRun, ...]]:
    """Runs that differ in their seed alone, in the order of their first; one whose settings are unknown is alone."""
    found: dict[Any, list[BoardRun]] = {}
    for run in runs:
        learned = {
            (name, str(value))
            for name, value in run.settings.items()
            if name.rpartition(".")[2] != "seed" and name not in PRIVATE and not name.startswith(PRIVATE_HEADS)
        }
        found.setdefault(frozenset(learned) or run.path, []).append(run)
    return [tuple(group) for group in found.values()]


def group_name(group: Sequence[BoardRun]) -> str:
    """The first run's name, and how many there are."""
    return group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"


def mean_curve(group: Sequence[BoardRun], lines: Sequence[Line]) -> Curve:
    """Mean of lines with a band of one standard deviation (n - 1), where at least two of them have numbers.

    Lines are joined by straight pieces; one that has ended is left out from there on.
    """
    lines = [line for line in lines if len(line.x)]
    label = group_name(group)
    if len(lines) < 2:
        return Curve(tuple(group), label, lines[0] if lines else Line(np.empty(0), np.empty(0), np.empty(0)))
    places = np.unique(np.concatenate([line.x for line in lines]))
    if len(places) > GROUP_POINTS:
        places = places[np.linspace(0, len(places) - 1, GROUP_POINTS).round().astype(int)]
    smooth = np.stack([np.interp(places, line.x, line.smooth, np.nan, np.nan) for line in lines])
    raw = np.stack([np.interp(places, line.x, line.raw, np.nan, np.nan) for line in lines])
    mean, count = _mean(smooth), (~np.isnan(smooth)).sum(axis=0)
    squares = np.nansum((smooth - mean) ** 2, axis=0)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    return Curve(tuple(group), label, Line(places, _mean(raw), mean), mean - spread, mean + spread)


def thinned(curve: Curve, low: float, high: float, buckets: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What is seen of a curve between two places, at most about two points per bucket: raw, smooth, and the band."""
    line = curve.line
    seen = {"smooth": decimate(line.x, line.smooth, low, high, buckets)}
    if curve.low is not None and curve.high is not None:
        known = ~np.isnan(curve.low)
        start, stop = np.searchsorted(line.x[known], (low, high))
        part = slice(max(int(start) - 1, 0), int(stop) + 1)
        seen |= {"low": (line.x[known][part], curve.low[known][part])}
        seen |= {"high": (line.x[known][part], curve.high[known][part])}
    elif line.raw is not line.smooth:
        seen["raw"] = decimate(line.x, line.raw, low, high, buckets)
    return seen


def x_span(curves: Iterable[Curve]) -> tuple[float, float] | None:
    """First and last place of curves; None without any."""
    ends = [(float(curve.line.x[0]), float(curve.line.x[-1])) for curve in curves if len(curve.line.x)]
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else None


def y_span(curves: Iterable[Curve], setup: PlotSetup, low: float, high: float) -> tuple[float, float] | None:
    """What the y axis should show of curves between two places, with some air; None without any points.

    Without outliers each line decides by its inner part: what lies far beyond the inner half of its points is left
    out.  So no line vanishes because it is higher than the others.
    """
    ends = []
    for curve in curves:
        line = curve.line
        start, stop = np.searchsorted(line.x, (low, high))
        edges = (line.raw, line.smooth) if curve.low is None or curve.high is None else (curve.low, curve.high)
        # Outliers are told by every n-th point of a long line: it is few points by which fences would move.
        stride = max((int(stop) - int(start)) // FENCE_POINTS, 1) if setup.clip else 1
        values = np.concatenate([edge[start : stop + 1 : stride] for edge in edges])
        values = values[np.isfinite(values)]
        if setup.log_y:
            values = np.log10(values[values > 0])
        if len(values):
            ends.append(_fences(values) if setup.clip else (float(values.min()), float(values.max())))
    if not ends:
        return None
    bottom, top = min(end for end, _ in ends), max(end for _, end in ends)
    air = (top - bottom) * 0.06 or abs(top) * 0.05 or 0.5
    bottom, top = bottom - air, top + air
    return (10.0**bottom, 10.0**top) if setup.log_y else (bottom, top)


def value_at(curve: Curve, place: float) -> tuple[float, float, float] | None:
    """The point of a curve nearest to a place: x, raw and smooth value; None where it has no points."""
    index = nearest(curve.line, place)
    if index is None:
        return None
    line = curve.line
    return float(line.x[index]), float(line.raw[index]), float(line.smooth[index])


def place_of(run: BoardRun, kimg: float, axis: Axis) -> float | None:
    """Where a moment of training lies on an axis; None if that is not known."""
    if axis == "kimg":
        return kimg
    progress, column = run.columns.get(KIMG), run.columns.get(AXES[axis][0])
    if progress is None or column is None:
        return None
    known = ~(np.isnan(progress) | np.isnan(column))
    if not known.any():
        return None
    return float(np.interp(kimg, progress[known], column[known])) / AXES[axis][1]


def scalar_names(runs: Iterable[BoardRun]) -> tuple[str, ...]:
    """All scalars that can be plotted, by name."""
    axes = {name for name, _ in AXES.values()}
    names = {name for run in runs for name in run.columns}
    return tuple(sorted(name for name in names if name not in axes and not name.startswith("Progress/")))


def _fences(values: np.ndarray) -> tuple[float, float]:
    """Ends without outliers (Tukey)."""
    quarter, three = np.percentile(values, (25, 75))
    reach = FENCE * (three - quarter)
    if reach == 0:
        return float(values.min()), float(values.max())
    inner = values[(values >= quarter - reach) & (values <= three + reach)]
    return float(inner.min()), float(inner.max())


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is there; NaN where nothing is."""
    count = (~np.isnan(values)).sum(axis=0)
    return np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), np.nan)
