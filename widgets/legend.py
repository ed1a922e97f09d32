"""Legends on pictures: a bar of colours with numbers and a title, on a dark ground."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.surface_figures import Legend
from widgets.common import em
from widgets.log_axis import log_ticks
from widgets.on_picture import GROUND, INK, QUIET_INK

STRIPES = 64
# Font sizes: of the bar, and heights that it has at most and at least.
BAR_WIDTH, TALLEST, SHORTEST = 0.8, 11.0, 4.0
STEP_HEIGHT = 1.4


def draw_legends(canvas: imgui.ImDrawList, legends: tuple[Legend, ...], low: ImVec2, high: ImVec2) -> float:
    """Draw legends one below the other in the picture's upper right corner, as far as there is room.

    Args:
        canvas: To draw on.
        legends: What colours mean.
        low: Upper left corner of the room, pixels of the screen.
        high: Lower right corner.

    Returns:
        How much of the width they take, pixels.
    """
    taken, top, margin = 0.0, low.y + em(0.5), em(0.5)
    for number, legend in enumerate(legends):
        left = (high.y - top - margin * (len(legends) - number)) / (len(legends) - number)
        height = min(left - em(2.6), em(TALLEST))
        if height < em(SHORTEST):
            break
        ticks = ticks_of(legend, height / em(STEP_HEIGHT))
        words = [tick_words(value, legend) for value in ticks]
        inside = max(em(BAR_WIDTH + 0.4) + max(imgui.calc_text_size(each).x for each in words), _title_width(legend))
        width = inside + em(0.8)
        corner = ImVec2(high.x - margin - width, top)
        if corner.x < low.x:
            break
        _legend(canvas, legend, corner, ImVec2(width, height + em(2.6)), list(zip(ticks, words, strict=True)))
        taken, top = max(taken, width + margin), top + height + em(2.6) + margin
    return taken


def ticks_of(legend: Legend, most: float) -> list[float]:
    """Numbers that stand beside a bar, rising: both ends and round ones between them, as many as fit.

    Args:
        legend: It.
        most: How many numbers have room.
    """
    least, end = legend.least, legend.most
    if end <= least:
        return [least]
    if legend.logarithmic and least > 0:
        found = log_ticks(least, end)
    else:
        count = max(2, min(5, int(most)))
        found = np.linspace(least, end, count).tolist()
    every = max(1, math.ceil(len(found) / max(most, 1)))
    return [float(tick) for tick in found[::every]]


def share_of(value: float, legend: Legend) -> float:
    """Where a value lies on the bar: 0 is its lower end, 1 the upper one."""
    if legend.most <= legend.least:
        return 0.0
    if legend.logarithmic and legend.least > 0:
        return math.log(value / legend.least) / math.log(legend.most / legend.least)
    return (value - legend.least) / (legend.most - legend.least)


def tick_words(value: float, legend: Legend) -> str:
    """A number in as few digits as tell neighbours apart."""
    if value and abs(value) < 1e-9 * max(abs(legend.least), abs(legend.most)):
        value = 0.0
    return f"{value:.3g}"


def _title_width(legend: Legend) -> float:
    return max(imgui.calc_text_size(line).x for line in _title(legend))


def _title(legend: Legend) -> list[str]:
    """Its name, and below that its unit."""
    name, _, unit = legend.title.partition(", ")
    return [name, unit] if unit else [name]


def _legend(
    canvas: imgui.ImDrawList, legend: Legend, low: ImVec2, size: ImVec2, ticks: list[tuple[float, str]]
) -> None:
    lines, step, pad = _title(legend), imgui.get_text_line_height(), em(0.4)
    canvas.add_rect_filled(low, ImVec2(low.x + size.x, low.y + size.y), GROUND, em(0.3))
    for index, line in enumerate(lines):
        place = ImVec2(low.x + pad, low.y + pad * 0.6 + index * step)
        canvas.add_text(place, QUIET_INK if index else INK, line)
    top, bottom = low.y + pad * 1.2 + len(lines) * step + step / 2, low.y + size.y - pad - step / 2
    left = low.x + pad
    edges = np.round(np.linspace(bottom, top, STRIPES + 1)).tolist()  # whole pixels: no seams
    colours = np.asarray(legend.colours, np.uint8)
    for index, (under, over) in enumerate(pairwise(edges)):
        red, green, blue = colours[round((index + 0.5) / STRIPES * (len(colours) - 1))].tolist()
        ink = imgui.IM_COL32(red, green, blue, 255)
        canvas.add_rect_filled(ImVec2(left, over), ImVec2(left + em(BAR_WIDTH), under), ink)
    for value, words in ticks:
        y = bottom + (top - bottom) * share_of(value, legend)
        start = ImVec2(left + em(BAR_WIDTH), y)
        canvas.add_line(start, ImVec2(start.x + em(0.2), y), QUIET_INK)
        canvas.add_text(ImVec2(start.x + em(0.35), y - step / 2), INK, words)
