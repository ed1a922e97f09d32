"""Sigma made ready for a picture: nothing is invented, nothing is lost but what has no pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from widgets.colour_bar import numbers
from widgets.modulation_map import LEAST_SPAN, colour_range, drawn_rows, filter_order

sigmas = arrays.arrays(
    np.float32, st.tuples(st.integers(2, 32), st.integers(1, 40)), elements=st.floats(0, 2, width=16)
)


@given(sigmas, st.sampled_from(["filter", "mean", "change"]))
def test_every_filter_has_one_row(sigma, order):
    assert sorted(filter_order(sigma, order)) == list(range(sigma.shape[1]))


def test_orders():
    sigma = np.array([[1.0, 1.5, 0.2, 1.4], [1.1, 0.5, 0.9, 1.4]])
    assert filter_order(sigma, "filter").tolist() == [0, 1, 2, 3]
    assert filter_order(sigma, "mean").tolist() == [3, 0, 1, 2]
    assert filter_order(sigma, "change").tolist() == [2, 0, 3, 1], "growing ones first, shrinking ones last"


@given(sigmas, sigmas)
def test_colours_reach_over_what_is_shown(one, other):
    layers = {"one": one, "other": other}
    low, high = colour_range(layers, "one", "layer")
    assert low <= one.min()
    assert one.max() <= high
    assert high - low >= LEAST_SPAN * 0.999
    least, most = colour_range(layers, "one", "all")
    assert least <= min(one.min(), other.min())
    assert most >= max(one.max(), other.max())
    assert colour_range(layers, "other", "all") == (least, most)
    assert colour_range(layers, "one", "full") == (0, 2)


@given(st.integers(1, 600), st.floats(0.5, 600), st.floats(1, 600))
def test_each_drawn_row_has_a_pixel(count, seen, pixels):
    seen = min(seen, count)
    rows = drawn_rows(count, seen, pixels)
    assert rows[0] == 0
    assert rows[-1] < count
    step = rows[1] - rows[0] if len(rows) > 1 else count
    assert step * pixels / seen >= 1 or len(rows) == 1
    if pixels >= count:
        assert len(rows) == count


@pytest.mark.parametrize(
    ("low", "high", "steps", "texts"),
    [(0, 2, 4, ["0.00", "0.50", "1.00", "1.50", "2.00"]), (0.995, 1.005, 2, ["0.9950", "1.0000", "1.0050"])],
)
def test_numbers_of_the_bar_can_be_told_apart(low, high, steps, texts):
    assert numbers(low, high, steps) == texts
