"""Lines are computed once, follow what is seen, and stand where the axis says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from widgets.curve_lines import LineCache, LineSetup, axes_of, make_line, nearest, place_of
from widgets.smoothing import smoothed
from widgets.views import CurvesView


def view_of(count: int, version: int = 1, **columns: np.ndarray) -> CurvesView:
    kimg = np.arange(1, count + 1) / 10
    return CurvesView(version, kimg, {"Progress/kimg": kimg, **columns}, "run")


def test_nothing_is_computed_twice():
    view = view_of(5000, y=np.random.default_rng(0).normal(size=5000))
    cache, setup = LineCache(), LineSetup(smoothing=0.9)
    for _ in range(3):
        cache.begin(view, setup)
        line = cache.line(view, setup, "y", False)
        seen = cache.seen(line, "y", False, (10.0, 20.0, 300))
    assert cache.computed == 1
    assert cache.seen(line, "y", False, (10.0, 20.0, 300)) is seen
    closer = cache.seen(line, "y", False, (10.0, 10.5, 300))
    assert (closer.smooth[0][0], closer.smooth[0][-1]) == (9.9, 10.6), "a point beyond each edge"
    for changed, other in ((view, LineSetup(smoothing=0.5)), (view_of(5000, 2, y=line.raw), setup)):
        before = cache.computed
        cache.begin(changed, other)
        cache.line(changed, other, "y", False)
        assert cache.computed == before + 1


def test_axes_and_places():
    kimg_only = view_of(10)
    assert axes_of(kimg_only) == ("kimg",)
    assert place_of(kimg_only, "hours", 0.5) is None
    steps, seconds = np.arange(10) * 25.0, np.arange(10) * 360.0
    seconds[0] = np.nan
    view = view_of(10, **{"Progress/step": steps, "Timing/total_sec": seconds})
    assert axes_of(view) == ("kimg", "steps", "hours")
    np.testing.assert_allclose(place_of(view, "steps", 0.55), 4.5 * 25)
    np.testing.assert_allclose(place_of(view, "hours", 0.55), 0.45)
    assert place_of(view, "kimg", 0.55) == 0.55
    cache = LineCache()
    cache.begin(view, LineSetup(axis="hours"))
    np.testing.assert_allclose(cache.span, (0.1, 0.9))


def test_logarithms_leave_out_what_has_none():
    line = make_line(np.arange(4.0), np.array([1.0, 0.0, -2.0, 4.0]), 0.0, log=True)
    assert line.left_out == 2
    np.testing.assert_array_equal(line.raw, [1, np.nan, np.nan, 4])
    assert line.smooth is line.raw


@given(st.integers(0, 200), st.floats(0, 0.999), st.booleans(), st.integers(0, 2**31))
def test_lines_keep_what_is_known(length: int, smoothing: float, log: bool, seed: int):
    rng = np.random.default_rng(seed)
    x, y = np.cumsum(rng.random(length)), rng.normal(size=length)
    x[rng.random(length) < 0.2] = np.nan
    y[rng.random(length) < 0.2] = np.nan
    line = make_line(x, y, smoothing, log)
    known = ~(np.isnan(x) | np.isnan(y))
    assert len(line.x) == len(line.raw) == len(line.smooth) == known.sum()
    assert (np.diff(line.x) >= 0).all()
    if not log:
        np.testing.assert_array_equal(line.raw, y[known])
        np.testing.assert_allclose(line.smooth, smoothed(y[known], smoothing))
    else:
        assert line.left_out == (y[known] <= 0).sum()


def test_lines_out_of_order_are_put_in_order():
    line = make_line(np.array([1.0, 3.0, 2.0]), np.array([10.0, 30.0, 20.0]), 0.5, log=False)
    assert line.x.tolist() == [1, 2, 3]
    assert line.raw.tolist() == [10, 20, 30]
    plain = make_line(np.array([1.0, 3.0, 2.0]), np.array([10.0, 30.0, 20.0]), 0.0, log=False)
    assert plain.smooth is plain.raw


def test_the_nearest_point():
    line = make_line(np.array([0.0, 1.0, 5.0]), np.zeros(3), 0.0, log=False)
    assert [nearest(line, place) for place in (-9, 0.4, 0.6, 2.9, 3.1, 99)] == [0, 0, 1, 1, 2, 2]
    assert nearest(make_line(np.empty(0), np.empty(0), 0.0, log=False), 1.0) is None
