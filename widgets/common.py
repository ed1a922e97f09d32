"""Pieces that all panels share: rows with their label at the left, resets, badges, error boxes, empty states.

Lengths are multiples of the font size, so that the layout follows the screen's scaling.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Literal

from imgui_bundle import ImVec2, ImVec4, icons_fontawesome_6, imgui

from widgets.palette import LINES, TONES, Colour, Theme, Tone

icons = icons_fontawesome_6
LABEL_WIDTH = 6.2
ErrorAction = Literal["copy", "dismiss", "retry", "offer"]


def em(count: float = 1.0) -> float:
    """So many font sizes, in pixels."""
    return imgui.get_font_size() * count


def vec4(colour: Colour) -> ImVec4:
    """A colour as the toolkit wants it."""
    return ImVec4(*colour)


def theme() -> Theme:
    """The theme in force, told by its own colours, so that there is no second place that knows it."""
    ground = imgui.get_style().color_(imgui.Col_.window_bg)
    return "light" if 0.3 * ground.x + 0.6 * ground.y + 0.1 * ground.z > 0.5 else "dark"


def tone_colour(tone: Tone, alpha: float = 1.0) -> ImVec4:
    """A meaning's colour in the theme in force."""
    red, green, blue, _ = TONES[theme()][tone]
    return ImVec4(red, green, blue, alpha)


def tone_ink(tone: Tone, alpha: float = 1.0) -> int:
    """The same for draw lists."""
    return imgui.color_convert_float4_to_u32(tone_colour(tone, alpha))


def line_colour(index: int) -> ImVec4:
    """The colour of a plot's line in the theme in force; after the last one they begin again."""
    colours = LINES[theme()]
    return vec4(colours[index % len(colours)])


def icon_width() -> float:
    """Pixels of an icon button: it is square."""
    return imgui.get_frame_height()


def row(label: str, tooltip: str = "", tail: int = 0, least: float = 3.5) -> None:
    """Begin a row: its label, and the width of the next item.

    Args:
        label: Stands at the left, or above where the panel is too narrow for both.
        tooltip: Of the label.
        tail: Icon buttons behind the item, which get their room.
        least: Width that the item needs to be read, font sizes.
    """
    imgui.align_text_to_frame_padding()
    imgui.text(label)
    if tooltip:
        imgui.set_item_tooltip(tooltip)
    row_start(tail, least)


def row_start(tail: int = 0, least: float = 3.5) -> None:
    """Go on behind the label of a row that was just drawn, arguments as of `row`."""
    beside = em(LABEL_WIDTH) + imgui.get_style().window_padding.x
    room = tail * (icon_width() + imgui.get_style().item_inner_spacing.x)
    imgui.same_line(beside)
    left = imgui.get_content_region_avail().x - room
    if left < em(least):
        imgui.new_line()
        left = imgui.get_content_region_avail().x - room
    imgui.set_next_item_width(max(left, em(3)))


def path_input(label: str, hint: str, path: str) -> str:
    """A field for a path, whose end is what is seen of a long one.  Returns the path, without spaces around it."""
    _, text = imgui.input_text_with_hint(label, hint, path, imgui.InputTextFlags_.elide_left)
    if path:
        imgui.set_item_tooltip(path)
    return text.strip()


def icon_button(icon: str, name: str, tooltip: str, enabled: bool = True) -> bool:
    """A square button right behind the last item.  `name` is its identity.  Returns whether it was clicked."""
    imgui.same_line(0, imgui.get_style().item_inner_spacing.x)
    imgui.begin_disabled(not enabled)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(0, imgui.get_style().frame_padding.y))
    clicked = imgui.button(f"{icon}###{name}", ImVec2(icon_width(), icon_width()))
    imgui.pop_style_var()
    imgui.end_disabled()
    imgui.set_item_tooltip(tooltip)
    return clicked


def reset_button(name: str, changed: bool, default: str) -> bool:
    """The reset at the end of a row; grey as long as the value is the default."""
    return icon_button(icons.ICON_FA_ROTATE_LEFT, f"reset {name}", f"Reset to {default}", changed)


def button(label: str, enabled: bool = True, tooltip: str = "", width: float = 0.0, primary: bool = False) -> bool:
    """A button; the primary one of a panel has the accent's colour.  Returns whether it was clicked."""
    imgui.begin_disabled(not enabled)
    with _filled("accent") if primary else nullcontext():
        clicked = imgui.button(_fitting(label, width), ImVec2(width, 0))
    imgui.end_disabled()
    if tooltip:
        imgui.set_item_tooltip(tooltip)
    return clicked


def danger_button(label: str, enabled: bool = True, width: float = 0.0) -> bool:
    """A button that loses something, in the colour of errors.  Enter and Space do not press it in passing."""
    imgui.begin_disabled(not enabled)
    imgui.push_item_flag(imgui.ItemFlags_.no_nav, True)
    with _filled("error"):
        clicked = imgui.button(label, ImVec2(width, 0))
    imgui.pop_item_flag()
    imgui.end_disabled()
    return clicked


