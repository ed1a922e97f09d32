"""One plot of curves: heading with its legend, lines, marks, and the values under the mouse."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from widgets.common import em, icons, line_colour, text_colour, tone_ink
from widgets.curve_groups import Group
from widgets.curve_lines import Line, LineCache, LineSetup, XAxis, nearest
from widgets.curve_marks import SIGNS, Marks
from widgets.curve_ranges import XRanges
from widgets.log_axis import log_limits, log_ticks
from widgets.views import CurvesView, RunEvent

LINE_WIDTH, RAW_WIDTH = 0.11, 0.07
RAW_ALPHA = 0.28
UNITS: dict[XAxis, str] = {"kimg": "kimg", "steps": "steps", "hours": "h of training"}


@dataclass(frozen=True)
class Frame:
    """What all plots of a frame have in common.

    Attributes:
        view: The run.
        setup: How lines look.
        marks: Whether events are shown.
        photo: A picture is being taken: axes have names, and nothing follows the mouse.
    """

    view: CurvesView
    setup: LineSetup
    marks: bool
    photo: bool = False


class CurvePlots:
    """Draws plots; it remembers computed lines, the part of the axis that is seen, and where the mouse points."""

    def __init__(self) -> None:
        self.cache = LineCache()
        self.ranges = XRanges()
        self._marks = Marks()
        self._span = (0.0, 1.0)
        self._heights: dict[str, tuple[float, float]] = {}  # what y axes show
        self._fitting: dict[str, tuple[float, float]] = {}  # what logarithmic ones hold, in the last frame
        self._pointed: tuple[str, float] | None = None  # plot and place on the x axis
        self._pointed_before: tuple[str, float] | None = None

    @property
    def span(self) -> tuple[float, float]:
        """What a whole x axis shows."""
        return self._span

    def begin(self, frame: Frame) -> None:
        """Once a frame, before the first plot."""
        self.cache.begin(frame.view, frame.setup)
        self._marks.begin(frame.view, frame.setup.axis)
        low, high = self.cache.span
        self._span = (low, high) if high > low else (low - 0.5, low + 0.5)
        self._pointed, self._pointed_before = None, self._pointed

    def draw(self, group: Group, frame: Frame, size: ImVec2) -> None:
        """Draw a plot with its heading; `size` is that of both, pixels."""
        imgui.begin_group()
        start = imgui.get_cursor_screen_pos()
        if imgui.is_rect_visible(start, ImVec2(start.x + size.x, start.y + size.y)):
            log = frame.setup.log and not group.signed
            lines = [self.cache.line(frame.view, frame.setup, name, log) for name, _ in group.lines]
            if log and all(line.left_out == len(line.raw) for line in lines):
                log = False
                lines = [self.cache.line(frame.view, frame.setup, name, log) for name, _ in group.lines]
            _heading(group, lines, size.x, "linear" if frame.setup.log and not log else "")
            height = size.y - imgui.get_text_line_height_with_spacing()
            self._plot(group, lines, log, frame, ImVec2(size.x, height))
        else:
            imgui.dummy(size)
        imgui.end_group()

    def _plot(self, group: Group, lines: list[Line], log: bool, frame: Frame, size: ImVec2) -> None:
        flags = implot.Flags_
        hidden = flags.no_menus | flags.no_title | flags.no_legend | flags.no_mouse_text
        if not implot.begin_plot(f"##{group.heading}", size, hidden):
            return
        follow = implot.AxisFlags_.auto_fit | implot.AxisFlags_.range_fit
        label = UNITS[frame.setup.axis] if frame.photo else ""
        fits = self.ranges.fits_y(group.heading)
        implot.setup_axes(label, "", implot.AxisFlags_.none, follow if fits else implot.AxisFlags_.none)
        self.ranges.setup(group.heading, self._span)
        if log:
            self._setup_log(group.heading, fits)
        if frame.photo and not fits:
            implot.setup_axis_limits(implot.ImAxis_.y1, *self._heights[group.heading], implot.Cond_.always)
        implot.setup_finish()
        if not frame.photo:
            self.ranges.watch(group.heading)
            heights = implot.get_plot_limits().y
            self._heights[group.heading] = (heights.min, heights.max)
        if frame.marks:
            self._marks.draw()
        self._lines(group, lines, log)
        if not frame.photo:
            self._point(group, lines, frame)
        implot.end_plot()

    def _setup_log(self, title: str, fits: bool) -> None:
        """A logarithmic y axis; the toolkit's own fit would leave air below that reaches zero."""
        axis = implot.ImAxis_.y1
        implot.setup_axis_scale(axis, implot.Scale_.log10)
        limits = self._heights.get(title)
        if fits and title in self._fitting:
            limits = log_limits(*self._fitting[title])
            implot.setup_axis_limits(axis, *limits, implot.Cond_.always)
        if limits is not None and 0 < limits[0] < limits[1]:
            ticks = log_ticks(*limits)
            implot.setup_axis_ticks(axis, ticks, [f"{tick:.6g}" for tick in ticks])

    def _lines(self, group: Group, lines: list[Line], log: bool) -> None:
        limits, pixels = implot.get_plot_limits().x, max(int(implot.get_plot_size().x), 1)
        extent = (limits.min, limits.max, pixels)
        seen = [self.cache.seen(line, name, log, extent) for line, (name, _) in zip(lines, group.lines, strict=True)]
        if log:
            values = np.concatenate([part.raw[1] for part in seen])
            if len(values):
                self._fitting[group.heading] = (float(values.min()), float(values.max()))
        for index, (line, part) in enumerate(zip(lines, seen, strict=True)):
            if line.smooth is not line.raw:
                _line(f"raw {index}", *part.raw, line_colour(index), RAW_WIDTH, RAW_ALPHA)
        for index, part in enumerate(seen):
            _line(f"line {index}", *part.smooth, line_colour(index), LINE_WIDTH)

    def _point(self, group: Group, lines: list[Line], frame: Frame) -> None:
        """The crosshair: values of all lines of the plot under the mouse, and the same place in the linked ones."""
        if not implot.is_plot_hovered():
            before = self._pointed_before
            if before is not None and self.ranges.linked and before[0] != group.heading:
                _upright(before[1])
            return
        place = float(implot.get_plot_mouse_pos().x)
        self._pointed = (group.heading, place)
        _upright(place)
        found = [nearest(line, place) for line in lines]
        for number, (line, index) in enumerate(zip(lines, found, strict=True)):
            if index is not None and np.isfinite(line.smooth[index]):
                spot = implot.plot_to_pixels(float(line.x[index]), float(line.smooth[index]))
                ink = imgui.color_convert_float4_to_u32(line_colour(number))
                implot.get_plot_draw_list().add_circle_filled(spot, em(0.22), ink)
        events = self._marks.near(imgui.get_mouse_pos().x) if frame.marks else ()
        _tooltip(group, lines, found, f"{_place(lines, found, place):.6g} {UNITS[frame.setup.axis]}", events)


