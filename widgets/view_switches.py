"""Three small switches on the viewport's picture: the box, the cameras of the training, the cube of the axes."""

from __future__ import annotations

from dataclasses import replace

from imgui_bundle import ImVec2, imgui

from widgets.common import em, icon_width, icons
from widgets.on_picture import GROUND, INK, QUIET_INK, picture_ink
from widgets.view_setup import ViewSetup

GAP = 0.25


def switches_width() -> float:
    """Pixels of the row."""
    return 3 * icon_width() + 2 * em(GAP)


def view_switches(setup: ViewSetup, right: float, top: float) -> ViewSetup:
    """Draw them in a row that ends at a corner of the screen, pixels.  Returns the setup as it is now wanted."""
    imgui.set_cursor_screen_pos(ImVec2(right - switches_width(), top))
    box = _switch(icons.ICON_FA_VECTOR_SQUARE, "guide box", setup.box, "The box of the field")
    imgui.same_line(0, em(GAP))
    cameras = _switch(icons.ICON_FA_VIDEO, "guide cameras", setup.cameras, "The cameras of the training")
    imgui.same_line(0, em(GAP))
    cube = _switch(icons.ICON_FA_CUBE, "guide cube", setup.cube, "The cube that shows the axes")
    return replace(setup, box=box, cameras=cameras, cube=cube)


def _switch(icon: str, name: str, on: bool, tooltip: str) -> bool:
    """A square that is lit while it is on.  Returns whether it is on now."""
    size = ImVec2(icon_width(), icon_width())
    clicked = imgui.invisible_button(f"###{name}", size)
    hovered, low, high = imgui.is_item_hovered(), imgui.get_item_rect_min(), imgui.get_item_rect_max()
    canvas = imgui.get_window_draw_list()
    canvas.add_rect_filled(low, high, GROUND, em(0.3))
    ink = picture_ink("accent") if on else INK if hovered else QUIET_INK
    extent = imgui.calc_text_size(icon)
    canvas.add_text(ImVec2((low.x + high.x - extent.x) / 2, (low.y + high.y - extent.y) / 2), ink, icon)
    imgui.set_item_tooltip(f"{tooltip}\n({'on' if on else 'off'})")
    return on != clicked
