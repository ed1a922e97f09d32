"""Lines over the viewport's picture: the box of the field, and the cameras of the training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.guides import box_edges, frustum, horizon
from core.projection import NEAR_PLANE, in_front, to_camera, to_pixels, to_plane
from widgets.common import em
from widgets.on_picture import cased_lines, grey, picture_ink
from widgets.view_setup import TrainingViews, ViewSetup


@dataclass(frozen=True)
class Place:
    """Where a picture lies on the screen.

    Attributes:
        low: Upper left corner, pixels of the layout.
        width: Pixels of the picture, which are finer than those of the layout where the screen is scaled.
        height: Likewise.
        scale: Pixels of the picture for one of the layout, across and down.
    """

    low: ImVec2
    width: int
    height: int
    scale: ImVec2

    @classmethod
    def of(cls, low: ImVec2, size: ImVec2) -> Place:
        """On the present screen, with this corner and size, pixels of the layout."""
        scale = imgui.get_io().display_framebuffer_scale
        return cls(low, max(1, round(size.x * scale.x)), max(1, round(size.y * scale.y)), scale)

    @property
    def high(self) -> ImVec2:
        """Lower right corner, pixels of the layout."""
        return ImVec2(self.low.x + self.width / self.scale.x, self.low.y + self.height / self.scale.y)

    def on_screen(self, camera: Camera, points: np.ndarray) -> np.ndarray:
        """Where points in front of the eye are seen, pixels of the layout.  [..., 3] -> [..., 2]."""
        pixels = to_pixels(camera, points, self.width, self.height)
        return pixels / [self.scale.x, self.scale.y] + [self.low.x, self.low.y]

    def plane_place(self, spot: ImVec2) -> tuple[float, float]:
        """The pixel under a spot of the screen, by the place of its centre in the picture plane, y up."""
        x, y = (spot.x - self.low.x) * self.scale.x, (spot.y - self.low.y) * self.scale.y
        return to_plane(math.floor(x) + 0.5, math.floor(y) + 0.5, self.width, self.height)


def draw(canvas: imgui.ImDrawList, camera: Camera, place: Place, setup: ViewSetup, training: TrainingViews) -> None:
    """Draw what is switched on, and nothing beside the picture."""
    canvas.push_clip_rect(place.low, place.high, True)
    if setup.box and training.half is not None:
        _box(canvas, camera, place, training.half)
    if setup.cameras and training.half is not None:
        _cameras(canvas, camera, place, training)
    canvas.pop_clip_rect()


def _box(canvas: imgui.ImDrawList, camera: Camera, place: Place, half: float) -> None:
    seen, hidden = box_edges(half, camera.position)
    cased_lines(canvas, seen_lines(camera, place, hidden), picture_ink("busy", 0.45), 0.15)
    cased_lines(canvas, seen_lines(camera, place, seen), picture_ink("busy"))


def _cameras(canvas: imgui.ImDrawList, camera: Camera, place: Place, training: TrainingViews) -> None:
    """The sphere's level circle, eyes as dots, and what the middle one of the training sees."""
    cased_lines(canvas, seen_lines(camera, place, horizon(training.mean.radius)), picture_ink("accent", 0.6), 0.15)
    depths = -to_camera(camera, training.places)[..., 2]
    ahead = depths > NEAR_PLANE * camera.radius
    spots, behind = place.on_screen(camera, training.places[ahead]), depths[ahead] > np.linalg.norm(camera.position)
    for spot, far in zip(spots.tolist(), behind.tolist(), strict=True):
        canvas.add_circle_filled(ImVec2(*spot), em(0.16), grey(0.05, 0.12 if far else 0.45))
        canvas.add_circle_filled(ImVec2(*spot), em(0.11), picture_ink("accent", 0.45 if far else 1.0))
    lines = frustum(training.mean, training.near, training.far)
    cased_lines(canvas, seen_lines(camera, place, lines), picture_ink("accent"))


def seen_lines(camera: Camera, place: Place, lines: np.ndarray) -> np.ndarray:
    """Lines of the world on the screen.  [n, 2, 3] -> [m, 2, 2]."""
    return place.on_screen(camera, in_front(camera, lines))
