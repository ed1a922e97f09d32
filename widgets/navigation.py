"""How gestures move the camera: the object follows the mouse.  No imgui here."""

from __future__ import annotations

import math
from dataclasses import replace

from core.camera import Camera

# A drag across the picture's shorter side turns the object half around.
TURN_ACROSS = math.pi
ZOOM_PER_NOTCH = 0.12
# Distances that the wheel can reach, in units of the training cameras' distance.
NEAREST, FARTHEST = 0.05, 20.0


def orbited(camera: Camera, right: float, down: float, side: float) -> Camera:
    """Turn the object with the mouse.

    Args:
        camera: Before.
        right: How far the mouse went, pixels.
        down: Likewise, downwards.
        side: Shorter side of the picture, pixels.
    """
    turn = TURN_ACROSS / max(side, 1.0)
    return camera.orbited(right * turn, -down * turn)


def panned(camera: Camera, right: float, down: float, side: float) -> Camera:
    """Move the object with the mouse, parallel to the picture; arguments as of `orbited`.

    The field of view spans the shorter side, so what lies at the target's distance stays under the mouse.
    """
    side = max(side, 1.0)
    return camera.panned(-right / side, down / side)


def zoomed(camera: Camera, notches: float, home: Camera) -> Camera:
    """Go nearer (wheel up, positive) or farther, by equal ratios, within bounds.

    Args:
        camera: Before.
        notches: How far the wheel was turned; touch pads give fractions.
        home: The training camera, which the bounds go by.
    """
    radius = camera.radius * math.exp(-ZOOM_PER_NOTCH * notches)
    radius = min(max(radius, NEAREST * home.radius), FARTHEST * home.radius)
    # Zooming in and out again must end exactly at the distance of the training, where its sample range applies.
    return replace(camera, radius=home.radius if math.isclose(radius, home.radius, rel_tol=1e-6) else radius)
