"""Smoothing in blocks is the plain recursion, whatever the length, the weight and the gaps."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.smoothing import BLOCK, MOST_SMOOTHING, smoothed

WEIGHTS = st.floats(0, MOST_SMOOTHING)


def plain(values: np.ndarray, weight: float) -> np.ndarray:
    """The definition, point by point."""
    total, count, result = 0.0, 0, []
    for value in values:
        if np.isnan(value):
            result.append(np.nan)
            continue
        total = weight * total + (1 - weight) * value
        count += 1
        result.append(total / (1 - weight**count) if weight else value)
    return np.array(result)


@given(st.integers(0, 3 * BLOCK * BLOCK), WEIGHTS, st.floats(0, 1), st.integers(0, 2**31))
def test_is_the_plain_recursion(length: int, weight: float, gaps: float, seed: int):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=length) * 10 ** rng.uniform(-6, 6)
    values[rng.random(length) < gaps * 0.9] = np.nan
    scale = float(np.nanmax(np.abs(values), initial=0.0))
    # The plain recursion's own 1 - a^n is what is inexact where a is close to 1.
    np.testing.assert_allclose(smoothed(values, weight), plain(values, weight), rtol=1e-8, atol=1e-9 * scale)


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6)), max_size=200), WEIGHTS)
def test_stays_between_the_values_so_far(given_values: list[float], weight: float):
    values = np.array(given_values, np.float64)
    result = smoothed(values, weight)
    assert (np.isnan(result) == np.isnan(values)).all()
    known = ~np.isnan(values)
    low, high = np.minimum.accumulate(values[known]), np.maximum.accumulate(values[known])
    slack = 1e-9 * (1 + np.abs(values[known]).max(initial=0))
    assert (result[known] >= low - slack).all()
    assert (result[known] <= high + slack).all()


def test_no_pull_towards_zero_and_no_change_without_weight():
    np.testing.assert_allclose(smoothed(np.full(5000, 3.0), MOST_SMOOTHING), 3.0, rtol=1e-12)
    values = np.array([1.0, np.nan, 5.0])
    np.testing.assert_array_equal(smoothed(values, 0.0), values)
    # (1 - a)(a + 5) / (1 - a^2) at a = 1/2
    np.testing.assert_allclose(smoothed(values, 0.5), [1, np.nan, 0.5 * 5.5 / 0.75])


@pytest.mark.parametrize("weight", [-0.1, 1.0, float("nan")])
def test_other_weights_are_refused(weight: float):
    with pytest.raises(ValueError, match="weight of smoothing"):
        smoothed(np.zeros(3), weight)


def test_a_long_line_takes_milliseconds():
    values = np.random.default_rng(0).normal(size=100_000)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        smoothed(values, MOST_SMOOTHING)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.05, "a frame has 16 ms; a busy machine gets three"
