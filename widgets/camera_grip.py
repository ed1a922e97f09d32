"""The mouse on a picture moves its camera: what is held by which button, how far it goes, and when it rests again."""

from __future__ import annotations

import math
from typing import Literal

from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from widgets import navigation

Grip = Literal["orbit", "pan", "roll", "dolly"]

# Once the camera has stood still for so long, the picture is drawn in full.
SETTLE_S = 0.2


class CameraGrip:
    """Keeps the gesture in progress; the camera is the caller's."""

    def __init__(self) -> None:
        self._grip: Grip | None = None
        self._seen: Camera | None = None
        self._moved_at = -math.inf

    def moved(self, camera: Camera, home: Camera, middle: ImVec2, room: ImVec2, hovered: bool) -> Camera | None:
        """What the mouse does to the camera in this frame, on the item that was just drawn.

        Args:
            camera: Before.
            home: That of the training, which distances go by.
            middle: Of the picture, pixels of the screen.
            room: Size of the picture, pixels.
            hovered: Whether the mouse is over it.

        Returns:
            The camera that is wanted, or None where it was left alone.
        """
        io = imgui.get_io()
        if imgui.is_item_activated():
            self._grip = _grip()
        if not imgui.is_item_active():
            self._grip = None
        moved = camera
        if self._grip is not None and not imgui.is_item_activated() and (io.mouse_delta.x or io.mouse_delta.y):
            moved = _dragged(self._grip, moved, home, middle, min(room.x, room.y))
        if hovered:
            imgui.set_item_key_owner(imgui.Key.mouse_wheel_y)  # the window around must not scroll
            if io.mouse_wheel:
                turned = navigation.lensed if io.key_ctrl else navigation.zoomed
                moved = turned(moved, io.mouse_wheel, home)
        return None if moved == camera and self._grip is None else moved

    def moves(self, camera: Camera) -> bool:
        """Whether the camera was changed just now, here or elsewhere; asked once a frame."""
        now = imgui.get_time()
        if self._seen is not None and camera != self._seen:
            self._moved_at = now
        self._seen = camera
        return now - self._moved_at < SETTLE_S


def picture_item(name: str, room: ImVec2) -> None:
    """The room of a picture as an item that hears the mouse; other items may lie on it."""
    flags = imgui.ButtonFlags_
    buttons = flags.mouse_button_left | flags.mouse_button_middle | flags.mouse_button_right
    imgui.set_next_item_allow_overlap()
    imgui.invisible_button(name, room, buttons)


def _grip() -> Grip | None:
    """What the mouse does to the camera that was pressed just now; with Alt it is not about the camera."""
    io = imgui.get_io()
    if io.key_alt:
        return None
    if imgui.is_mouse_down(imgui.MouseButton_.right):
        return "dolly"
    if io.key_shift or imgui.is_mouse_down(imgui.MouseButton_.middle):
        return "pan"
    return "roll" if io.key_ctrl else "orbit"


def _dragged(grip: Grip, camera: Camera, home: Camera, middle: ImVec2, side: float) -> Camera:
    """The camera after the mouse has gone on, which holds it by a grip."""
    mouse, moved = imgui.get_mouse_pos(), imgui.get_io().mouse_delta
    match grip:
        case "orbit":
            return navigation.orbited(camera, moved.x, moved.y, side)
        case "pan":
            return navigation.panned(camera, moved.x, moved.y, side)
        case "dolly":
            return navigation.dollied(camera, moved.y, side, home)
        case "roll":
            after = (mouse.x - middle.x, mouse.y - middle.y)
            return navigation.rolled(camera, (after[0] - moved.x, after[1] - moved.y), after)
