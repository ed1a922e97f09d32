"""Plots with one x axis and one crosshair; lines are thinned to what is seen, a few in each frame."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import dearpygui.dearpygui as dpg
import numpy as np

from app.board.series import Curve, PlotSetup, place_of, thinned, value_at, x_span, y_span
from app.board_window.look import MARKS, LineThemes
from widgets.palette import Colour, Theme

# Of a frame, this much goes into lines that have changed, seconds.
BUDGET_S = 0.006
# Smallest and largest value for so many pixels; for all lines of a plot together so many times, since software OpenGL
# takes microseconds for every piece of a line.
PIXELS_PER_BUCKET, LEAST_BUCKETS, MOST_BUCKETS = 2, 50, 4000
# With more lines than that, only the pointed run's is also drawn as measured: the others would be one grey cloud.
CROWD = 12
# Ends of an axis that differ by less than this part of its length are the same.
SAME = 1e-3
Item = int | str


@dataclass(frozen=True)
class PlotSpec:
    """One plot.

    Attributes:
        title: Above it.
        curves: What it shows.
        name: Of what it shows in the statistics; empty if it has none.
    """

    title: str
    curves: tuple[Curve, ...]
    name: str = ""


@dataclass
class _Series:
    """Items that draw a curve, by part: "raw", "smooth", "band"."""

    items: dict[str, Item]
    curve: Curve
    drawn: object = None


@dataclass
class _Plot:
    item: Item
    x: Item
    y: Item
    cross: Item
    marks: dict[str, Item]
    series: dict[object, _Series] = field(default_factory=dict)
    extent: tuple[float, float, int] = (0.0, 0.0, 0)
    set_y: tuple[float, float] | None = None
    curves: tuple[Curve, ...] = ()
    name: str = ""


class PlotGrid:
    """A grid of plots inside an item.

    Args:
        parent: The item; all that is in it belongs to the grid.
        themes: Of lines.
        colour: Of a curve.

    Attributes:
        place: Where the mouse is on the x axis; None while it is over no plot.
        complete: Whether every line shows all that it should.
    """

    def __init__(self, parent: Item, themes: LineThemes, colour: Callable[[Curve], Colour]) -> None:
        self._parent, self._themes, self._colour = parent, themes, colour
        self._plots: list[_Plot] = []
        self._built: object = None
        self._setup = PlotSetup()
        self._theme: Theme = "dark"
        self._pointed: object = None
        # What is to be drawn anew, in order, each once.
        self._queue: dict[tuple[int, object], _Plot] = {}
        self._free: list[tuple[Item, int]] = []
        self._x_set: tuple[float, float] | None = None
        self._fit, self._grown = True, False
        self._frames = 0
        self.place: float | None = None
        self.complete = False

    def show(self, specs: Sequence[PlotSpec], setup: PlotSetup, theme: Theme, pointed: object) -> None:
        """Show these plots from now on.

        Args:
            specs: What.
            setup: Axes.
            theme: Of the window.
            pointed: Folder of the run that is drawn bold.
        """
        shape = (tuple(spec.title for spec in specs), setup.axis, setup.log_x, setup.log_y, theme)
        if setup.clip != self._setup.clip or setup.axis != self._setup.axis or setup.smoothing != self._setup.smoothing:
            self._fit = True
        restyled = pointed != self._pointed
        self._grown = True
        self._setup, self._theme, self._pointed = setup, theme, pointed
        if shape != self._built:
            self._build(specs)
            self._built = shape
        for plot, spec in zip(self._plots, specs, strict=True):
            self._fill(plot, spec, restyled)

    def fit(self) -> None:
        """Show all of every curve again."""
        self._fit = True

    def frame(self) -> None:
        """Once a frame: follow zooming, the mouse, and what has changed."""
        self._frames += 1
        for item, frame in self._free:
            if frame <= self._frames and dpg.does_item_exist(item):
                dpg.set_axis_limits_auto(item)
        self._free = [(item, frame) for item, frame in self._free if frame > self._frames]
        if not self._plots:
            self.complete = True
            return
        self._follow_held()
        if self._fit or (self._grown and not self._free and self._untouched()):
            self._fit_all()
            self._grown = False
        self._grown &= bool(self._free)  # axes that are still being set cannot tell whether somebody has zoomed
        self._follow_extents()
        self._refresh()
        self._follow_mouse()

    def values(self, place: float) -> list[tuple[str, list[tuple[Curve, tuple[float, float, float] | None]]]]:
        """For each plot: its curves, and their points nearest to a place."""
        return [
            (dpg.get_item_label(plot.item) or "", [(curve, value_at(curve, place)) for curve in plot.curves])
            for plot in self._plots
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """For each plot: the name in the statistics of what it shows."""
        return tuple(plot.name for plot in self._plots)

    @property
    def y_spans(self) -> list[tuple[float, float]]:
        """What the y axes show."""
        return [tuple(dpg.get_axis_limits(plot.y)) for plot in self._plots]  # type: ignore[misc]

    def _build(self, specs: Sequence[PlotSpec]) -> None:
        dpg.delete_item(self._parent, children_only=True)
        self._plots, self._fit, self._x_set = [], True, None
        self._queue.clear()
        self._free.clear()
        if not specs:
            return
        columns = 1 if len(specs) == 1 else 2 if len(specs) <= 6 else 3
        rows = -(-len(specs) // columns)
        with dpg.subplots(
            rows, columns, parent=self._parent, width=-1, height=-1, no_title=True, link_all_x=True, no_resize=True,
        ):  # fmt: skip
            self._plots = [self._make(spec) for spec in specs]

    def _make(self, spec: PlotSpec) -> _Plot:
        setup = self._setup
        timed = setup.axis == "wall clock"
        scale_x = dpg.mvPlotScale_Time if timed else dpg.mvPlotScale_Log10 if setup.log_x else dpg.mvPlotScale_Linear
        scale_y = dpg.mvPlotScale_Log10 if setup.log_y else dpg.mvPlotScale_Linear
        with dpg.plot(label=spec.title, use_local_time=True, use_24hour_clock=True, no_menus=True) as item:
            x = dpg.add_plot_axis(dpg.mvXAxis, label="" if timed else setup.axis, scale=scale_x, no_highlight=True)
            y = dpg.add_plot_axis(dpg.mvYAxis, scale=scale_y, no_highlight=True)
            cross = dpg.add_inf_line_series([0.0], parent=y, show=False)
            dpg.bind_item_theme(cross, self._themes.crosshair(self._theme))
            marks = {kind: dpg.add_scatter_series([], [], parent=y, show=False) for kind in MARKS}
            for kind, mark in marks.items():
                dpg.bind_item_theme(mark, self._themes.mark(kind, self._theme))
        return _Plot(item, x, y, cross, marks, name=spec.name)

    def _fill(self, plot: _Plot, spec: PlotSpec, restyled: bool) -> None:
        """Give a plot its curves: items of those that have gone are deleted, changed ones are drawn anew."""
        plot.curves = spec.curves
        wanted = {_key(curve): curve for curve in spec.curves}
        crowded = len(wanted) > CROWD
        restyled |= crowded != (len(plot.series) > CROWD)
        for key in plot.series.keys() - wanted:
            for item in plot.series.pop(key).items.values():
                dpg.delete_item(item)
        for key, curve in wanted.items():
            series = plot.series.get(key)
            if series is None:
                series = plot.series[key] = _Series(self._items(plot, curve), curve)
                self._style(series, crowded)
                self._queue[id(plot), key] = plot
            elif series.curve.line is not curve.line:
                series.curve = curve
                self._queue[id(plot), key] = plot
            if restyled or series.drawn != self._colour(curve):
                self._style(series, crowded)
                self._queue[id(plot), key] = plot
        self._mark(plot)

    def _items(self, plot: _Plot, curve: Curve) -> dict[str, Item]:
        """Empty items; what lies behind is made before."""
        items: dict[str, Item] = {}
        if curve.low is not None:
            items["band"] = dpg.add_shade_series([], [], y2=[], parent=plot.y, before=plot.cross)
        else:
            items["raw"] = dpg.add_line_series([], [], parent=plot.y, before=plot.cross)
        items["smooth"] = dpg.add_line_series([], [], parent=plot.y, before=plot.cross)
        return items

    def _style(self, series: _Series, crowded: bool) -> None:
        colour = series.drawn = self._colour(series.curve)
        pointed = self._is_pointed(series)
        for part, item in series.items.items():
            theme = {
                "raw": self._themes.raw,
                "band": self._themes.band,
                "smooth": lambda colour: self._themes.smooth(colour, pointed, crowded),
            }[part](colour)
            dpg.bind_item_theme(item, theme)

    def _is_pointed(self, series: _Series) -> bool:
        return any(run.path == self._pointed for run in series.curve.runs)

    def _mark(self, plot: _Plot) -> None:
        """Put the marks of events onto the lines."""
        places: dict[str, list[tuple[float, float]]] = {kind: [] for kind in MARKS}
        for curve in plot.curves if self._setup.events else ():
            for run in curve.runs:
                for event in run.events:
                    x = place_of(run, event.kimg, self._setup.axis)
                    point = value_at(curve, x) if x is not None else None
                    if x is not None and point is not None and event.kind in places:
                        places[event.kind].append((x, point[2]))
        for kind, item in plot.marks.items():
            found = [(x, y) for x, y in places[kind] if math.isfinite(y)]
            dpg.set_value(item, [[x for x, _ in found], [y for _, y in found]])
            dpg.configure_item(item, show=bool(found))

    def _follow_held(self) -> None:
        """A double click shows all again, as in every plot."""
        if dpg.is_mouse_button_double_clicked(dpg.mvMouseButton_Left) and any(
            dpg.is_item_hovered(plot.item) for plot in self._plots
        ):
            self._fit = True

    def _untouched(self) -> bool:
        """Whether axes show what they were set to: nobody has zoomed, so that they may follow what grows."""
        return all(
            _same(dpg.get_axis_limits(plot.x), self._x_set) and _same(dpg.get_axis_limits(plot.y), plot.set_y)
            for plot in self._plots
        )

    def _fit_all(self) -> None:
        span = x_span(curve for plot in self._plots for curve in plot.curves)
        if span is None:
            return
        self._fit = False
        low, high = span
        if low == high:
            low, high = (low - 0.5, high + 0.5) if not self._setup.log_x else (low / 2, high * 2)
        self._x_set = low, high
        for plot in self._plots:
            self._limit(plot.x, low, high)
            ends = y_span(plot.curves, self._setup, low, high)
            plot.set_y = ends
            if ends is not None:
                self._limit(plot.y, *ends)

    def _limit(self, axis: Item, low: float, high: float) -> None:
        """Set what an axis shows, and let it go again: a person may zoom."""
        dpg.set_axis_limits(axis, low, high)
        self._free.append((axis, self._frames + 2))

    def _follow_extents(self) -> None:
        for plot in self._plots:
            low, high = dpg.get_axis_limits(plot.x)
            width = max(int(dpg.get_item_rect_size(plot.item)[0]), 1)
            if (low, high, width) != plot.extent:
                plot.extent = low, high, width
                self._queue |= {(id(plot), key): plot for key in plot.series}

    def _refresh(self) -> None:
        """Draw lines anew until the frame's time for it is over."""
        end = time.perf_counter() + BUDGET_S
        while self._queue:
            place = next(iter(self._queue))
            plot = self._queue.pop(place)
            series = plot.series.get(place[1])
            if series is not None:
                self._draw(plot, series)
            if time.perf_counter() > end:
                break
        self.complete = not self._queue and not self._fit and not self._free

    def _draw(self, plot: _Plot, series: _Series) -> None:
        low, high, width = plot.extent
        buckets = min(width // PIXELS_PER_BUCKET, MOST_BUCKETS // max(len(plot.series), 1))
        parts = thinned(series.curve, low, high, max(buckets, LEAST_BUCKETS))
        dpg.set_value(series.items["smooth"], _lists(*parts["smooth"]))
        if "band" in series.items:
            (x, bottom), (_, top) = parts["low"], parts["high"]
            dpg.set_value(series.items["band"], _lists(x, bottom, top))
        else:
            nothing = np.empty(0), np.empty(0)
            shown = len(plot.series) <= CROWD or self._is_pointed(series)
            raw = parts.get("raw", nothing) if shown else nothing
            dpg.set_value(series.items["raw"], _lists(*raw))

    def _follow_mouse(self) -> None:
        place = None
        for plot in self._plots:
            if dpg.is_item_hovered(plot.item):
                low, high, _ = plot.extent
                under = float(dpg.get_plot_mouse_pos()[0])
                place = under if low <= under <= high else None  # beside the plot, over its numbers
        if place == self.place:
            return
        self.place = place
        for plot in self._plots:
            if place is not None:
                dpg.set_value(plot.cross, [[place]])
            dpg.configure_item(plot.cross, show=place is not None)


def _key(curve: Curve) -> object:
    return tuple(run.path for run in curve.runs), curve.low is None


def _same(seen: Sequence[float], wanted: tuple[float, float] | None) -> bool:
    """Whether an axis shows what was wanted; an axis that was never set shows anything."""
    if wanted is None:
        return True
    room = SAME * abs(wanted[1] - wanted[0])
    return abs(seen[0] - wanted[0]) <= room and abs(seen[1] - wanted[1]) <= room


def _lists(*arrays: np.ndarray) -> list[list[float]]:
    return [array.tolist() for array in arrays]
