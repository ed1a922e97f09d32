"""A small square picture: its middle, or an icon where there is none."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from widgets.common import tone_ink
from widgets.picture import Picture


def draw_thumbnail(picture: Picture | None, corner: ImVec2, side: float, icon: str) -> None:
    """Draw it with the window's draw list.

    Args:
        picture: What is shown; None shows the icon.
        corner: Upper left, on the screen.
        side: Pixels of its edge.
        icon: Stands in for a picture.
    """
    canvas, rounding = imgui.get_window_draw_list(), imgui.get_style().frame_rounding
    far = ImVec2(corner.x + side, corner.y + side)
    canvas.add_rect_filled(corner, far, imgui.get_color_u32(imgui.Col_.frame_bg), rounding)
    if picture is None:
        size = imgui.calc_text_size(icon)
        middle = ImVec2(corner.x + (side - size.x) / 2, corner.y + (side - size.y) / 2)
        canvas.add_text(middle, tone_ink("quiet"), icon)
        return
    low, high = middle_of(picture.width, picture.height)
    white = imgui.IM_COL32(255, 255, 255, 255)
    canvas.add_image_rounded(
        imgui.ImTextureRef(picture.texture), corner, far, ImVec2(*low), ImVec2(*high), white, rounding
    )


def middle_of(width: int, height: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Corners of the largest square in the middle of a picture, in shares of its sides."""
    across, along = min(height / width, 1.0), min(width / height, 1.0)
    return ((1 - across) / 2, (1 - along) / 2), ((1 + across) / 2, (1 + along) / 2)
