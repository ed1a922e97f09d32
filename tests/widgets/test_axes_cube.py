"""The cube shows the sides that a camera sees, and knows which one is under the mouse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from core.views import VIEWS, seen_from
from widgets.axes_cube import face_at, faces

cameras = st.builds(Camera, st.floats(-math.pi, math.pi), st.floats(0.05, 3.09), roll=st.floats(-math.pi, math.pi))


@pytest.mark.parametrize("view", VIEWS)
def test_a_named_view_sees_its_side_upright_in_the_middle(view):
    face = faces(seen_from(Camera(), view))[-1]
    assert face.view == view
    assert face.facing == pytest.approx(1)
    np.testing.assert_allclose(face.corners, [[-1, 1], [1, 1], [1, -1], [-1, -1]], atol=1e-3)
    np.testing.assert_allclose(face.along, np.eye(2), atol=1e-3)


@given(cameras)
def test_the_middle_of_a_face_belongs_to_it_and_nothing_beside_the_cube_does(camera):
    seen = faces(camera)
    assert 1 <= len(seen) <= 3
    for face in seen:
        if face.facing > 0.01:
            assert face_at(seen, face.corners.mean(axis=0)) == face.view
    assert face_at(seen, np.array([1.8, 0.0])) is None
    assert [face.facing for face in seen] == sorted(face.facing for face in seen)


def test_the_cube_turns_as_the_world_does():
    """From the front the right side is at the right once the camera has gone there a little."""
    seen = {face.view: face.corners.mean(axis=0) for face in faces(Camera(yaw=math.pi / 2 - 0.4, pitch=1.2))}
    assert set(seen) == {"front", "right", "top"}
    assert seen["right"][0] > seen["front"][0]
    assert seen["top"][1] < seen["front"][1]
