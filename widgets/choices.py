"""Compact controls above a plot: choosers in a line that breaks where the panel ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from imgui_bundle import imgui

from widgets.common import em

Choice = TypeVar("Choice")


def choose(
    name: str, value: Choice, labels: Mapping[Choice, str], width: float, tooltip: str, caption: str = ""
) -> Choice:
    """A chooser.

    Args:
        name: Its identity.
        value: What is chosen.
        labels: All choices with their names.
        width: Font sizes.
        tooltip: What is chosen here, and why.
        caption: What is chosen here, in a word before the chosen name.

    Returns:
        What is chosen now.
    """
    imgui.set_next_item_width(em(width))
    if imgui.begin_combo(f"##{name}", _shown(caption, labels[value])):
        for choice, label in labels.items():
            if imgui.selectable(label, choice == value)[0]:
                value = choice
        imgui.end_combo()
    imgui.set_item_tooltip(tooltip)
    return value


def flow_choose(
    name: str, value: Choice, labels: Mapping[Choice, str], width: float, tooltip: str, caption: str
) -> Choice:
    """Like `choose`, but it flows, and is wider where caption and chosen name need it."""
    padding = 2 * imgui.get_style().frame_padding.x
    needed = imgui.calc_text_size(_shown(caption, labels[value])).x + padding + imgui.get_frame_height()
    width = max(width, needed / em())
    flow(width)
    return choose(name, value, labels, width, tooltip, caption)


def _shown(caption: str, label: str) -> str:
    return f"{caption} {label}" if caption else label


def flow(width: float) -> None:
    """The next item, so many font sizes wide, goes beside the last one if there is room, else below it."""
    end = imgui.get_cursor_screen_pos().x + imgui.get_content_region_avail().x
    if imgui.get_item_rect_max().x + imgui.get_style().item_spacing.x + em(width) <= end:
        imgui.same_line()