@contextmanager
def _filled(tone: Tone) -> Iterator[None]:
    """Buttons drawn inside are filled with a meaning's colour."""
    dark, colour = theme() == "dark", tone_colour(tone)
    names = (imgui.Col_.button, imgui.Col_.button_hovered, imgui.Col_.button_active)
    for name, share in zip(names, (0.82, 0.92, 1.0) if dark else (1.0, 0.9, 0.8), strict=True):
        imgui.push_style_color(name, ImVec4(colour.x * share, colour.y * share, colour.z * share, 1))
    imgui.push_style_color(imgui.Col_.text, ImVec4(0.08, 0.08, 0.09, 1) if dark else ImVec4(1, 1, 1, 1))
    try:
        yield
    finally:
        imgui.pop_style_color(4)


def _fitting(label: str, width: float) -> str:
    """The label of a button, or its icon alone where the words would be cut off.  It keeps its identity."""
    words, mark, identity = label.partition("###")
    icon, gap, rest = words.partition("  ")
    room = width - 2 * imgui.get_style().frame_padding.x
    if width <= 0 or not (gap and rest and mark) or imgui.calc_text_size(words).x <= room:
        return label
    return f"{icon}###{identity}"


def coloured(text: str, tone: Tone) -> None:
    """Text in a meaning's colour, wrapped at the panel's edge."""
    with text_colour(tone):
        imgui.text_wrapped(text)


@contextmanager
def text_colour(tone: Tone) -> Iterator[None]:
    """Text drawn inside has a meaning's colour."""
    imgui.push_style_color(imgui.Col_.text, tone_colour(tone))
    try:
        yield
    finally:
        imgui.pop_style_color()


def badge(text: str, tone: Tone) -> None:
    """A word on a coloured ground: a state."""
    padding = ImVec2(em(0.5), em(0.12))
    size = imgui.calc_text_size(text)
    start = imgui.get_cursor_screen_pos()
    height = imgui.get_frame_height()
    low = ImVec2(start.x, start.y + (height - size.y) / 2 - padding.y)
    high = ImVec2(start.x + size.x + 2 * padding.x, low.y + size.y + 2 * padding.y)
    canvas = imgui.get_window_draw_list()
    canvas.add_rect_filled(low, high, tone_ink(tone, 0.22 if theme() == "dark" else 0.12), em(0.3))
    canvas.add_text(ImVec2(low.x + padding.x, low.y + padding.y), tone_ink(tone), text)
    imgui.dummy(ImVec2(high.x - low.x, height))


def sentence(text: str) -> str:
    """A message as a sentence: its first letter large."""
    return text[:1].upper() + text[1:]


def error_box(
    name: str, message: str, detail: str = "", retry: bool = False, offer: str = "", dismiss: bool = True
) -> ErrorAction | None:
    """An error where it concerns somebody, with Copy and a way to close it.

    Args:
        name: Identity of the box.
        message: For people.
        detail: For the clipboard only.
        retry: Whether to offer another attempt.
        offer: Another way out, on a button of its own; empty for none.
        dismiss: Whether it can be closed; not where it stands in the place of what is missing.

    Returns:
        What was clicked.
    """
    action: ErrorAction | None = None
    imgui.push_style_color(imgui.Col_.child_bg, tone_colour("error", 0.13 if theme() == "dark" else 0.08))
    flags = imgui.ChildFlags_.auto_resize_y | imgui.ChildFlags_.always_use_window_padding
    imgui.begin_child(f"error {name}", ImVec2(0, 0), flags)
    with text_colour("error"):
        imgui.text_wrapped(f"{icons.ICON_FA_TRIANGLE_EXCLAMATION}  {sentence(message)}")
    if offer:
        if imgui.small_button(f"{offer}###offer {name}"):
            action = "offer"
        imgui.same_line()
    if retry:
        if imgui.small_button(f"Try again##{name}"):
            action = "retry"
        imgui.same_line()
    if imgui.small_button(f"Copy##{name}"):
        imgui.set_clipboard_text(f"{message}\n{detail}".strip())
        action = "copy"
    if dismiss:
        imgui.same_line()
        if imgui.small_button(f"Dismiss##{name}"):
            action = "dismiss"
    imgui.end_child()
    imgui.pop_style_color()
    return action


def empty_state(icon: str, title: str, hint: str) -> None:
    """What a panel shows when there is nothing yet: what it will show, and what to do."""
    room = imgui.get_content_region_avail()
    width = min(room.x - em(2), em(22))
    lines = imgui.calc_text_size(hint, False, width)
    height = em(1.6) * 1.6 + imgui.get_text_line_height_with_spacing() + lines.y
    top = imgui.get_cursor_pos_y() + max((room.y - height) / 2, 0)
    left = imgui.get_cursor_pos_x()
    imgui.set_cursor_pos_y(top)
    imgui.push_font(None, em(1.6))
    with text_colour("quiet"):
        _centred(icon, left, room.x)
    imgui.pop_font()
    _centred(title, left, room.x)
    with text_colour("quiet"):
        imgui.set_cursor_pos_x(left + (room.x - min(lines.x, width)) / 2)
        imgui.push_text_wrap_pos(imgui.get_cursor_pos_x() + width)
        imgui.text(hint)
        imgui.pop_text_wrap_pos()


def _centred(text: str, left: float, room: float) -> None:
    imgui.set_cursor_pos_x(left + max((room - imgui.calc_text_size(text).x) / 2, 0))
    imgui.text(text)
