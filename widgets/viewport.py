"""The Viewport panel: shows the sample and lets the mouse turn it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from widgets import navigation
from widgets.common import em, empty_state, icons, tone_ink
from widgets.picture import Picture, PictureProvider

Grip = Literal["orbit", "pan"]

HELP = "drag: orbit · shift+drag: pan · wheel: zoom · R: reset"
# Once the camera has stood still for so long, the picture is drawn in full.
SETTLE_S = 0.2
GROUND = imgui.IM_COL32(16, 17, 20, 178)
INK = imgui.IM_COL32(236, 238, 242, 255)
QUIET_INK = imgui.IM_COL32(178, 184, 194, 255)


@dataclass(frozen=True)
class Work:
    """What is being computed for the picture.

    Attributes:
        text: What it is, or why there is nothing.
        fraction: How much is done, 0 to 1; None when it was given up, or is not done.
        offer: What can be done about it then.
    """

    text: str
    fraction: float | None
    offer: str = "Compute"


@dataclass(frozen=True)
class Wish:
    """What somebody wants of the viewport.

    Attributes:
        camera: The camera that was taken hold of, or None if it was left alone.
        work: Whether the work shall be given up, or taken up again.
    """

    camera: Camera | None = None
    work: Literal["cancel", "resume"] | None = None


class ViewportPanel:
    """Draws the picture into the current ImGui window and turns gestures into a new camera.

    It keeps only the gesture in progress; the camera is the caller's. Typical use, once a frame:

        wish = panel.draw(scene.camera, home, provider, hint)
        if wish.camera is not None:
            scene = replace(scene, camera=wish.camera)
    """

    def __init__(self) -> None:
        self._grip: Grip | None = None
        self._seen: Camera | None = None
        self._moved_at = -math.inf

    def draw(
        self,
        camera: Camera,
        home: Camera,
        provider: PictureProvider,
        hint: str = "",
        title: str = "Nothing to show yet",
        work: Work | None = None,
        note: str = "",
    ) -> Wish:
        """Draw the panel over all the room there is.

        Args:
            camera: Of the Scene.
            home: The camera of the training: what reset goes back to.
            provider: Gives the picture; it is asked once, for pixels of the screen (not of the layout, which are
                larger where the screen is scaled).
            hint: While there is no picture: what is being done, or what to do.
            title: Likewise, its heading.
            work: What is being computed, if that takes long enough to be told.
            note: Lines about the picture: what it does not show of the sample, what its tones mean.

        Returns:
            What the user wants.
        """
        room = imgui.get_content_region_avail()
        room = ImVec2(max(math.floor(room.x), 1), max(math.floor(room.y), 1))
        origin, low = imgui.get_cursor_pos(), imgui.get_cursor_screen_pos()
        buttons = imgui.ButtonFlags_.mouse_button_left | imgui.ButtonFlags_.mouse_button_middle
        imgui.set_next_item_allow_overlap()
        imgui.invisible_button("canvas", room, buttons)
        hovered = imgui.is_item_hovered()
        wanted = self._gesture(camera, home, min(room.x, room.y), hovered)
        shown = camera if wanted is None else wanted
        scale = imgui.get_io().display_framebuffer_scale
        picture = provider(shown, max(1, round(room.x * scale.x)), max(1, round(room.y * scale.y)), self._moves(shown))
        if picture is None:
            imgui.set_cursor_pos(origin)
            empty_state(icons.ICON_FA_CUBE, title, hint)
            return Wish(wanted, _work(work, origin, room.x))
        high = ImVec2(low.x + room.x, low.y + room.y)
        canvas = imgui.get_window_draw_list()
        _image(canvas, picture, low, high)
        lines = [camera_line(shown), picture_line(picture), *filter(None, note.split("\n"))]
        _overlay(canvas, low, high, lines, HELP if hovered else "")
        return Wish(wanted, _work(work, origin, room.x))

    def _gesture(self, camera: Camera, home: Camera, side: float, hovered: bool) -> Camera | None:
        """What the user does to the camera in this frame, or None."""
        io = imgui.get_io()
        if imgui.is_item_activated():
            self._grip = "pan" if io.key_shift or imgui.is_mouse_down(imgui.MouseButton_.middle) else "orbit"
        if not imgui.is_item_active():
            self._grip = None
        if hovered:
            imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)  # the window around must not scroll
            if imgui.is_mouse_double_clicked(imgui.MouseButton_.left) or self._reset_key():
                return home
        moved = camera
        held = self._grip is not None and not imgui.is_item_activated()
        if held and (io.mouse_delta.x or io.mouse_delta.y):
            move = navigation.panned if self._grip == "pan" else navigation.orbited
            moved = move(moved, io.mouse_delta.x, io.mouse_delta.y, side)
        if hovered and io.mouse_wheel:
            moved = navigation.zoomed(moved, io.mouse_wheel, home)
        return None if moved == camera and self._grip is None else moved

    def _reset_key(self) -> bool:
        io = imgui.get_io()
        plain = not (io.key_ctrl or io.key_shift or io.key_alt or io.key_super)
        return plain and not io.want_text_input and imgui.is_key_pressed(imgui.Key.r, False)

    def _moves(self, camera: Camera) -> bool:
        """Whether the camera was changed just now, here or elsewhere."""
        now = imgui.get_time()
        if self._seen is not None and camera != self._seen:
            self._moved_at = now
        self._seen = camera
        return now - self._moved_at < SETTLE_S


def camera_line(camera: Camera) -> str:
    """The camera in words and degrees."""
    yaw, pitch = math.degrees(camera.yaw), math.degrees(camera.pitch)
    return f"yaw {yaw:.1f}°  pitch {pitch:.1f}°  distance {camera.radius:.2f}  fov {camera.fov:.1f}°"


def picture_line(picture: Picture) -> str:
    """Size and time of a picture in words."""
    size = f"{picture.width} × {picture.height}"
    if picture.caption:
        return f"{size}  {picture.caption}"
    if picture.refined is not None:
        return f"{size}  exact picture {picture.refined:.0%}"
    if picture.milliseconds is None or picture.milliseconds <= 0:
        return size
    rate = 1000 / picture.milliseconds
    return f"{size}  {picture.milliseconds:.1f} ms  {rate:.{0 if rate >= 10 else 1}f} fps"


def _image(canvas: imgui.ImDrawList, picture: Picture, low: ImVec2, high: ImVec2) -> None:
    """A picture, whose first row is its lowest, and what has come to be drawn over it."""
    for texture in filter(None, (picture.texture, picture.over)):
        canvas.add_image(imgui.ImTextureRef(texture), low, high, ImVec2(0, 1), ImVec2(1, 0))


def _overlay(canvas: imgui.ImDrawList, low: ImVec2, high: ImVec2, lines: list[str], help_line: str) -> None:
    """Lines in the lower left corner on a dark ground, so that they are legible on any picture."""
    margin, padding, step = em(0.5), em(0.4), imgui.get_text_line_height()
    texts = [(line, INK) for line in lines] + ([(help_line, QUIET_INK)] if help_line else [])
    width = max(imgui.calc_text_size(text).x for text, _ in texts) + 2 * padding
    height = len(texts) * step + 2 * padding
    if width + 2 * margin > high.x - low.x or height + 2 * margin > high.y - low.y:
        return  # a small picture is for the picture
    left, top = low.x + margin, high.y - margin - height
    canvas.add_rect_filled(ImVec2(left, top), ImVec2(left + width, top + height), GROUND, em(0.3))
    for index, (text, ink) in enumerate(texts):
        canvas.add_text(ImVec2(left + padding, top + padding + index * step), ink, text)


def _work(work: Work | None, origin: ImVec2, room: float) -> Literal["cancel", "resume"] | None:
    """A strip along the upper edge: what is being computed, how far it is, and a way to give it up or go on."""
    if work is None:
        return None
    given_up = work.fraction is None
    label = f"{work.offer}###resume work" if given_up else "Cancel###cancel work"
    style = imgui.get_style()
    button = imgui.calc_text_size(label, True).x + 2 * style.frame_padding.x
    left = ImVec2(origin.x + em(0.5), origin.y + em(0.5))
    width = min(em(26), room - em(1)) - button - style.item_spacing.x
    imgui.set_cursor_pos(left)
    place, height = imgui.get_cursor_screen_pos(), imgui.get_frame_height()
    canvas = imgui.get_window_draw_list()
    canvas.add_rect_filled(place, ImVec2(place.x + width, place.y + height), GROUND, em(0.3))
    if work.fraction is not None:
        done = ImVec2(place.x + width * work.fraction, place.y + height)
        canvas.add_rect_filled(place, done, tone_ink("busy", 0.45), em(0.3))
    text = work.text if work.fraction is None else f"{work.text}…  {work.fraction:.0%}"
    canvas.push_clip_rect(place, ImVec2(place.x + width, place.y + height), True)
    canvas.add_text(ImVec2(place.x + style.frame_padding.x, place.y + style.frame_padding.y), INK, text)
    canvas.pop_clip_rect()
    imgui.set_cursor_pos(ImVec2(left.x + width + style.item_spacing.x, left.y))
    if not imgui.button(label):
        return None
    return "resume" if given_up else "cancel"
