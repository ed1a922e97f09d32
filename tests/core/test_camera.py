import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import POLE_MARGIN, Camera, angles_of, cam2world, pixel_directions, sphere_points

yaws = st.floats(-math.pi, math.pi)
pitches = st.floats(0.05, math.pi - 0.05)


@given(yaws, pitches, st.floats(0.1, 10))
def test_matrices_are_rigid_right_handed_and_look_at_the_origin(yaw, pitch, radius):
    matrix = cam2world(np.array([yaw]), np.array([pitch]), radius)[0]
    rotation = matrix[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(matrix[:3, 3] - radius * rotation[:, 2], 0, atol=1e-9)  # the view is along -z


@given(yaws, pitches)
def test_angles_invert_positions(yaw, pitch):
    yaw_back, pitch_back = angles_of(sphere_points(yaw, pitch))
    assert math.remainder(float(yaw_back) - yaw, math.tau) == pytest.approx(0, abs=1e-6)
    assert float(pitch_back) == pytest.approx(pitch, abs=1e-6)


@given(yaws, pitches, st.floats(-10, 10), st.floats(-10, 10))
def test_orbit_keeps_distance_and_stays_off_the_poles(yaw, pitch, turn, tilt):
    camera = Camera(yaw, pitch, radius=2.0).orbited(turn, tilt)
    assert np.linalg.norm(camera.position) == pytest.approx(2)
    assert 0 < camera.pitch < math.pi
    assert -math.pi <= camera.yaw <= math.pi


@given(yaws, pitches, st.floats(-2, 2), st.floats(-2, 2))
def test_pan_moves_eye_and_target_together_in_the_picture_plane(yaw, pitch, right, up):
    camera = Camera(yaw, pitch)
    moved = camera.panned(right, up)
    shift = np.array(moved.target) - np.array(camera.target)
    np.testing.assert_allclose(moved.position - camera.position, shift, atol=1e-9)
    assert shift @ camera.matrix[:3, 2] == pytest.approx(0, abs=1e-9)


def test_a_pan_by_one_is_the_height_of_the_picture():
    camera = Camera(fov=90, radius=3)
    assert np.linalg.norm(camera.panned(0, 1).target) == pytest.approx(6)


def test_corner_pixels_lie_on_the_field_of_view():
    rays = pixel_directions(5, 60.0)
    top = rays[0, 2]
    assert top[1] > 0
    assert math.degrees(math.atan2(top[1], -top[2])) == pytest.approx(30)
    np.testing.assert_allclose(rays[2, 2], [0, 0, -1], atol=1e-12)


@given(yaws, pitches, st.floats(-math.pi, math.pi))
def test_a_roll_turns_the_picture_and_leaves_eye_and_view_alone(yaw, pitch, roll):
    upright, rolled = Camera(yaw, pitch, target=(0.1, 0, 0)), Camera(yaw, pitch, target=(0.1, 0, 0), roll=roll)
    np.testing.assert_array_equal(rolled.matrix[:, 2:], upright.matrix[:, 2:])
    np.testing.assert_allclose(rolled.matrix[:3, :3] @ rolled.matrix[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rolled.matrix[:3, :3]) == pytest.approx(1)
    # What was seen above is seen clockwise of it: towards the right for a small positive roll.
    above = upright.matrix[:3, 1] @ rolled.matrix[:3, :2]
    np.testing.assert_allclose(above, [math.sin(roll), math.cos(roll)], atol=1e-9)
    assert upright.rolled(roll).matrix == pytest.approx(rolled.matrix, abs=1e-9)


@pytest.mark.parametrize(
    "bad",
    [{"radius": 0}, {"fov": 180}, {"fov": 0}, {"yaw": math.nan}, {"roll": math.inf}, {"target": (0, math.inf, 0)}],
)
def test_impossible_cameras_are_refused(bad):
    with pytest.raises(ValueError, match="camera"):
        Camera(**bad)


@pytest.mark.parametrize("pivot", [0.2, -0.06])
def test_a_pivot_turns_nothing_over(pivot: float):
    """Near the poles, and nearer to the target than the pivot is long, the axes stay as they are without one."""
    for radius in (2.7, 0.19, 0.135):
        before = None
        for pitch in np.linspace(POLE_MARGIN, math.pi - POLE_MARGIN, 91):
            for yaw in (-math.pi / 2, 0.3, math.pi / 2):
                plain = Camera(yaw, float(pitch), radius).matrix
                turned = Camera(yaw, float(pitch), radius, pivot=pivot).matrix
                assert (turned[:3, :3] * plain[:3, :3]).sum(axis=0).min() > 0.7, "each axis points the same way"
                np.testing.assert_allclose(turned[:3, 3], plain[:3, 3])
            if before is not None:
                assert np.abs(turned - before).max() < 0.2, "a small step is a small turn"
            before = turned


def test_a_pivot_is_the_trainings_where_trainings_look():
    for yaw, pitch in ((1.2, 1.3), (1.9, 1.7), (math.pi / 2, math.pi / 2)):
        expected = cam2world(np.array([yaw]), np.array([pitch]), 2.7, 0.2)[0]
        np.testing.assert_array_equal(Camera(yaw, pitch, 2.7, pivot=0.2).matrix, expected)
