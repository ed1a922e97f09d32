import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gl.pacing import SCALES, UNMEASURED_SCALE, Pacer


def test_before_any_measurement_half_the_resolution():
    assert Pacer().scale(1_000_000) == UNMEASURED_SCALE


@given(st.floats(1e-6, 1e-3), st.integers(10_000, 10_000_000))
def test_the_chosen_scale_fits_or_is_the_smallest(cost, samples):
    pacer = Pacer(target_ms=20)
    pacer.record(cost * 1000, 1000)
    scale = pacer.scale(samples)
    assert scale in SCALES
    assert cost * samples * scale**2 <= 20 * 1.0001 or scale == SCALES[-1]


def test_scales_do_not_take_turns():
    pacer = Pacer(target_ms=20)
    pacer.record(20.5, 1000)
    coarser = pacer.scale(1000)
    assert coarser < 1
    for _ in range(20):
        pacer.record(19.5, 1000)
        assert pacer.scale(1000) == coarser
    for _ in range(20):
        pacer.record(10, 1000)
    assert pacer.scale(1000) == 1


def test_nonsense_is_ignored():
    pacer = Pacer()
    for milliseconds in (0, -1, float("nan"), float("inf")):
        pacer.record(milliseconds, 1000)
    assert pacer.scale(1000) == UNMEASURED_SCALE
    with pytest.raises(ValueError, match="target_ms"):
        Pacer(0)
