"""Pieces of plots that panels about ticks share: headings with a legend, lines, steps and areas, and heat maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, ImVec4, imgui, implot

from widgets.colour_bar import colour_bar, numbers
from widgets.common import em, tone_colour

LINE_WEIGHT = 0.11
BAR_WIDTH = 4.2
# Below zero is below what any logarithmic axis shows.
NOTHING = 1e-9
PLOT_FLAGS = (
    implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_title | implot.Flags_.no_legend
    | implot.Flags_.no_mouse_text
)  # fmt: skip
Labels = Callable[[float, float, int], list[str]]


@dataclass(frozen=True)
class HeatMap:
    """A table as colours.

    Attributes:
        values: [rows, columns], the top row first.
        low: Coordinates of its left and lower edge.
        high: Coordinates of its right and upper edge.
        colours: What the first and the last colour stand for.
        signed: Zero is in the middle, and has a colour of its own.
    """

    values: np.ndarray
    low: tuple[float, float]
    high: tuple[float, float]
    colours: tuple[float, float]
    signed: bool = False

    def at(self, x: float, y: float) -> float | None:
        """The value at a place; None outside."""
        across, up = (x - self.low[0]) / (self.high[0] - self.low[0]), (y - self.low[1]) / (self.high[1] - self.low[1])
        if not (0 <= across < 1 and 0 <= up < 1):
            return None
        rows, columns = self.values.shape
        return float(self.values[rows - 1 - int(up * rows), int(across * columns)])


@contextmanager
def colours_of(signed: bool) -> Iterator[None]:
    """What is drawn inside has the colour map of amounts, or that of differences."""
    implot.push_colormap((implot.Colormap_.rd_bu if signed else implot.Colormap_.viridis).value)
    try:
        yield
    finally:
        implot.pop_colormap()


def draw_heat(name: str, heat: HeatMap) -> None:
    """Draw the table into the plot that has begun, with the colour map in force."""
    values = np.ascontiguousarray(heat.values)
    implot.plot_heatmap(f"##{name}", values, *heat.colours, "", implot.Point(*heat.low), implot.Point(*heat.high))


def bar_beside(top: float, above: float, height: float, colours: tuple[float, float], labels: Labels = numbers) -> None:
    """The bar of the colour map in force, at the right of a plot that was just drawn.

    Args:
        top: Where the plot began, in the panel.
        above: Pixels from there to its inner area.
        height: Of its inner area, pixels.
        colours: What the first and the last colour stand for.
        labels: Makes the numbers of the bar.
    """
    imgui.same_line()
    imgui.set_cursor_pos_y(top + above)
    colour_bar(*colours, ImVec2(em(BAR_WIDTH), height), labels)


def powers(low: float, high: float, steps: int) -> list[str]:
    """Numbers of a bar whose colours are logarithms of what they stand for."""
    return [f"{10**value:.3g}" for value in np.linspace(low, high, steps + 1)]


def heading(titles: tuple[str, str], legend: Sequence[tuple[str, ImVec4]], width: float) -> None:
    """Title and legend on one line above the plot: the short title where the long one leaves no room for the legend."""
    gaps = [em(0.9)] + [em(0.6)] * (len(legend) - 1)
    widths = [gap + imgui.calc_text_size(label).x for gap, (label, _) in zip(gaps, legend, strict=False)]
    title = titles[0] if imgui.calc_text_size(titles[0]).x + sum(widths) <= width else titles[1]
    room = width - imgui.calc_text_size(title).x
    imgui.text(title)
    for gap, taken, (label, colour) in zip(gaps, widths, legend, strict=False):
        room -= taken
        if room < 0:
            return
        imgui.same_line(0, gap)
        imgui.text_colored(colour, label)


def area(name: str, corners: np.ndarray, tops: np.ndarray, least: float, colour: ImVec4) -> None:
    """Fill from `least` up to a line."""
    spec = implot.Spec()
    spec.fill_color = ImVec4(colour.x, colour.y, colour.z, 0.45)
    tops = np.maximum(tops, least)
    implot.plot_shaded(name, np.ascontiguousarray(corners), tops, np.full(len(tops), least), spec=spec)


def bars(name: str, edges: np.ndarray, values: np.ndarray, least: float, colour: ImVec4) -> None:
    """Filled bars between edges [n + 1] up to values [n]."""
    area(name, np.repeat(edges, 2)[1:-1], np.repeat(values, 2), least, colour)


def steps(name: str, edges: np.ndarray, values: np.ndarray, colour: ImVec4) -> None:
    """A line in steps between edges [n + 1], at values [n]."""
    line(name, np.repeat(edges, 2)[1:-1], np.maximum(np.repeat(values, 2), NOTHING), colour)


def line(name: str, x: np.ndarray, y: np.ndarray, colour: ImVec4) -> None:
    """A line; a single point becomes a dot."""
    spec = implot.Spec()
    spec.line_color, spec.line_weight = colour, em(LINE_WEIGHT)
    if len(x) == 1:
        spec.marker, spec.marker_fill_color, spec.marker_size = implot.Marker_.circle, colour, em(0.2)
    implot.plot_line(name, np.ascontiguousarray(x, np.float64), np.ascontiguousarray(y, np.float64), spec=spec)


def upright(name: str, place: float) -> None:
    """A quiet line from the bottom to the top."""
    spec = implot.Spec()
    spec.line_color, spec.line_weight = tone_colour("quiet"), em(LINE_WEIGHT) / 2
    implot.plot_inf_lines(name, np.array([place]), spec=spec)
