"""The probed ray over the viewport's picture: where it begins and ends, where light is absorbed, and its pixel."""

from __future__ import annotations

import numpy as np
from imgui_bundle import ImVec2, imgui

from core.camera import Camera
from core.guides import ray_points
from core.projection import NEAR_PLANE, to_camera
from core.ray_profile import RayProfile
from widgets.beside_marks import beside
from widgets.common import em
from widgets.on_picture import GROUND, INK, cased_lines, grey, picture_ink
from widgets.ray_view import ProbedRay
from widgets.view_guides import Place, seen_lines

RING = 0.42
# From a mark to its label.
GAP = 0.6
# A ray seen along itself is a point; it is a line from so many font sizes on.
LINE_FROM = 1.2


def draw_ray(
    canvas: imgui.ImDrawList,
    camera: Camera,
    place: Place,
    ray: ProbedRay,
    profile: RayProfile | None,
    pointed: float | None,
) -> None:
    """Draw it.

    Args:
        canvas: Of the picture.
        camera: From where the picture is seen.
        place: Where the picture lies.
        ray: It.
        profile: What it meets; None until that is known.
        pointed: Depth that somebody points at in the panel.
    """
    depths, from_aside = {"": ray.camera.radius} if profile is None or profile.misses else _named(profile), False
    points = dict(zip(depths, ray_points(ray.camera, ray.place, np.array(list(depths.values()))), strict=True))
    spots = {name: _spot(camera, place, point) for name, point in points.items()}
    if "near" in points:
        ends = seen_lines(camera, place, np.stack([points["near"], points["far"]])[None])
        from_aside = len(ends) > 0 and bool(np.linalg.norm(ends[0, 0] - ends[0, 1]) >= em(LINE_FROM))
        if from_aside:
            cased_lines(canvas, ends, picture_ink("busy"))
            for name in ("near", "far"):
                _dot(canvas, spots[name], 0.2, picture_ink("busy"))
    spot = next((spots[name] for name in ("expected depth", "", "far") if name in spots), None)
    if spot is not None:
        canvas.add_circle(spot, em(RING), grey(0.05, 0.7), 0, max(em(0.3), 3.0))
        canvas.add_circle(spot, em(RING), picture_ink("accent"), 0, max(em(0.14), 1.5))
    if pointed is not None:
        there = _spot(camera, place, ray_points(ray.camera, ray.place, np.array([pointed]))[0])
        _dot(canvas, there, 0.22, picture_ink("good"))
    if from_aside:
        seen = {name: spots[name] for name in ("expected depth", "near", "far") if name in spots}
        _labels(canvas, place, {name: spot for name, spot in seen.items() if spot is not None})


def draw_spot(canvas: imgui.ImDrawList, camera: Camera, place: Place, point: np.ndarray) -> None:
    """Mark a point of space, [3], world units; nothing where it lies behind the eye."""
    spot = _spot(camera, place, point)
    if spot is not None:
        arm = em(RING)
        ends = [[[spot.x - arm, spot.y], [spot.x + arm, spot.y]], [[spot.x, spot.y - arm], [spot.x, spot.y + arm]]]
        cased_lines(canvas, np.array(ends), picture_ink("accent"))


def _named(profile: RayProfile) -> dict[str, float]:
    """Depths that are marked."""
    named = {"near": profile.near, "far": profile.far}
    expected = profile.expected_depth
    return named if expected is None else {**named, "expected depth": expected}


def _spot(camera: Camera, place: Place, point: np.ndarray) -> ImVec2 | None:
    """Where a point is seen; None behind the eye."""
    if -to_camera(camera, point)[2] <= NEAR_PLANE * camera.radius:
        return None
    return ImVec2(*place.on_screen(camera, point).tolist())


def _dot(canvas: imgui.ImDrawList, spot: ImVec2 | None, radius: float, ink: int) -> None:
    if spot is None:
        return
    canvas.add_circle_filled(spot, em(radius + 0.1), grey(0.05, 0.6))
    canvas.add_circle_filled(spot, em(radius), ink)


def _labels(canvas: imgui.ImDrawList, place: Place, spots: dict[str, ImVec2]) -> None:
    """Words beside spots, on dark grounds; the first ones choose first."""
    margin, low, high = em(0.2), place.low, place.high
    sizes = [imgui.calc_text_size(name) for name in spots]
    boxes = beside(
        [(spot.x, spot.y) for spot in spots.values()], [(size.x + 2 * margin, size.y) for size in sizes], em(GAP),
        (low.x, low.y, high.x, high.y),
    )  # fmt: skip
    for name, box in zip(spots, boxes, strict=True):
        if box is not None:
            canvas.add_rect_filled(ImVec2(box[0], box[1]), ImVec2(box[2], box[3]), GROUND, margin)
            canvas.add_text(ImVec2(box[0] + margin, box[1]), INK, name)
