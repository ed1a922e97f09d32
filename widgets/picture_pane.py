"""A pane that shows a picture: wheel and drag zoom and move it, a double click fits it."""

from __future__ import annotations

from imgui_bundle import ImVec2, imgui

from widgets.common import em, empty_state, error_box, icons
from widgets.picture import LoadedPicture
from widgets.picture_view import PictureView, kept_inside, panned, placed, zoomed

Key = imgui.Key
# The wheel would scroll the panel, and the others walk over its controls.
OWN_KEYS = (Key.mouse_wheel_y, Key.left_arrow, Key.right_arrow, Key.home, Key.end, Key.space)
GROUND = imgui.IM_COL32(16, 17, 20, 178)
INK = imgui.IM_COL32(236, 238, 242, 255)


def draw_pane(
    name: str, loaded: LoadedPicture, view: PictureView, size: ImVec2, caption: str = ""
) -> tuple[PictureView, bool]:
    """Draw a pane.

    Args:
        name: Its identity.
        loaded: The picture, or why there is none.
        view: Which part is seen.
        size: Of the pane, pixels.
        caption: Written into the picture's corner.

    Returns:
        The part that is to be seen, and whether the mouse is over the picture; its keys are kept from others then.
    """
    hovered = False
    imgui.begin_child(name, size, imgui.ChildFlags_.none, imgui.WindowFlags_.no_scroll_with_mouse)
    picture = loaded.picture
    if loaded.problem:
        error_box(name, loaded.problem, dismiss=False)
    elif picture is None:
        empty_state(icons.ICON_FA_HOURGLASS_HALF, "Loading…", "")
    else:
        room = (max(size.x, 1.0), max(size.y, 1.0))
        pixels = (float(picture.width), float(picture.height))
        low = imgui.get_cursor_screen_pos()
        imgui.invisible_button("picture", ImVec2(*room))
        hovered = imgui.is_item_hovered()
        if hovered:
            for key in OWN_KEYS:
                imgui.set_item_key_owner(key)
        view = _gesture(view, pixels, room, low)
        place = placed(view, pixels, room)
        canvas = imgui.get_window_draw_list()
        corner = ImVec2(low.x + place.left, low.y + place.top)
        far = ImVec2(corner.x + place.width, corner.y + place.height)
        canvas.add_image(imgui.ImTextureRef(picture.texture), corner, far)
        words = "  ".join(word for word in (caption, "loading…" if loaded.loading else "") if word)
        if words:
            _label(canvas, ImVec2(max(corner.x, low.x), max(corner.y, low.y)), words)
    imgui.end_child()
    return view, hovered


def _gesture(view: PictureView, pixels: tuple[float, float], room: tuple[float, float], low: ImVec2) -> PictureView:
    io = imgui.get_io()
    if imgui.is_item_hovered():
        if imgui.is_mouse_double_clicked(imgui.MouseButton_.left):
            return PictureView()
        if io.mouse_wheel:
            cursor = (io.mouse_pos.x - low.x, io.mouse_pos.y - low.y)
            view = zoomed(view, pixels, room, cursor, io.mouse_wheel)
    if imgui.is_item_active() and (io.mouse_delta.x or io.mouse_delta.y):
        view = panned(view, pixels, room, io.mouse_delta.x, io.mouse_delta.y)
    return kept_inside(view, pixels, room)


def _label(canvas: imgui.ImDrawList, corner: ImVec2, text: str) -> None:
    """Text on a dark ground, so that it is legible on any picture."""
    margin, padding = em(0.3), em(0.3)
    size = imgui.calc_text_size(text)
    low = ImVec2(corner.x + margin, corner.y + margin)
    high = ImVec2(low.x + size.x + 2 * padding, low.y + size.y + padding)
    canvas.add_rect_filled(low, high, GROUND, em(0.3))
    canvas.add_text(ImVec2(low.x + padding, low.y + padding / 2), INK, text)
