"""How gestures move the camera: the object follows the mouse.  No imgui here."""

from __future__ import annotations

import math
from dataclasses import replace

from core.camera import Camera

# A drag across the picture's shorter side turns the object half around.
TURN_ACROSS = math.pi
# Likewise, it goes as far as so many notches of the wheel.
NOTCHES_ACROSS = 12.0
ZOOM_PER_NOTCH = 0.12
# What a notch does to the tangent of half the angle of view, as a logarithm; and how far the wheel goes, degrees.
LENS_PER_NOTCH = 0.08
FOV_RANGE = (1.0, 120.0)
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
    # Along the picture's axes as they would be without the roll.
    cosine, sine = math.cos(camera.roll), math.sin(camera.roll)
    return camera.orbited((cosine * right + sine * down) * turn, (sine * right - cosine * down) * turn)


def panned(camera: Camera, right: float, down: float, side: float) -> Camera:
    """Move the object with the mouse, parallel to the picture; arguments as of `orbited`.

    The field of view spans the shorter side, so what lies at the target's distance stays under the mouse.
    """
    side = max(side, 1.0)
    return camera.panned(-right / side, down / side)


def rolled(camera: Camera, before: tuple[float, float], after: tuple[float, float]) -> Camera:
    """Turn the picture with the mouse around its middle.

    Args:
        camera: Before.
        before: Where the mouse was, pixels right and down from the middle of the picture.
        after: Where it is.
    """
    turn = math.atan2(after[1], after[0]) - math.atan2(before[1], before[0])
    return camera.rolled(math.remainder(turn, math.tau))


def dollied(camera: Camera, down: float, side: float, home: Camera) -> Camera:
    """Go nearer when the mouse goes up, and away when it goes down; arguments as of `orbited` and `zoomed`."""
    return zoomed(camera, -down / max(side, 1.0) * NOTCHES_ACROSS, home)


def lensed(camera: Camera, notches: float, home: Camera) -> Camera:
    """Make the angle of view smaller (wheel up, positive) or larger; arguments as of `zoomed`."""
    tangent = math.tan(math.radians(camera.fov) / 2) * math.exp(-LENS_PER_NOTCH * notches)
    fov = min(max(math.degrees(2 * math.atan(tangent)), FOV_RANGE[0]), FOV_RANGE[1])
    return replace(camera, fov=home.fov if math.isclose(fov, home.fov, rel_tol=1e-6) else fov)


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
