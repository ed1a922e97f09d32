"""Views that 3D programs have names for, and the way from one camera to another."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal, get_args

from core.camera import POLE_MARGIN, Camera, Vector

ViewName = Literal["front", "back", "right", "left", "top", "bottom"]
VIEWS: tuple[ViewName, ...] = get_args(ViewName)

# Yaw and pitch of the eye. From the front, x points right; from above and below the front side is the nearest edge.
_ANGLES: dict[ViewName, tuple[float, float]] = {
    "front": (math.pi / 2, math.pi / 2),
    "back": (-math.pi / 2, math.pi / 2),
    "right": (0.0, math.pi / 2),
    "left": (math.pi, math.pi / 2),
    "top": (math.pi / 2, POLE_MARGIN),
    "bottom": (math.pi / 2, math.pi - POLE_MARGIN),
}
# The axis of the world on which the eye lies.
DIRECTIONS: dict[ViewName, Vector] = {
    "front": (0.0, 0.0, 1.0),
    "back": (0.0, 0.0, -1.0),
    "right": (1.0, 0.0, 0.0),
    "left": (-1.0, 0.0, 0.0),
    "top": (0.0, 1.0, 0.0),
    "bottom": (0.0, -1.0, 0.0),
}
# Radians by which a camera may miss a view and still show it.
_SAME = 2 * POLE_MARGIN


def seen_from(camera: Camera, view: ViewName) -> Camera:
    """The camera turned so that it looks from one of the six sides, upright; the target stays in the middle."""
    yaw, pitch = _ANGLES[view]
    return replace(camera, yaw=yaw, pitch=pitch, roll=0.0)


def seen_from_behind(camera: Camera) -> Camera:
    """The camera on the other side of its target."""
    return replace(camera, yaw=math.remainder(camera.yaw + math.pi, math.tau), pitch=math.pi - camera.pitch)


def view_of(camera: Camera) -> ViewName | None:
    """Which of the six views a camera shows, if any."""
    for view, (yaw, pitch) in _ANGLES.items():
        angles = (math.remainder(camera.yaw - yaw, math.tau), camera.pitch - pitch, camera.roll)
        if max(map(abs, angles)) <= _SAME:
            return view
    return None


def between(start: Camera, goal: Camera, share: float) -> Camera:
    """A camera on the way from one to another: angles by the shorter way round, lengths by equal ratios.

    Args:
        start: At 0.
        goal: At 1, exactly.
        share: How much of the way is behind, in [0, 1].
    """
    if share >= 1:
        return goal
    turn = share * math.remainder(goal.yaw - start.yaw, math.tau)
    roll = share * math.remainder(goal.roll - start.roll, math.tau)
    x, y, z = (before + share * (after - before) for before, after in zip(start.target, goal.target, strict=True))
    return Camera(
        yaw=math.remainder(start.yaw + turn, math.tau),
        pitch=start.pitch + share * (goal.pitch - start.pitch),
        radius=start.radius * (goal.radius / start.radius) ** share,
        fov=start.fov + share * (goal.fov - start.fov),
        target=(x, y, z),
        roll=math.remainder(start.roll + roll, math.tau),
        pivot=start.pivot + share * (goal.pivot - start.pivot),
    )
