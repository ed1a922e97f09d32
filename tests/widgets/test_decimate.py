"""Thinned lines keep every peak, stay in order, and are short."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from widgets.decimate import decimate


@given(st.integers(0, 5000), st.integers(1, 300), st.integers(0, 2**31))
def test_short_ordered_and_with_its_extremes(length: int, buckets: int, seed: int):
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.random(length))
    y = rng.normal(size=length)
    thin_x, thin_y = decimate(x, y, -np.inf, np.inf, buckets)
    assert len(thin_x) <= 2 * buckets + 2
    assert (np.diff(thin_x) >= 0).all()
    assert set(thin_y) <= set(y)
    if length:
        assert (thin_y.min(), thin_y.max()) == (y.min(), y.max())
        assert (thin_x[0], thin_x[-1]) == (x[0], x[-1])


def test_only_what_is_seen_and_a_point_beyond_each_edge():
    x = np.arange(100.0)
    thin_x, _ = decimate(x, x, 10.5, 20.5, 1000)
    assert (thin_x[0], thin_x[-1]) == (10, 21)


def test_missing_values_are_left_out():
    thin_x, thin_y = decimate(np.arange(4.0), np.array([1, np.nan, 3, np.nan]), 0, 10, 10)
    assert thin_x.tolist() == [0, 2]
    assert thin_y.tolist() == [1, 3]


def test_everything_missing():
    thin_x, _ = decimate(np.arange(4.0), np.full(4, np.nan), 0, 10, 10)
    assert len(thin_x) == 0