def _line(label: str, x: np.ndarray, y: np.ndarray, colour: ImVec4, width: float, alpha: float = 1.0) -> None:
    spec = implot.Spec()
    spec.line_color = ImVec4(colour.x, colour.y, colour.z, alpha)
    spec.line_weight = em(width)
    if len(x) == 1:  # a line of one point would be invisible
        spec.marker = implot.Marker_.circle
        spec.marker_fill_color = spec.line_color
        spec.marker_size = em(0.2)
    implot.plot_line(label, np.ascontiguousarray(x), np.ascontiguousarray(y), spec=spec)


def _upright(place: float) -> None:
    low, size = implot.get_plot_pos(), implot.get_plot_size()
    x = implot.plot_to_pixels(place, 1.0).x
    if low.x <= x <= low.x + size.x:
        canvas = implot.get_plot_draw_list()
        canvas.add_line(ImVec2(x, low.y), ImVec2(x, low.y + size.y), tone_ink("quiet", 0.7), max(1.0, em(0.05)))


def _place(lines: list[Line], found: list[int | None], place: float) -> float:
    """The place of the point that is shown, of the line that has one nearest."""
    places = [float(line.x[index]) for line, index in zip(lines, found, strict=True) if index is not None]
    return min(places, key=lambda x: abs(x - place), default=place)


def _tooltip(
    group: Group, lines: list[Line], found: list[int | None], place: str, events: tuple[RunEvent, ...]
) -> None:
    imgui.begin_tooltip()
    with text_colour("quiet"):
        imgui.text(place)
    for number, (line, index, (_, label)) in enumerate(zip(lines, found, group.lines, strict=True)):
        imgui.text_colored(line_colour(number), icons.ICON_FA_SQUARE)
        imgui.same_line(imgui.get_style().window_padding.x + em(1.4))
        imgui.text(f"{label}  {value_text(line, index, group.unit)}")
        if index is not None and line.smooth is not line.raw and math.isfinite(line.raw[index]):
            imgui.same_line()
            with text_colour("quiet"):
                imgui.text(f"raw {line.raw[index]:.4g}")
    for event in events:
        icon, tone = SIGNS[event.kind]
        with text_colour(tone):
            imgui.text(icon)
        imgui.same_line(imgui.get_style().window_padding.x + em(1.4))
        imgui.text(event.text)
    imgui.end_tooltip()


def value_text(line: Line, index: int | None, unit: str) -> str:
    """A value for people, with its unit; a dash where there is none."""
    if index is None or not math.isfinite(line.smooth[index]):
        return "–"
    return f"{line.smooth[index]:.4g} {unit}".strip()


def _heading(group: Group, lines: list[Line], width: float, note: str) -> None:
    """Title and legend on one line above the plot, where they cover no curve."""
    end = imgui.get_cursor_pos_x() + width
    imgui.text(group.heading)
    gap = em(0.9)
    left_out = sum(line.left_out for line in lines)
    if left_out:
        imgui.same_line(0, em(0.5))
        with text_colour("warning"):
            imgui.text(icons.ICON_FA_TRIANGLE_EXCLAMATION)
        if imgui.is_item_hovered():
            parts = [f"{label}: {line.left_out}" for line, (_, label) in zip(lines, group.lines, strict=True)]
            imgui.set_tooltip("Values that are not above zero have no logarithm and are left out.\n" + "\n".join(parts))
    if note:
        imgui.same_line(0, em(0.5))
        with text_colour("quiet"):
            imgui.text(f"({note})")
    if len(group.lines) == 1:
        return
    for index, (_, label) in enumerate(group.lines):
        imgui.same_line(0, gap if index == 0 else em(0.6))
        if imgui.get_cursor_pos_x() + imgui.calc_text_size(label).x > end:
            with text_colour("quiet"):
                imgui.text("…")
            imgui.set_item_tooltip("\n".join(label for _, label in group.lines))
            return
        imgui.text_colored(line_colour(index), label)
