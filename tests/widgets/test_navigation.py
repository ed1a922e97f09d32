"""The object follows the mouse: points of it are projected before and after a gesture."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from widgets.navigation import FARTHEST, NEAREST, dollied, lensed, orbited, panned, rolled, zoomed

SIDE = 400
CAMERAS = [Camera(), Camera(yaw=-2, pitch=0.8, fov=50), Camera(yaw=0.3, pitch=2, radius=2, target=(0.2, -0.1, 0.3))]
CAMERAS += [replace(camera, roll=roll) for camera, roll in zip(CAMERAS, (0.7, -2.0, 3.0), strict=True)]


def pixel(camera: Camera, point: np.ndarray) -> np.ndarray:
    """Where a point is seen, pixels right and down from the middle of a square picture."""
    x, y, z = (np.linalg.inv(camera.matrix) @ [*point, 1])[:3]
    focal = SIDE / 2 / math.tan(math.radians(camera.fov) / 2)
    return np.array([x, -y]) / -z * focal


@pytest.mark.parametrize("camera", CAMERAS)
def test_the_near_side_turns_with_the_mouse(camera):
    front = np.array(camera.target) + 0.2 * (camera.position - np.array(camera.target)) / camera.radius
    right = pixel(orbited(camera, 10, 0, SIDE), front) - pixel(camera, front)
    down = pixel(orbited(camera, 0, 10, SIDE), front) - pixel(camera, front)
    assert right[0] > 1
    assert down[1] > 1


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_panned_target_stays_under_the_mouse(camera):
    target = np.array(camera.target)
    moved = pixel(panned(camera, 30, -20, SIDE), target) - pixel(camera, target)
    assert moved == pytest.approx([30, -20], abs=1e-6)


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_rolled_point_turns_with_the_mouse(camera):
    point = np.array(camera.target) + camera.matrix[:3, :3] @ [0.1, 0.05, 0]
    before = pixel(camera, point)
    turn = np.array([[math.cos(0.4), -math.sin(0.4)], [math.sin(0.4), math.cos(0.4)]])
    after = turn @ before
    assert pixel(rolled(camera, (before[0], before[1]), (after[0], after[1])), point) == pytest.approx(after, abs=1e-6)


def test_a_drag_upwards_goes_nearer_as_the_wheel_does():
    home = Camera()
    assert dollied(home, -SIDE / 12, SIDE, home).radius == pytest.approx(zoomed(home, 1, home).radius)
    assert dollied(home, 50, SIDE, home).radius > home.radius


def test_the_lens_narrows_and_widens_exactly_back_within_bounds():
    home = Camera(fov=30)
    narrow = lensed(home, 4, home)
    assert narrow == replace(home, fov=narrow.fov)
    assert narrow.fov < 30
    assert lensed(narrow, -4, home) == home
    assert [lensed(home, notches, home).fov for notches in (1e3, -1e3)] == pytest.approx([1, 120])


def test_the_wheel_goes_nearer_and_back_exactly():
    home = Camera(radius=1.3)
    near = zoomed(home, 3, home)
    assert near.radius < home.radius
    assert zoomed(near, -3, home) == home


@given(st.floats(-1e3, 1e3), st.floats(0.1, 10))
def test_the_wheel_stays_within_bounds(notches, distance):
    home = Camera(radius=distance)
    radius = zoomed(replace(home, radius=2 * distance), notches, home).radius
    assert NEAREST * distance * 0.999 <= radius <= FARTHEST * distance * 1.001


def test_turning_stops_at_the_poles_and_at_no_yaw():
    camera = Camera()
    for _ in range(20):
        camera = orbited(camera, 333, 250, SIDE)
        assert 0 < camera.pitch < math.pi
        assert abs(camera.yaw) <= math.pi
