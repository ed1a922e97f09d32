"""A colour map's bar with numbers, in font sizes: the toolkit's own crowds its numbers where the font is large."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.common import em, tone_ink

STRIPES = 64
# How many steps the numbers divide the bar into, as many as fit.
STEPS = (8, 4, 2, 1)
STEP_HEIGHT = 1.5


def numbers(low: float, high: float, steps: int) -> list[str]:
    """Evenly spaced numbers from `low` to `high`, with as many decimals as tell neighbours apart."""
    decimals = max(2, int(np.ceil(1 - np.log10((high - low) / steps))))
    return [f"{value:.{decimals}f}" for value in np.linspace(low, high, steps + 1)]


def colour_bar(
    low: float, high: float, size: ImVec2, labels: Callable[[float, float, int], list[str]] = numbers
) -> None:
    """Draw the bar of the colour map in force, from `low` below to `high` above; numbers stand at its right."""
    start, canvas = imgui.get_cursor_screen_pos(), imgui.get_window_draw_list()
    wide = em(1.2)
    edges = np.round(start.y + np.linspace(0, size.y, STRIPES + 1)).tolist()  # whole pixels: no seams
    for index, (top, bottom) in enumerate(pairwise(edges)):
        colour = imgui.color_convert_float4_to_u32(implot.sample_colormap(1 - (index + 0.5) / STRIPES))
        canvas.add_rect_filled(ImVec2(start.x, top), ImVec2(start.x + wide, bottom), colour)
    steps = next((count for count in STEPS if size.y / count >= em(STEP_HEIGHT)), 1)
    ink, half = tone_ink("quiet"), imgui.get_text_line_height() / 2
    for number, share in zip(labels(low, high, steps), np.linspace(0, 1, steps + 1), strict=True):
        y = start.y + size.y * (1 - float(share))
        canvas.add_line(ImVec2(start.x + wide, y), ImVec2(start.x + wide + em(0.25), y), ink)
        canvas.add_text(ImVec2(start.x + wide + em(0.4), y - half), ink, number)
    imgui.dummy(size)
