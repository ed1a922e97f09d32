"""What other panels draw over the viewport's picture, and the clicks on it that are for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from widgets.common import em
from widgets.view_guides import Place

# A press that goes no farther, font sizes, is a click.
CLICK = 0.3


class PictureLayer(Protocol):
    """One panel's part of the picture."""

    @property
    def armed(self) -> str:
        """What a plain click does for it, for people; empty while only one with Alt is for it."""
        ...

    def draw_over(self, canvas: imgui.ImDrawList, camera: Camera, place: Place) -> None:
        """Draw over the picture."""
        ...

    def pick(self, camera: Camera, spot: tuple[float, float]) -> None:
        """Somebody points at a pixel, whose place in the picture plane this is (core/projection.to_plane)."""
        ...


class PictureLayers:
    """All of them, and the click in progress.

    A press with Alt is theirs from its begin to its end, and the camera does not hear it; a plain one is theirs as well
    as the camera's if one of them is armed and the mouse has not moved.
    """

    def __init__(self) -> None:
        self.all: list[PictureLayer] = []
        self._held = False
        self._pressed: ImVec2 | None = None

    @property
    def help(self) -> str:
        """What a plain click does, for people; empty if nothing for a layer."""
        return next((layer.armed for layer in self.all if layer.armed), "")

    def spot(self) -> ImVec2 | None:
        """Where on the screen somebody points at in this frame, on the item that was just drawn; None if nowhere."""
        mouse = imgui.get_mouse_pos()
        if imgui.is_item_activated():
            left = imgui.is_mouse_down(imgui.MouseButton_.left)
            self._held = left and imgui.get_io().key_alt
            self._pressed = ImVec2(mouse.x, mouse.y) if left and not self._held else None
        if self._held:
            self._held = imgui.is_item_active()
            return mouse if self._held else None
        pressed = self._pressed
        if pressed is None or not imgui.is_item_deactivated():
            return None
        self._pressed = None
        near = math.hypot(mouse.x - pressed.x, mouse.y - pressed.y) <= em(CLICK)
        return mouse if near and self.help else None

    def draw(self, canvas: imgui.ImDrawList, camera: Camera, place: Place, spot: ImVec2 | None) -> None:
        """Tell the layers where somebody points, and draw them; nothing beside the picture."""
        if spot is not None:
            _tell(self.all, camera, place.plane_place(spot))
        canvas.push_clip_rect(place.low, place.high, True)
        for layer in self.all:
            layer.draw_over(canvas, camera, place)
        canvas.pop_clip_rect()


def _tell(layers: Sequence[PictureLayer], camera: Camera, spot: tuple[float, float]) -> None:
    """A click is for the layers that are armed; one with Alt, while none is, for all."""
    armed = [layer for layer in layers if layer.armed]
    for layer in armed or layers:
        layer.pick(camera, spot)
