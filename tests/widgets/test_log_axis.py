"""Logarithmic axes have a few round numbers, however long or short they are."""

import math

from hypothesis import given
from hypothesis import strategies as st

from widgets.log_axis import log_limits, log_ticks


@given(st.floats(-12, 12), st.floats(1e-3, 20))
def test_a_few_numbers_between_the_ends(start: float, decades: float):
    low, high = 10.0**start, 10.0 ** (start + decades)
    ticks = log_ticks(low, high)
    assert 2 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert low * (1 - 1e-9) <= ticks[0]
    assert ticks[-1] <= high * (1 + 1e-9)


@given(st.floats(1e-9, 1e9), st.floats(1, 1e6))
def test_values_have_air(low: float, factor: float):
    below, above = log_limits(low, low * factor)
    assert 0 < below < low
    assert low * factor < above
    assert math.isfinite(above)


def test_numbers_are_round():
    assert log_ticks(0.5, 200) == [1, 10, 100]
    assert log_ticks(0.4, 12) == [1, 3, 10]
    assert [round(tick, 9) for tick in log_ticks(0.5, 1.4)] == [0.5, 0.7, 1]
    assert [round(tick, 9) for tick in log_ticks(6.3, 6.9)] == [6.4, 6.6, 6.8]
