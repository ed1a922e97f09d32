"""Notices that come up over the window's lower edge and go by themselves; the Log keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgui_bundle import ImVec2, ImVec4, imgui

from widgets.common import em, icons, sentence, tone_ink
from widgets.palette import Tone
from widgets.views import Level, LogLine

TONES: dict[Level, Tone] = {"info": "accent", "warning": "warning", "error": "error"}
ICONS: dict[Level, str] = {
    "info": icons.ICON_FA_CIRCLE_INFO,
    "warning": icons.ICON_FA_TRIANGLE_EXCLAMATION,
    "error": icons.ICON_FA_CIRCLE_XMARK,
}
WIDTH = 30.0
FADE_S = 0.4
MOST = 3


@dataclass(frozen=True)
class Toast:
    """A notice.

    Attributes:
        line: What it says.
        count: How often it was said in a row.
        left_s: Seconds until it goes.
    """

    line: LogLine
    count: int
    left_s: float


def draw(toasts: Sequence[Toast], margin: float) -> None:
    """Draw the newest notices, the last one lowest.  They take no clicks, so that nothing below them is blocked.

    Args:
        toasts: Oldest first.
        margin: Pixels to leave at the lower edge, for the status bar.
    """
    viewport = imgui.get_main_viewport()
    bottom = viewport.pos.y + viewport.size.y - margin - em(0.6)
    middle = viewport.pos.x + viewport.size.x / 2
    for toast in reversed(toasts[-MOST:]):
        bottom = _draw(toast, middle, bottom) - em(0.4)


def _draw(toast: Toast, middle: float, bottom: float) -> float:
    """Draw one notice.  Returns its upper edge."""
    alpha = min(toast.left_s / FADE_S, 1.0)
    words = sentence(toast.line.text)
    text = words if toast.count == 1 else f"{words}  ({toast.count} times)"
    padding, icon = ImVec2(em(0.8), em(0.5)), em(1.7)
    room = min(em(WIDTH), imgui.get_main_viewport().size.x - em(6))
    size = imgui.calc_text_size(text, False, room)
    low = ImVec2(middle - (size.x + icon) / 2 - padding.x, bottom - size.y - 2 * padding.y)
    high = ImVec2(middle + (size.x + icon) / 2 + padding.x, bottom)
    canvas = imgui.get_foreground_draw_list()
    canvas.add_rect_filled(low, high, _style_ink(imgui.Col_.popup_bg, alpha), em(0.3))
    canvas.add_rect(low, high, tone_ink(TONES[toast.line.level], 0.6 * alpha), em(0.3))
    start = ImVec2(low.x + padding.x, low.y + padding.y)
    canvas.add_text(start, tone_ink(TONES[toast.line.level], alpha), ICONS[toast.line.level])
    font, height = imgui.get_font(), imgui.get_font_size()
    canvas.add_text(
        font, height, ImVec2(start.x + icon, start.y), _style_ink(imgui.Col_.text, alpha), text, wrap_width=room
    )
    return low.y


def _style_ink(name: imgui.Col_, alpha: float) -> int:
    colour = imgui.get_style().color_(name)
    return imgui.color_convert_float4_to_u32(ImVec4(colour.x, colour.y, colour.z, alpha))
