"""The training's range holds for its own views; everything else is cut by the box alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bounds import depth_range, is_training_view
from core.camera import Camera, cam2world

TRAINING = {"radius": 1.3, "near": 1.0, "far": 1.6}
angles = st.floats(-math.pi, math.pi)


@given(angles, st.floats(0.05, 3.0), angles, st.floats(5, 110))
def test_turning_rolling_and_another_angle_of_view_stay_views_of_the_training(yaw, pitch, roll, fov):
    camera = Camera(yaw, pitch, TRAINING["radius"], fov, roll=roll)
    assert depth_range(camera, **TRAINING) == (1.0, 1.6)


@given(angles, st.floats(0.33, 2.8))  # nearer to the poles it gives way
def test_a_pivot_is_looked_at_from_the_training_sphere(yaw, pitch):
    camera = Camera(yaw, pitch, TRAINING["radius"], pivot=0.2)
    assert depth_range(camera, **TRAINING) == (1.0, 1.6)
    assert np.allclose(camera.matrix, cam2world(np.array([yaw]), np.array([pitch]), TRAINING["radius"], 0.2)[0])
    to_pivot = np.array([0, 0, 0.2]) - camera.position
    assert np.allclose(-camera.matrix[:3, 2], to_pivot / np.linalg.norm(to_pivot))
    moved = replace(camera, target=(0.0, 0.1, 0.0))
    assert depth_range(moved, **TRAINING) == (0.0, math.inf)


@pytest.mark.parametrize(
    "camera",
    [
        Camera(radius=1.4),
        Camera(radius=1.3).panned(0.01, 0.0),
        Camera(radius=1.3, roll=1.0).panned(0.0, 0.2),
        Camera(radius=1.3, target=(0.0, 0.0, 0.1)),
        Camera(yaw=0.0, radius=0.3, target=(-0.6, 0.0, 0.0)),  # within the sphere
    ],
)
def test_whatever_leaves_the_sphere_or_its_centre_is_cut_by_the_box(camera):
    assert depth_range(camera, **TRAINING) == (0.0, math.inf)


def test_going_round_another_target_never_falls_back_into_the_training_range():
    """The eye crosses the training sphere on its way, where the picture must not flicker."""
    camera = Camera(radius=1.3, target=(0.3, 0.0, 0.0))
    around = [camera.orbited(math.tau * step / 2000, 0.0) for step in range(2000)]
    distances = [math.dist(each.position, (0, 0, 0)) for each in around]
    assert min(abs(distance - 1.3) for distance in distances) < 1e-3
    assert not any(is_training_view(each, 1.3) for each in around)


def test_a_nearer_target_on_the_same_axis_is_the_same_view():
    camera = Camera(yaw=0.0, radius=1.0, target=(0.3, 0.0, 0.0))
    assert is_training_view(camera, 1.3)
