"""Legends below pictures: a bar of colours with its title above and numbers below, beside each other where they fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.surface_figures import Legend
from widgets.common import em, tone_ink
from widgets.log_axis import log_ticks

STRIPES = 96
# Font sizes: of the bar, and around it.
BAR, MARGIN = 0.5, 0.5
# Of the room for a picture, at most: what does not fit is left out.
MOST_SHARE = 0.36


def fitting(legends: Sequence[Legend], room: ImVec2) -> tuple[Sequence[Legend], float]:
    """The legends that have a place below a picture, and what they take of the height.

    Args:
        legends: What colours mean, the most important first.
        room: Of picture and legends, pixels.
    """
    for count in range(len(legends), 0, -1):
        height = _height() * math.ceil(count / _columns(legends[:count], room.x))
        if height <= MOST_SHARE * room.y:
            return legends[:count], math.ceil(height)
    return (), 0.0


def draw_legends(legends: Sequence[Legend], low: ImVec2, width: float) -> None:
    """Draw legends.

    Args:
        legends: What colours mean.
        low: Upper left corner of their room, pixels of the screen.
        width: Of the room, pixels.
    """
    if not legends:
        return
    columns, canvas = _columns(legends, width), imgui.get_window_draw_list()
    each = width / columns
    for index, legend in enumerate(legends):
        corner = ImVec2(low.x + (index % columns) * each, low.y + (index // columns) * _height())
        _legend(canvas, legend, corner, each)


def ticks_of(legend: Legend, most: float) -> list[float]:
    """Numbers that stand along a bar, rising: round ones, or evenly spaced from end to end.

    Args:
        legend: It.
        most: How many numbers have room.
    """
    least, end = legend.least, legend.most
    if end <= least or most < 2:
        return [least]
    if legend.logarithmic and least > 0:
        found = log_ticks(least, end)
    else:
        found = np.linspace(least, end, 5 if most >= 5 else 3 if most >= 3 else 2).tolist()
    return [float(tick) for tick in found[:: max(1, math.ceil(len(found) / most))]]


def share_of(value: float, legend: Legend) -> float:
    """Where a value lies on the bar: 0 is its first end, 1 the last one."""
    if legend.most <= legend.least:
        return 0.0
    if legend.logarithmic and legend.least > 0:
        return math.log(value / legend.least) / math.log(legend.most / legend.least)
    return (value - legend.least) / (legend.most - legend.least)


def tick_words(value: float, legend: Legend) -> str:
    """A number in few digits, without an exponent where people would not write one."""
    if abs(value) < 1e-6 * max(abs(legend.least), abs(legend.most)):
        return "0"
    return f"{value:.0f}" if 1000 <= abs(value) < 100_000 else f"{value:.3g}"


def _columns(legends: Sequence[Legend], width: float) -> int:
    widest = max(imgui.calc_text_size(legend.title).x for legend in legends) + em(2 * MARGIN)
    return max(1, min(len(legends), int(width / widest)))


def _height() -> float:
    return 2 * imgui.get_text_line_height() + em(BAR + 2 * MARGIN)


def _legend(canvas: imgui.ImDrawList, legend: Legend, low: ImVec2, width: float) -> None:
    step = imgui.get_text_line_height()
    left, right, top = low.x + em(MARGIN), low.x + width - em(MARGIN), low.y + em(MARGIN)
    canvas.push_clip_rect(low, ImVec2(low.x + width, low.y + _height()), True)
    canvas.add_text(ImVec2(left, top), tone_ink("quiet"), legend.title)
    top += step + em(0.1)
    edges = np.round(np.linspace(left, right, STRIPES + 1)).tolist()  # whole pixels: no seams
    colours = np.asarray(legend.colours, np.uint8)
    for index, (start, end) in enumerate(pairwise(edges)):
        red, green, blue = colours[round((index + 0.5) / STRIPES * (len(colours) - 1))].tolist()
        canvas.add_rect_filled(ImVec2(start, top), ImVec2(end, top + em(BAR)), imgui.IM_COL32(red, green, blue, 255))
    ink, top = imgui.get_color_u32(imgui.Col_.text), top + em(BAR)
    for value in ticks_of(legend, (right - left) / em(3.2)):
        words = tick_words(value, legend)
        x, half = left + (right - left) * share_of(value, legend), imgui.calc_text_size(words).x / 2
        canvas.add_line(ImVec2(x, top), ImVec2(x, top + em(0.2)), ink)
        canvas.add_text(ImVec2(min(max(x - half, left), right - 2 * half), top + em(0.1)), ink, words)
    canvas.pop_clip_rect()
