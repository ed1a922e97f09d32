"""Projected points and the rays of pixels are the same law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera, pixel_directions
from core.guides import ray_points
from core.projection import in_front, picture_extent, to_camera, to_pixels, to_plane

cameras = st.builds(
    Camera,
    st.floats(-math.pi, math.pi),
    st.floats(0.05, 3.1),
    st.floats(0.5, 4),
    st.floats(5, 110),
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
    st.floats(-math.pi, math.pi),
)


@given(cameras, st.integers(2, 40), st.floats(0.05, 5))
def test_points_on_the_ray_of_a_pixel_are_seen_in_its_middle(camera, size, depth):
    rays = pixel_directions(size, camera.fov) @ camera.matrix[:3, :3].T
    seen = to_pixels(camera, camera.position + depth * rays, size, size)
    right, down = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    np.testing.assert_allclose(seen, np.stack([right, down], axis=-1), atol=1e-6)


@pytest.mark.parametrize(("width", "height"), [(30, 20), (20, 30), (1, 1)])
def test_a_wider_picture_shows_more_to_the_sides_and_the_same_in_the_middle(width, height):
    camera = Camera(yaw=0.4, pitch=1.1, roll=0.7)
    points = np.random.default_rng(0).normal(0, 0.1, (20, 3))
    side = min(width, height)
    shift = np.array([width - side, height - side]) / 2
    np.testing.assert_allclose(to_pixels(camera, points, width, height), to_pixels(camera, points, side, side) + shift)
    assert min(picture_extent(width, height)) >= 1


@given(cameras, st.integers(0, 99))
def test_what_is_kept_of_lines_lies_in_front_of_the_eye_and_on_them(camera, seed):
    lines = np.random.default_rng(seed).uniform(-2, 2, (30, 2, 3))
    kept = in_front(camera, lines)
    behind = (to_camera(camera, lines)[..., 2] > 0).all(axis=1)
    assert len(kept) <= (~behind).sum()
    assert (to_camera(camera, kept)[..., 2] < 0).all()
    assert np.isfinite(to_pixels(camera, kept, 64, 48)).all()
    whole = (-to_camera(camera, lines)[..., 2] > 0.01 * camera.radius).all(axis=1)
    for line in lines[whole]:
        assert (kept == line).all(axis=(1, 2)).any(), "a line in front stays as it is"


def test_a_line_through_the_eye_plane_is_cut_there():
    camera = Camera(yaw=math.pi / 2, radius=1.0)  # at z = 1, looking along -z
    (cut,) = in_front(camera, np.array([[[0.1, 0.2, 0.0], [0.1, 0.2, 2.0]]]))
    np.testing.assert_allclose(cut, [[0.1, 0.2, 0.0], [0.1, 0.2, 0.99]], atol=1e-9)
    assert in_front(camera, np.zeros((0, 2, 3))).shape == (0, 2, 3)


@given(cameras, st.integers(1, 40), st.integers(1, 40), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_all_points_of_a_pixels_ray_are_seen_at_the_pixel(camera, width, height, share):
    x, y = share[0] * width, share[1] * height
    points = ray_points(camera, to_plane(x, y, width, height), np.array([0.3, 1.0, 4.0]))
    np.testing.assert_allclose(np.linalg.norm(points - camera.position, axis=1), [0.3, 1, 4], rtol=1e-9)
    np.testing.assert_allclose(to_pixels(camera, points, width, height), [[x, y]] * 3, atol=1e-6)
