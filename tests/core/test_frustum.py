"""The box that holds the rays of every pose."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.camera import cam2world, pixel_directions
from core.frustum import smallest_cube_scale


@pytest.mark.parametrize(
    ("fov", "near", "far", "published"),
    [(30.0, 0.75, 1.25, 0.475), (12.0, 0.88, 1.12, 0.2)],
)
def test_the_published_boxes_hold_the_published_frusta(fov, near, far, published):
    needed = smallest_cube_scale(fov, 1.0, near, far)
    assert published - 0.005 < needed <= published


@settings(max_examples=30)
@given(
    fov=st.floats(5, 90),
    radius=st.floats(0.5, 4),
    inner=st.floats(0.05, 0.95),
    outer=st.floats(0.05, 0.95),
    seed=st.integers(0, 99),
)
def test_no_ray_of_any_pose_leaves_the_box(fov, radius, inner, outer, seed):
    near, far = radius * (1 - inner), radius * (1 + outer)
    rng = np.random.default_rng(seed)
    poses = np.stack([rng.uniform(-math.pi, math.pi, 50), np.arccos(1 - 2 * rng.random(50))], axis=1)
    matrices = cam2world(poses[:, 0], poses[:, 1], radius)
    directions = pixel_directions(7, fov).reshape(-1, 3)
    depths = np.linspace(near, far, 5)
    local = (depths[:, None, None] * directions).reshape(-1, 3)
    points = np.einsum("nij,kj->nki", matrices[:, :3, :3], local) + matrices[:, None, :3, 3]
    everywhere = smallest_cube_scale(fov, radius, near, far)
    assert np.abs(points).max() <= everywhere * (1 + 1e-9)
    # The far end bulges between the points that are looked at, hence the tolerance.
    given_poses = smallest_cube_scale(fov, radius, near, far, poses)
    assert np.abs(points).max() <= given_poses * 1.02
    assert given_poses <= everywhere * (1 + 1e-9)


def test_many_poses_come_close_to_the_bound():
    rng = np.random.default_rng(0)
    poses = np.stack([rng.uniform(-math.pi, math.pi, 5000), np.arccos(1 - 2 * rng.random(5000))], axis=1)
    assert smallest_cube_scale(30, 1, 0.74, 1.26, poses) == pytest.approx(
        smallest_cube_scale(30, 1, 0.74, 1.26), rel=2e-3
    )
