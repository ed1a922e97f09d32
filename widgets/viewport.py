"""The Viewport panel: shows the sample and lets the mouse turn it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.views import seen_from
from widgets import navigation, view_guides
from widgets import split as split_line
from widgets.axes_cube import AxesCube
from widgets.camera_grip import CameraGrip, picture_item
from widgets.common import em, empty_state, icon_width, icons, tone_ink
from widgets.on_picture import GROUND, INK, corner_lines
from widgets.picture import Picture, PictureProvider
from widgets.picture_layers import PictureLayers
from widgets.split import Split
from widgets.view_guides import Place
from widgets.view_setup import TrainingViews, ViewSetup
from widgets.view_switches import switches_width, view_switches

HELP = "drag: orbit · shift: pan · ctrl: roll · wheel: zoom · double click: reset"
# Edge of the square that the cube takes in its corner, font sizes: of a large picture, and of a small one; and how wide
# and high a picture is large.
CORNER, SMALL_CORNER, LARGE = 6.2, 4.8, ImVec2(34, 22)
# Dragging across the cube turns it half around, as dragging across the picture does; in font sizes.
CUBE_SIDE = 8.0
# A smaller picture, in font sizes, is for the picture: neither cube nor switches lie on it.
ROOM_FOR_CUBE = ImVec2(15, 12)


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
        goal: A camera to go to from here, or None.
        setup: What shall be drawn over the picture from now on, or None if that stays.
        divider: Where the divider of a split shall stand; None where it was left alone.
    """

    camera: Camera | None = None
    work: Literal["cancel", "resume"] | None = None
    goal: Camera | None = None
    setup: ViewSetup | None = None
    divider: float | None = None


class ViewportPanel:
    """Draws the picture into the current ImGui window and turns gestures into a new camera.

    It keeps only the gesture in progress; the camera is the caller's, and `layers` are those of other panels. Typical
    use, once a frame:

        wish = panel.draw(scene.camera, training, setup, provider, hint)
        if wish.camera is not None:
            scene = replace(scene, camera=wish.camera)
    """

    def __init__(self) -> None:
        self._grip = CameraGrip()
        self._cube = AxesCube()
        self.layers = PictureLayers()

    def draw(
        self,
        camera: Camera,
        training: TrainingViews,
        setup: ViewSetup,
        provider: PictureProvider,
        hint: str = "",
        title: str = "Nothing to show yet",
        work: Work | None = None,
        note: str = "",
        below: float = 0.0,
        split: Split | None = None,
    ) -> Wish:
        """Draw the panel over all the room there is.

        Args:
            camera: Of the Scene.
            training: The cameras of the training; reset goes back to its home.
            setup: What is drawn over the picture.
            provider: Gives the picture; it is asked once, for pixels of the screen, not of the layout.
            hint: While there is no picture: what is being done, or what to do.
            title: Likewise, its heading.
            work: What is being computed, if that takes long enough to be told.
            note: Lines about the picture: what it does not show of the sample, what its tones mean.
            below: Room to leave at the lower edge for what is drawn next, pixels.
            split: The divider between the picture and the one beside it, if there is one.

        Returns:
            What the user wants.
        """
        origin, low = imgui.get_cursor_pos(), imgui.get_cursor_screen_pos()
        room = _canvas(below)
        hovered, spot = imgui.is_item_hovered(), self.layers.spot()
        wanted, place = self._gesture(camera, training, low, room, hovered), Place.of(low, room)
        shown = wanted.camera or camera
        picture = provider(shown, place.width, place.height, self._grip.moves(shown))
        if picture is None:
            imgui.set_cursor_pos(origin)
            empty_state(icons.ICON_FA_CUBE, title, hint)
            return Wish(wanted.camera, work_strip(work, origin, room.x))
        canvas, high = imgui.get_window_draw_list(), place.high
        _images(canvas, picture, split, low, high)
        view_guides.draw(canvas, shown, place, setup, training)
        self.layers.draw(canvas, shown, place, spot)
        divider = _divider(picture, split, low, high, work, setup) if split is not None else None
        help_line = (self.layers.help or HELP) if hovered else ""
        corner_lines(canvas, low, high, [camera_line(shown), picture_line(picture), note], help_line)
        wish = self._corner(replace(wanted, divider=divider), shown, setup, low, high)
        return replace(wish, work=work_strip(work, origin, room.x - _corner_size(setup, low, high).x))

    def _gesture(self, camera: Camera, training: TrainingViews, low: ImVec2, room: ImVec2, hovered: bool) -> Wish:
        """What the mouse does to the camera: moves it, or asks for the way home."""
        middle = ImVec2(low.x + room.x / 2, low.y + room.y / 2)
        wanted = self._grip.moved(camera, training.home, middle, room, hovered)
        twice = hovered and imgui.is_mouse_double_clicked(imgui.MouseButton_.left)
        for_layers = bool(self.layers.help) or imgui.get_io().key_alt
        return Wish(wanted, goal=training.home if twice and not for_layers else None)

    def _corner(self, wish: Wish, camera: Camera, setup: ViewSetup, low: ImVec2, high: ImVec2) -> Wish:
        """The cube and the switches in the picture's upper right corner.  Returns the wish with what they want."""
        top, right = low.y + em(0.4), high.x - em(0.4)
        if not _corner_size(setup, low, high).x:
            return wish
        if setup.cube:
            view, moved = self._cube.draw(camera, right, top, _corner_edge(low, high))
            if view is not None:
                wish = replace(wish, goal=seen_from(camera, view))
            if moved.x or moved.y:
                wish = replace(wish, camera=navigation.orbited(camera, moved.x, moved.y, em(CUBE_SIDE)))
            top += _corner_edge(low, high)
        wanted = view_switches(setup, right, top)
        return wish if wanted == setup else replace(wish, setup=wanted)


