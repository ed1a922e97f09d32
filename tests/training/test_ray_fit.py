"""Rays that fit cameras: the published values, and boxes that hold all of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frustum import smallest_cube_scale
from training.ray_fit import centre_fov, cropped_fov, edge_fov, filling_scale, fitted_rays, seen_scale


def test_the_proposal_comes_close_to_what_is_published():
    """METHOD: 12° with 0.88 and 1.12 for faces, 30° with 0.74 and 1.26 for objects of radius 0.25."""
    faces = fitted_rays(12, 1, None, None)
    assert (faces.near, faces.far) == pytest.approx((0.88, 1.12), abs=0.02)
    objects = fitted_rays(30, 1, 0.25, None)
    assert (objects.near, objects.far) == (0.74, 1.26)


@given(st.floats(5, 90), st.floats(0.5, 4), st.floats(0.05, 0.9), st.booleans())
def test_rays_stay_in_the_box(fov: float, radius: float, part: float, everywhere: bool):
    poses = None if everywhere else np.random.default_rng(0).normal([0, math.pi / 2], 0.2, (50, 2))
    rays = fitted_rays(fov, radius, part * radius, poses)
    assert 0 < rays.near < radius < rays.far
    assert smallest_cube_scale(fov, radius, rays.near, rays.far, poses) <= rays.cube_scale


@given(st.floats(1, 120), st.integers(2, 1024))
def test_angles_between_edges_and_centres(fov: float, resolution: int):
    assert edge_fov(centre_fov(fov, resolution), resolution) == pytest.approx(fov)
    assert centre_fov(fov, resolution) < fov
    assert cropped_fov(fov, 1) == pytest.approx(fov)


def test_an_outline_that_fills_the_picture_is_the_filling_sphere():
    assert seen_scale(1, 30, 2) == pytest.approx(filling_scale(30, 2))
