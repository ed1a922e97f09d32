"""The Camera panel: from where the sample is seen, and how finely it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from imgui_bundle import imgui

from core.camera import POLE_MARGIN, Camera
from core.description import UNKNOWN, Description
from core.scene import Quality
from core.views import VIEWS, seen_from, view_of
from widgets.common import reset_button, row, row_start
from widgets.navigation import FOV_RANGE
from widgets.quality import draw_quality
from widgets.view_setup import TURN_RANGE, TrainingViews, ViewSetup

YAW_HINT = (
    "Angle around the vertical axis. 90° is the view named front, along the z axis; "
    "data sets may have their fronts elsewhere: the mean pose (key 0) shows where."
)
# The toolkit's numbers have about seven digits: what is typed as 33.3 shall be just that.
DECIMALS = 5
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


def draw(
    settings: CameraSettings, training: TrainingViews, default: Quality, made_of: Description = UNKNOWN
) -> CameraSettings:
    """Draw the panel.

    Args:
        settings: As they are.
        training: The cameras of the training; the camera is reset to its home.
        default: What the quality is reset to.
        made_of: What the generator is.

    Returns:
        The settings as they are now wanted; the turntable ends when a value of the camera is taken in hand.
    """
    goal = _view(settings.camera, training)
    camera = _angles(settings.camera, training.home)
    camera = _lens(camera, training.home)
    turntable, seconds = _turntable(settings.turntable and camera == settings.camera, settings.turn_seconds)
    imgui.separator_text("Quality")
    return CameraSettings(camera, draw_quality(settings.quality, default, made_of), turntable, seconds, goal)


def _view(camera: Camera, training: TrainingViews) -> Camera | None:
    """A row with the views that have names.  Returns the one that was chosen."""
    goal = None
    row("View", f"Views that have names. The mean pose is the middle of {training.origin}.", tail=1)
    side, mean = view_of(camera), camera == training.mean
    if imgui.begin_combo("##view", side or ("mean pose" if mean else "free")):
        for view in VIEWS:
            if imgui.selectable(view, view == side)[0]:
                goal = seen_from(camera, view)
        imgui.separator()
        if imgui.selectable("mean pose", mean)[0]:
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
    yaw = _angle("Yaw", YAW_HINT, camera.yaw, home.yaw)
    hint = "Angle from above: 0° looks straight down, 90° is the horizon"
    pitch = _angle("Pitch", hint, camera.pitch, home.pitch, 180.0)
    hint = "Turn of the picture, clockwise; Ctrl+drag in the viewport does the same"
    roll = _angle("Roll", hint, camera.roll, home.roll)
    return replace(camera, yaw=yaw, pitch=pitch, roll=roll)


def _angle(name: str, hint: str, radians: float, home: float, end: float = 0.0) -> float:
    """A row with an angle, shown in degrees; one that has an end, degrees, lies between 0 and there."""
    identity = name.lower()
    row(name, hint, tail=1)
    changed, degrees = imgui.drag_float(f"##{identity}", math.degrees(radians), 0.5, 0, end, "%.1f°")
    if changed:
        radians = math.radians(round(degrees, DECIMALS))
        turned = math.remainder(radians, math.tau)
        radians = min(max(radians, POLE_MARGIN), math.radians(end) - POLE_MARGIN) if end else turned
    return home if reset_button(identity, radians != home, f"{math.degrees(home):.1f}°") else radians


def _lens(camera: Camera, home: Camera) -> Camera:
    hint = "From the eye to the target. Training sees the object from one distance only."
    radius = _length("Distance", "distance", hint, camera.radius, home.radius, DISTANCE_RANGE, "%.3f")
    fov = _length(
        "View angle", "fov", "Full angle of view; Ctrl+wheel changes it", camera.fov, home.fov, FOV_RANGE, "%.1f°"
    )
    row("Target", "The point that the camera goes round; Shift+drag in the viewport moves it", tail=1, least=9)
    changed, target = imgui.drag_float3("##target", list(camera.target), 0.002, -5, 5, "%.2f")
    x, y, z = (round(part, DECIMALS) for part in target) if changed else camera.target
    if reset_button("target", camera.target != home.target, "the origin"):
        x, y, z = home.target
    camera = replace(camera, radius=radius, fov=fov, target=(x, y, z))
    return _pivot(camera, home) if camera.pivot or home.pivot else camera


def _pivot(camera: Camera, home: Camera) -> Camera:
    """A row for what the cameras of some trainings look at, which is not what they go round."""
    row("Pivot", "The camera looks at the point so far from the target along z, as in training", tail=1)
    changed, pivot = imgui.drag_float("##pivot", camera.pivot, 0.002, -5, 5, "%.3f")
    pivot = round(pivot, DECIMALS) if changed else camera.pivot
    if reset_button("pivot", pivot != home.pivot, f"{home.pivot:g}"):
        pivot = home.pivot
    return replace(camera, pivot=pivot)


def _length(
    name: str, identity: str, hint: str, value: float, home: float, bounds: tuple[float, float], shown: str
) -> float:
    """A row with a number between bounds, dragged by steps that suit it."""
    row(name, hint, tail=1)
    changed, wanted = imgui.drag_float(f"##{identity}", value, max(value, bounds[0]) / 200, *bounds, shown)
    if changed:
        value = min(max(round(wanted, DECIMALS), bounds[0]), bounds[1])
    return home if reset_button(identity, value != home, f"{home:g}") else value
