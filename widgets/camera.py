"""The Camera panel: from where the sample is seen, and how finely it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from core.camera import POLE_MARGIN, Camera
from core.scene import Quality
from core.views import VIEWS, seen_from, view_of
from widgets.common import reset_button, row, row_start
from widgets.navigation import FOV_RANGE
from widgets.quality import draw_quality
from widgets.view_setup import TURN_RANGE, TrainingViews, ViewSetup

DISTANCE_RANGE = (0.05, 20.0)


@dataclass(frozen=True)
class CameraSettings:
    """What the panel edits.

    Attributes:
        camera: Of the Scene.
        quality: Of the Scene.
        turntable: Whether the camera goes round by itself.
        turn_seconds: How long it takes for once around.
        goal: A camera to go to from here, or None.
    """

    camera: Camera
    quality: Quality
    turntable: bool
    turn_seconds: float
    goal: Camera | None = None


def draw(settings: CameraSettings, training: TrainingViews, default: Quality) -> CameraSettings:
    """Draw the panel.

    Args:
        settings: As they are.
        training: The cameras of the training; the camera is reset to its home.
        default: What the quality is reset to.

    Returns:
        The settings as they are now wanted; the turntable ends when a value of the camera is taken in hand.
    """
    goal = _view(settings.camera, training)
    camera = _angles(settings.camera, training.home)
    camera = _lens(camera, training.home)
    turntable, seconds = _turntable(settings.turntable and camera == settings.camera, settings.turn_seconds)
    imgui.separator_text("Quality")
    return CameraSettings(camera, draw_quality(settings.quality, default), turntable, seconds, goal)


def _view(camera: Camera, training: TrainingViews) -> Camera | None:
    """A row with the views that have names.  Returns the one that was chosen."""
    goal = None
    row("View", f"Views that have names. The mean pose is the middle of {training.origin}.", tail=1)
    shown = view_of(camera)
    at_mean = camera == training.mean
    if imgui.begin_combo("##view", "mean pose" if at_mean else shown or "free"):
        for view in VIEWS:
            if imgui.selectable(view, view == shown and not at_mean)[0]:
                goal = seen_from(camera, view)
        imgui.separator()
        if imgui.selectable("mean pose", at_mean)[0]:
            goal = training.mean
        imgui.end_combo()
    if reset_button("camera", camera != training.home, "the camera of the training"):
        goal = training.home
    return goal


def _turntable(on: bool, seconds: float) -> tuple[bool, float]:
    """Whether it turns, and how fast."""
    on = imgui.checkbox("Turntable", on)[1]
    imgui.set_item_tooltip("Go round the object until you take hold of it")
    default = ViewSetup().turn_seconds
    row_start(tail=1, least=5)
    changed, wanted = imgui.drag_float("##turn", seconds, 0.1, *TURN_RANGE, "%.0f s a turn")
    imgui.set_item_tooltip("How long the turntable takes for once around")
    if changed:
        seconds = min(max(wanted, TURN_RANGE[0]), TURN_RANGE[1])
    return on, default if reset_button("turn", seconds != default, f"{default:g} s") else seconds


def _angles(camera: Camera, home: Camera) -> Camera:
    row("Yaw", "Angle around the vertical axis", tail=1)
    changed, degrees = imgui.drag_float("##yaw", math.degrees(camera.yaw), 0.5, 0, 0, "%.1f°")
    if changed:
        camera = replace(camera, yaw=math.remainder(math.radians(degrees), math.tau))
    if reset_button("yaw", camera.yaw != home.yaw, f"{math.degrees(home.yaw):.1f}°"):
        camera = replace(camera, yaw=home.yaw)
    row("Pitch", "Angle from above: 0° looks straight down, 90° is the horizon", tail=1)
    changed, degrees = imgui.drag_float("##pitch", math.degrees(camera.pitch), 0.5, 0, 180, "%.1f°")
    if changed:
        pitch = min(max(math.radians(degrees), POLE_MARGIN), math.pi - POLE_MARGIN)
        camera = replace(camera, pitch=pitch)
    if reset_button("pitch", camera.pitch != home.pitch, f"{math.degrees(home.pitch):.1f}°"):
        camera = replace(camera, pitch=home.pitch)
    row("Roll", "Turn of the picture; Ctrl+drag in the viewport does the same", tail=1)
    changed, degrees = imgui.drag_float("##roll", math.degrees(camera.roll), 0.5, 0, 0, "%.1f°")
    if changed:
        camera = replace(camera, roll=math.remainder(math.radians(degrees), math.tau))
    if reset_button("roll", camera.roll != home.roll, f"{math.degrees(home.roll):.1f}°"):
        camera = replace(camera, roll=home.roll)
    return camera


def _lens(camera: Camera, home: Camera) -> Camera:
    row("Distance", "From the eye to the target. Training sees the object from one distance only.", tail=1)
    changed, distance = imgui.drag_float("##distance", camera.radius, 0.005, *DISTANCE_RANGE, "%.3f")
    if changed:
        camera = replace(camera, radius=min(max(distance, DISTANCE_RANGE[0]), DISTANCE_RANGE[1]))
    if reset_button("distance", camera.radius != home.radius, f"{home.radius:g}"):
        camera = replace(camera, radius=home.radius)
    row("View angle", "Full angle of view", tail=1)
    changed, fov = imgui.drag_float("##fov", camera.fov, 0.2, *FOV_RANGE, "%.1f°")
    if changed:
        camera = replace(camera, fov=min(max(fov, FOV_RANGE[0]), FOV_RANGE[1]))
    if reset_button("fov", camera.fov != home.fov, f"{home.fov:g}°"):
        camera = replace(camera, fov=home.fov)
    row("Target", "The point looked at; Shift+drag in the viewport moves it", tail=1, least=9)
    changed, target = imgui.drag_float3("##target", list(camera.target), 0.002, -5, 5, "%.2f")
    if changed:
        camera = replace(camera, target=(target[0], target[1], target[2]))
    if reset_button("target", camera.target != home.target, "the origin"):
        camera = replace(camera, target=home.target)
    return camera
