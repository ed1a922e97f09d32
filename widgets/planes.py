"""The Tri-planes panel: what the generator paints on its three planes, and what each adds to a point of the field."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from imgui_bundle import ImVec2, imgui, implot

from widgets.choices import choose, flow
from widgets.colour_bar import colour_bar
from widgets.common import button, em, empty_state, error_box, icons, text_colour
from widgets.on_picture import cased_lines, picture_ink
from widgets.plane_view import PlaneLook, PlanePainting, PlanesView, PlanesWish, moved_on_plane, on_plane
from widgets.toolbar import text_button_width

AXES = "xyz"
PAINTINGS: dict[PlanePainting, str] = {
    "components": "principal components",
    "lengths": "length of features",
    "channel": "one channel",
}
TIPS: dict[PlanePainting, str] = {
    "components": "Red, green and blue are the three directions in which the features of all texels vary most",
    "lengths": "How long the feature vector of each texel is",
    "channel": "One feature of each texel",
}
BAR_WIDTH = 4.2
LEAST_EDGE = 5.0


class PlanesPanel:
    """Draws the panel.

    Attributes:
        look: How the planes are shown.
    """

    def __init__(self) -> None:
        self.look = PlaneLook()

    def draw(self, view: PlanesView) -> PlanesWish:
        """Draw the panel over all the room there is.  Returns what is wanted."""
        wish = PlanesWish(view.planes, view.point)
        if view.problem is not None:
            answer = error_box("planes", view.problem.message, view.problem.detail, retry=True, dismiss=False)
            wish = replace(wish, retry=answer == "retry")
        if not view.pictures:
            if view.problem is None:
                empty_state(icons.ICON_FA_LAYER_GROUP, "No planes yet", view.waiting)
            return wish
        self._controls(view)
        wish = self._forget_point(view, wish)
        return self._planes(view, wish)

    def _controls(self, view: PlanesView) -> None:
        painting = choose("painting", self.look.painting, PAINTINGS, 11, TIPS[self.look.painting])
        channel = min(self.look.channel, view.features - 1)
        if painting == "channel":
            flow(8)
            imgui.set_next_item_width(em(8))
            words = f"channel %d of {view.features}"
            channel = imgui.slider_int("##channel", channel, 0, view.features - 1, words)[1]
            imgui.set_item_tooltip("Which feature, counted from 0; Ctrl+click to type it")
        self.look = PlaneLook(painting, min(max(channel, 0), view.features - 1))

    def _forget_point(self, view: PlanesView, wish: PlanesWish) -> PlanesWish:
        """A way to be rid of the crosshair."""
        if view.point is None:
            return wish
        label = f"{icons.ICON_FA_CROSSHAIRS}  clear"
        flow(text_button_width(label) / em())
        if button(f"{label}###clear point", True, "Take the crosshair away"):
            return replace(wish, point=None)
        return wish

    def _planes(self, view: PlanesView, wish: PlanesWish) -> PlanesWish:
        """The pictures side by side or one above the other, whichever leaves them larger; what is known below them."""
        room, gap = imgui.get_content_region_avail(), imgui.get_style().item_spacing
        caption, line = _caption(view), imgui.get_text_line_height_with_spacing()
        bar = em(BAR_WIDTH) + gap.x if view.values is not None else 0.0
        count, head = len(view.pictures), imgui.get_frame_height_with_spacing()
        below = line * (1 + len(_lines(view))) + line * (imgui.calc_text_size(caption).x > room.x)
        row = min((room.x - bar - (count - 1) * gap.x) / count, room.y - head - below)
        column = min(room.x - bar, (room.y - below) / count - head)
        edge = max(row, column, em(LEAST_EDGE))
        corner = imgui.get_cursor_pos()
        for index in range(count):
            if index and row >= column:
                imgui.same_line()
            imgui.begin_group()
            wish = self._plane(view, wish, index, edge)
            imgui.end_group()
        if view.values is not None:
            end = imgui.get_cursor_pos()
            across = edge * count + gap.x * count if row >= column else edge + gap.x
            imgui.set_cursor_pos(ImVec2(corner.x + across, corner.y + head))
            implot.push_colormap(implot.Colormap_.viridis.value)
            colour_bar(*_wide(view.values), ImVec2(em(BAR_WIDTH), edge))
            implot.pop_colormap()
            imgui.set_cursor_pos(end)
        for text in _lines(view):
            imgui.text_wrapped(text)
        with text_colour("quiet"):
            imgui.text_wrapped(caption)
        return wish

    def _plane(self, view: PlanesView, wish: PlanesWish, index: int, edge: float) -> PlanesWish:
        """One plane: its switch, and its picture with the crosshair, which follows the mouse."""
        first, second = view.axes[index]
        name = f"{AXES[first]}–{AXES[second]}"
        on = index in view.planes
        changed, wanted = imgui.checkbox(f"{name}###plane {index}", on)
        imgui.set_item_tooltip("Whether this plane counts, in the viewport and everywhere else")
        if changed:
            kept = {*view.planes, index} if wanted else set(view.planes) - {index}
            wish = replace(wish, planes=tuple(sorted(kept)))
        low = imgui.get_cursor_screen_pos()
        high, canvas = ImVec2(low.x + edge, low.y + edge), imgui.get_window_draw_list()
        imgui.invisible_button(f"picture {index}", ImVec2(edge, edge))
        tint = imgui.IM_COL32(255, 255, 255, 255 if on else 70)
        texture = imgui.ImTextureRef(view.pictures[index].texture)
        canvas.add_image(texture, low, high, ImVec2(0, 1), ImVec2(1, 0), tint)
        mouse = imgui.get_mouse_pos()
        across, up = (mouse.x - low.x) / edge, (high.y - mouse.y) / edge
        if imgui.is_item_active():
            wish = replace(wish, point=moved_on_plane(view.point, view.axes[index], view.box, across, up))
        elif imgui.is_item_hovered():
            x, y = (view.box * (2 * share - 1) for share in (across, up))
            imgui.set_tooltip(f"{AXES[first]} {x:+.3f}  {AXES[second]} {y:+.3f}\nClick or drag to move the crosshair")
        if view.point is not None:
            _crosshair(canvas, on_plane(view.point, view.axes[index], view.box), low, high)
        return wish


def _crosshair(canvas: imgui.ImDrawList, place: tuple[float, float], low: ImVec2, high: ImVec2) -> None:
    x, y = low.x + place[0] * (high.x - low.x), high.y - place[1] * (high.y - low.y)
    lines = np.array([[[x, low.y], [x, high.y]], [[low.x, y], [high.x, y]]])
    canvas.push_clip_rect(low, high, True)
    cased_lines(canvas, lines, picture_ink("accent"))
    canvas.pop_clip_rect()


def _wide(values: tuple[float, float]) -> tuple[float, float]:
    """A range that is not empty."""
    low, high = values
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _caption(view: PlanesView) -> str:
    """What is shown, for people."""
    size = f"{view.size} × {view.size} texels of {view.features} features"
    if not view.shares:
        return size
    shares = ", ".join(f"{share:.0%}" for share in view.shares)
    return f"{size}; red, green and blue explain {shares} of their variance"


def _lines(view: PlanesView) -> list[str]:
    """What the field says of the point, for people."""
    if view.point is None:
        return ["Click a plane, or Alt+click the viewport, to ask the field about a point"]
    where = "  ".join(f"{axis} {value:+.3f}" for axis, value in zip(AXES, view.point, strict=True))
    if view.reading is None:
        return [where, "asking the field…"]
    reading = view.reading
    names = [f"{AXES[first]}–{AXES[second]}" for first, second in view.axes]
    without = ", ".join(f"{name} {value:.3g}" for name, value in zip(names, reading.left_out, strict=True))
    colour = " ".join(f"{value:.2f}" for value in reading.colour)
    return [f"{where}    density {reading.density:.3g}    colour {colour}", f"density without {without}"]