def _canvas(below: float) -> ImVec2:
    """The room there is, but for what is left free below, as an item that hears the mouse.  Its size, whole pixels."""
    room = imgui.get_content_region_avail()
    room = ImVec2(max(math.floor(room.x), 1), max(math.floor(room.y - below), 1))
    picture_item("canvas", room)
    return room


def camera_line(camera: Camera) -> str:
    """The camera in words and degrees."""
    yaw, pitch = math.degrees(camera.yaw), math.degrees(camera.pitch)
    roll = f"  roll {math.degrees(camera.roll):.1f}°" if camera.roll else ""
    return f"yaw {yaw:.1f}°  pitch {pitch:.1f}°{roll}  distance {camera.radius:.2f}  fov {camera.fov:.1f}°"


def picture_line(picture: Picture) -> str:
    """Size and time of a picture in words."""
    size = f"{picture.width} × {picture.height}"
    if picture.caption:
        return f"{size}  {picture.caption}"
    if picture.refined is not None:
        return f"{size}  refining {picture.refined:.0%}"
    if picture.milliseconds is None or picture.milliseconds <= 0:
        return size
    digits = 1 if picture.milliseconds < 100 else 0
    return f"{size}  {picture.milliseconds:.{digits}f} ms a picture"


def _image(canvas: imgui.ImDrawList, picture: Picture, low: ImVec2, high: ImVec2) -> None:
    """A picture, whose first row is its lowest, and what has come to be drawn over it."""
    for texture in filter(None, (picture.texture, picture.over)):
        canvas.add_image(imgui.ImTextureRef(texture), low, high, ImVec2(0, 1), ImVec2(1, 0))


def _corner_size(setup: ViewSetup, low: ImVec2, high: ImVec2) -> ImVec2:
    """What the cube and the switches take in the upper right corner of a picture, pixels; nothing of a small one."""
    if high.x - low.x < em(ROOM_FOR_CUBE.x) or high.y - low.y < em(ROOM_FOR_CUBE.y):
        return ImVec2(0, 0)
    edge = _corner_edge(low, high)
    wide = max(edge if setup.cube else 0.0, switches_width() + em(0.4))
    return ImVec2(wide, em(0.4) + (edge if setup.cube else 0.0) + icon_width())


def _corner_edge(low: ImVec2, high: ImVec2) -> float:
    """Edge of the square that the cube takes in a picture, pixels."""
    share = min((high.x - low.x) / LARGE.x, (high.y - low.y) / LARGE.y) / em()
    return em(min(max(CORNER * share, SMALL_CORNER), CORNER))


def _images(canvas: imgui.ImDrawList, picture: Picture, split: Split | None, low: ImVec2, high: ImVec2) -> None:
    """The picture, and the one right of a divider."""
    _image(canvas, picture, low, high)
    if split is not None and picture.beside is not None:
        canvas.push_clip_rect(ImVec2(split_line.divider_at(split, low, high), low.y), high, True)
        _image(canvas, picture.beside, low, high)
        canvas.pop_clip_rect()


def _divider(
    picture: Picture, split: Split, low: ImVec2, high: ImVec2, work: Work | None, setup: ViewSetup
) -> float | None:
    """The divider and its labels.  Returns where it is wanted, if somebody moves it."""
    strip = 0.0 if work is None else imgui.get_frame_height() + em(0.4)
    return split_line.draw(split, low, high, strip, _corner_size(setup, low, high), empty=picture.beside is None)


def work_strip(work: Work | None, origin: ImVec2, room: float) -> Literal["cancel", "resume"] | None:
    """A strip along the upper edge: what is being computed, how far it is, and a way to give it up or go on."""
    if work is None:
        return None
    given_up = work.fraction is None
    label = f"{work.offer}###resume work" if given_up else "Cancel###cancel work"
    style = imgui.get_style()
    button = imgui.calc_text_size(label, True).x + 2 * style.frame_padding.x
    left = ImVec2(origin.x + em(0.5), origin.y + em(0.5))
    text = work.text if work.fraction is None else f"{work.text}…  {work.fraction:.0%}"
    wanted = imgui.calc_text_size(text).x + 2 * style.frame_padding.x
    width = min(max(em(20), wanted), room - em(1) - button - style.item_spacing.x)
    imgui.set_cursor_pos(left)
    place, height = imgui.get_cursor_screen_pos(), imgui.get_frame_height()
    canvas = imgui.get_window_draw_list()
    canvas.add_rect_filled(place, ImVec2(place.x + width, place.y + height), GROUND, em(0.3))
    if work.fraction is not None:
        done = ImVec2(place.x + width * work.fraction, place.y + height)
        canvas.add_rect_filled(place, done, tone_ink("busy", 0.45), em(0.3))
    canvas.push_clip_rect(place, ImVec2(place.x + width, place.y + height), True)
    canvas.add_text(ImVec2(place.x + style.frame_padding.x, place.y + style.frame_padding.y), INK, text)
    canvas.pop_clip_rect()
    imgui.set_cursor_pos(ImVec2(left.x + width + style.item_spacing.x, left.y))
    if not imgui.button(label):
        return None
    return "resume" if given_up else "cancel"
