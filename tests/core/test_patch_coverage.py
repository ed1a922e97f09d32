"""Coverage is exact: it equals brute force, keeps areas, and draws come to what their law expects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.patch_coverage import covered, expected_coverage
from core.schedules import sample_offsets

squares = st.lists(st.tuples(st.floats(0.05, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6)


def arrays(drawn: list[tuple[float, float, float]]) -> tuple[np.ndarray, np.ndarray]:
    scales = np.array([square[0] for square in drawn])
    return scales, np.array([square[1:] for square in drawn]) * (1 - scales)[:, None]


@given(squares)
def test_areas_are_kept(drawn):
    scales, offsets = arrays(drawn)
    assert covered(scales, offsets, 16).sum() / 16**2 == pytest.approx((scales**2).sum())


@given(squares)
def test_equal_to_counting_points(drawn):
    """A point in the middle of each of 25 x 25 parts of each cell: as near to the area as its rim allows."""
    scales, offsets = arrays(drawn)
    cells, fine = 8, 25
    middles = (np.arange(cells * fine) + 0.5) / (cells * fine)
    brute = np.zeros((cells, cells))
    for scale, (x, y) in zip(scales, offsets, strict=True):
        across, up = ((middles >= low) & (middles <= low + scale) for low in (x, y))
        brute += (up[:, None] & across).reshape(cells, fine, cells, fine).mean(axis=(1, 3))
    np.testing.assert_allclose(covered(scales, offsets, cells), brute, atol=len(scales) * 2.1 / fine)


def test_the_bottom_row_comes_first():
    grid = covered(np.array([0.25]), np.array([[0.5, 0.0]]), 4)
    assert np.argwhere(grid).tolist() == [[0, 2]]
    assert grid[0, 2] == 1


def test_more_draws_than_fit_at_once():
    rng = np.random.default_rng(0)
    scales = rng.uniform(0.1, 1, 10_000)
    offsets = sample_offsets(scales, rng)
    parts = covered(scales[:5000], offsets[:5000]) + covered(scales[5000:], offsets[5000:])
    np.testing.assert_allclose(covered(scales, offsets), parts)


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=4))
def test_the_expected_area_is_the_mean_square(scales):
    values = np.array(scales)
    weights = np.full(len(values), 1 / len(values))
    assert expected_coverage(values, weights, 16).mean() == pytest.approx((values**2).mean())


def test_draws_come_to_what_their_law_expects():
    rng, count = np.random.default_rng(1), 40_000
    scales = rng.choice([0.2, 0.5, 1.0], count)
    share = covered(scales, sample_offsets(scales, rng), 16) / count
    expected = expected_coverage(np.array([0.2, 0.5, 1.0]), np.full(3, 1 / 3), 16)
    assert np.abs(share - expected).max() < 5 * 0.5 / np.sqrt(count)
    assert expected[8, 8] > 2 * expected[0, 0] * 0.9, "the middle is seen more often than a corner"


def test_whole_images_cover_everything():
    np.testing.assert_allclose(expected_coverage(np.ones(1), np.ones(1), 8), 1)
    np.testing.assert_allclose(expected_coverage(np.array([np.nextafter(1, 0)]), np.ones(1), 8), 1)
