"""What is drawn on a picture must be seen on any picture, in both themes: its colours, and lines with a casing."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui

from widgets.common import em
from widgets.palette import TONES, Tone

GROUND = imgui.IM_COL32(16, 17, 20, 178)
INK = imgui.IM_COL32(236, 238, 242, 255)
QUIET_INK = imgui.IM_COL32(178, 184, 194, 255)


def grey(lightness: float, alpha: float = 1.0) -> int:
    """A grey; lightness and opacity in [0, 1]."""
    return imgui.color_convert_float4_to_u32(imgui.ImVec4(lightness, lightness, lightness * 1.02, alpha))


def picture_ink(tone: Tone, alpha: float = 1.0) -> int:
    """A meaning's colour on pictures: the light one of the dark theme, since the casing is dark."""
    red, green, blue, _ = TONES["dark"][tone]
    return imgui.color_convert_float4_to_u32(imgui.ImVec4(red, green, blue, alpha))


def cased_lines(canvas: imgui.ImDrawList, lines: np.ndarray, ink: int, strength: float = 1.0) -> None:
    """Draw straight lines with a dark rim.

    Args:
        canvas: To draw on.
        lines: Both ends of each, pixels of the layout, [n, 2, 2].
        ink: Colour of the lines.
        strength: Opacity of the rim, in [0, 1].
    """
    rim, wide, narrow = grey(0.05, 0.55 * strength), max(em(0.22), 3.0), max(em(0.1), 1.4)
    ends = [(ImVec2(*start), ImVec2(*end)) for start, end in lines.tolist()]
    for start, end in ends:
        canvas.add_line(start, end, rim, wide)
    for start, end in ends:
        canvas.add_line(start, end, ink, narrow)


def corner_lines(canvas: imgui.ImDrawList, low: ImVec2, high: ImVec2, lines: list[str], help_line: str = "") -> None:
    """Lines in the lower left corner on a dark ground, so that they are legible on any picture."""
    margin, padding, step = em(0.5), em(0.4), imgui.get_text_line_height()
    texts = [(line, INK) for line in "\n".join(lines).split("\n") if line]
    if help_line and imgui.calc_text_size(help_line).x + 2 * (padding + margin) <= high.x - low.x:
        texts.append((help_line, QUIET_INK))
    width = max(imgui.calc_text_size(text).x for text, _ in texts) + 2 * padding
    height = len(texts) * step + 2 * padding
    if width + 2 * margin > high.x - low.x or height + 2 * margin > high.y - low.y:
        return  # a small picture is for the picture
    left, top = low.x + margin, high.y - margin - height
    canvas.add_rect_filled(ImVec2(left, top), ImVec2(left + width, top + height), GROUND, em(0.3))
    for index, (text, ink) in enumerate(texts):
        canvas.add_text(ImVec2(left + padding, top + padding + index * step), ink, text)
