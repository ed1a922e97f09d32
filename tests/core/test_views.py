"""Named views look from where they say, and the way to them begins and ends where it should."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from core.views import DIRECTIONS, VIEWS, between, seen_from, seen_from_behind, view_of

cameras = st.builds(
    Camera,
    st.floats(-math.pi, math.pi),
    st.floats(0.1, 3.0),
    st.floats(0.5, 4),
    st.floats(5, 110),
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
    st.floats(-math.pi, math.pi),
)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_looks_along_its_axis_and_keeps_the_rest(view):
    before = Camera(yaw=0.3, pitch=1.0, radius=2.0, fov=40, target=(0.1, 0.2, 0.3), roll=0.5)
    camera = seen_from(before, view)
    np.testing.assert_allclose(camera.matrix[:3, 2], DIRECTIONS[view], atol=2e-4)
    assert (camera.radius, camera.fov, camera.target, camera.roll) == (2.0, 40, (0.1, 0.2, 0.3), 0.0)
    assert view_of(camera) == view
    assert view_of(before) is None


@pytest.mark.parametrize("view", ["front", "top", "bottom"])
def test_x_points_right_from_the_front_and_from_above(view):
    np.testing.assert_allclose(seen_from(Camera(), view).matrix[:3, 0], [1, 0, 0], atol=1e-6)


def test_the_top_has_the_front_below():
    np.testing.assert_allclose(seen_from(Camera(), "top").matrix[:3, 1], [0, 0, -1], atol=2e-4)


@given(cameras)
def test_from_behind_is_the_opposite_and_twice_is_nothing(camera):
    back = seen_from_behind(camera)
    np.testing.assert_allclose(back.matrix[:3, 2], -camera.matrix[:3, 2], atol=1e-9)
    again = seen_from_behind(back)
    assert math.remainder(again.yaw - camera.yaw, math.tau) == pytest.approx(0, abs=1e-9)
    assert again.pitch == pytest.approx(camera.pitch)


@given(cameras, cameras, st.floats(0, 1))
def test_the_way_begins_at_one_camera_and_ends_exactly_at_the_other(start, goal, share):
    np.testing.assert_allclose(between(start, goal, 0).matrix, start.matrix, atol=1e-9)
    assert between(start, goal, 1) == goal
    camera = between(start, goal, share)
    assert min(start.radius, goal.radius) * 0.999 <= camera.radius <= max(start.radius, goal.radius) * 1.001
    assert min(start.fov, goal.fov) - 1e-9 <= camera.fov <= max(start.fov, goal.fov) + 1e-9


def test_angles_go_the_shorter_way_round():
    middle = between(Camera(yaw=3.0, roll=-3.0), Camera(yaw=-3.0, roll=3.0), 0.5)
    assert abs(middle.yaw) == pytest.approx(math.pi)
    assert abs(middle.roll) == pytest.approx(math.pi)
