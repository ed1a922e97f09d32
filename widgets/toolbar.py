"""Rows of small controls above a panel: they go on in the next line where the panel is narrow."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from widgets.common import icon_width, tone_colour


def flow(width: float) -> None:
    """Begin a control of so many pixels: behind the last one if it fits there, else in a new line."""
    right = imgui.get_cursor_screen_pos().x + imgui.get_content_region_avail().x
    if imgui.get_item_rect_max().x + imgui.get_style().item_spacing.x + width <= right:
        imgui.same_line()


def flow_end(width: float) -> None:
    """Like flow, but the control ends at the panel's right edge."""
    flow(width)
    room = imgui.get_content_region_avail().x - width
    if room > 0:
        imgui.set_cursor_pos_x(imgui.get_cursor_pos_x() + room)


def text_button_width(text: str) -> float:
    """Pixels of a button or of a check box's label with this text."""
    return imgui.calc_text_size(text, True).x + 2 * imgui.get_style().frame_padding.x


def check_width(text: str) -> float:
    """Pixels of a check box with this label."""
    return imgui.get_frame_height() + imgui.get_style().item_inner_spacing.x + imgui.calc_text_size(text, True).x


def tool(icon: str, name: str, tooltip: str, enabled: bool = True) -> bool:
    """A square button that flows.  `name` is its identity.  Returns whether it was clicked."""
    flow(icon_width())
    return first_tool(icon, name, tooltip, enabled)


def first_tool(icon: str, name: str, tooltip: str, enabled: bool = True) -> bool:
    """A square button where the cursor is."""
    clicked = _square(icon, name, enabled)
    _explain(tooltip)
    return clicked


def toggle(icon: str, name: str, on: bool, tooltip: str, enabled: bool = True) -> bool:
    """A square button that stays pressed; it flows.  Returns whether it is on now."""
    flow(icon_width())
    return first_toggle(icon, name, on, tooltip, enabled)


def first_toggle(icon: str, name: str, on: bool, tooltip: str, enabled: bool = True) -> bool:
    """A square button that stays pressed, where the cursor is."""
    if on:
        imgui.push_style_color(imgui.Col_.button, imgui.get_style_color_vec4(imgui.Col_.header_active))
    imgui.push_style_color(imgui.Col_.text, tone_colour("accent" if on else "quiet"))
    clicked = _square(icon, name, enabled)
    imgui.pop_style_color(2 if on else 1)
    _explain(f"{tooltip}\n({'on' if on else 'off'})")
    return on != clicked


def _square(icon: str, name: str, enabled: bool) -> bool:
    imgui.begin_disabled(not enabled)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, ImVec2(0, imgui.get_style().frame_padding.y))
    clicked = imgui.button(f"{icon}###{name}", ImVec2(icon_width(), icon_width()))
    imgui.pop_style_var()
    imgui.end_disabled()
    return clicked


def _explain(tooltip: str) -> None:
    """A tooltip also for what cannot be clicked now: that is when somebody wonders."""
    if imgui.is_item_hovered(imgui.HoveredFlags_.for_tooltip | imgui.HoveredFlags_.allow_when_disabled):
        imgui.set_tooltip(tooltip)
