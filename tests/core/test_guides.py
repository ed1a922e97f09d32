"""The box's edges and the frustum are where the rays are."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera, pixel_directions
from core.guides import box_edges, frustum, horizon

HALF = 0.35


@given(st.tuples(*[st.floats(-2, 2)] * 3))
def test_every_edge_is_seen_or_hidden_and_a_hidden_one_lies_behind_the_box(eye):
    eye = np.array(eye)
    seen, hidden = box_edges(HALF, eye)
    assert len(seen) + len(hidden) == 12
    for line in hidden:
        # Just before its middle, the way from the eye lies inside the box: something is in front of it.
        before = line.mean(axis=0) + 1e-6 * (eye - line.mean(axis=0))
        assert (np.abs(before) <= HALF + 1e-12).all(), "or on it, where the eye lies in the plane of a face"
    edges = np.concatenate([seen, hidden])
    np.testing.assert_allclose(np.abs(edges), HALF)
    np.testing.assert_allclose(np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1), 2 * HALF)


def test_from_a_corner_three_edges_are_hidden_from_the_front_eight_and_from_inside_none():
    assert [len(box_edges(HALF, np.array(eye))[1]) for eye in ((1, 1, 1), (0, 0, 1), (0.1, 0, 0))] == [3, 8, 0]


def test_the_frustum_runs_along_the_corner_rays_of_its_picture():
    camera = Camera(yaw=0.3, pitch=1.2, radius=1.5, fov=40)
    lines = frustum(camera, 1.0, 2.0)
    corners = pixel_directions(2, camera.fov).reshape(-1, 3) @ camera.matrix[:3, :3].T
    ends = camera.position + 2.0 * corners
    for ray in lines[:4]:
        np.testing.assert_allclose(ray[0], camera.position)
        assert np.isclose(np.linalg.norm(ends - ray[1], axis=1), 0, atol=1e-9).any()
    np.testing.assert_allclose(np.linalg.norm(lines[4:8] - camera.position, axis=-1), 1.0)
    np.testing.assert_allclose(np.linalg.norm(lines[8:] - camera.position, axis=-1), 2.0)


def test_the_horizon_is_closed_and_level():
    ring = horizon(2.0)
    np.testing.assert_allclose(ring[:, :, 1], 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(ring, axis=-1), 2.0)
    np.testing.assert_allclose(ring[-1, 1], ring[0, 0], atol=1e-9)
    assert math.isclose(float(np.linalg.norm(ring[:, 1] - ring[:, 0], axis=1).sum()), 2 * math.tau, rel_tol=1e-2)
