"""Views of one panel as a row of buttons: flatter than tabs, and other controls go on in the same line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from imgui_bundle import imgui

from widgets.common import tone_colour
from widgets.toolbar import flow, text_button_width

Choice = TypeVar("Choice")


def segments(value: Choice, labels: Mapping[Choice, str]) -> Choice:
    """Draw a button for each view; that of the chosen one stays pressed.

    Args:
        value: What is chosen.
        labels: All choices with their names, which are the buttons' identities, too.

    Returns:
        What is chosen now.
    """
    chosen = value
    for index, (choice, label) in enumerate(labels.items()):
        if index:
            flow(text_button_width(label))
        on = choice == value
        colour = imgui.get_style_color_vec4(imgui.Col_.header_active if on else imgui.Col_.frame_bg)
        imgui.push_style_color(imgui.Col_.button, colour)
        if on:
            imgui.push_style_color(imgui.Col_.text, tone_colour("accent"))
        if imgui.button(label):
            chosen = choice
        imgui.pop_style_color(2 if on else 1)
    return chosen
