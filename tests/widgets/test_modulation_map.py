"""Sigma made ready for a picture: nothing is invented, nothing is lost but what has no pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.filter_kinds import KINDS
from core.sigma_patches import centred_scales
from widgets.colour_bar import numbers
from widgets.modulation import source_names, tick_title
from widgets.modulation_map import LEAST_SPAN, colour_range, drawn_rows, filter_order, shown
from widgets.sigma_counts import count_words, layer_labels
from widgets.sigma_map import scale_edges
from widgets.sigma_views import Place, SigmaSet
from widgets.time_view import Snapshot

sigmas = arrays.arrays(
    np.float32, st.tuples(st.integers(2, 32), st.integers(1, 40)), elements=st.floats(0, 2, width=16)
)


@given(sigmas, st.sampled_from(["filter", "mean", "change", "kind"]), st.randoms())
def test_every_filter_has_one_row(sigma, order, random):
    kinds = np.array([random.randrange(len(KINDS)) for _ in range(sigma.shape[1])])
    found = filter_order(sigma, order, kinds)
    assert sorted(found) == list(range(sigma.shape[1]))
    if order == "kind":
        assert (np.diff(kinds[found]) >= 0).all()


def test_orders():
    sigma, kinds = np.array([[1.0, 1.5, 0.2, 1.4], [1.1, 0.5, 0.9, 1.4]]), np.array([1, 0, 1, 0])
    assert filter_order(sigma, "filter", kinds).tolist() == [0, 1, 2, 3]
    assert filter_order(sigma, "mean", kinds).tolist() == [3, 0, 1, 2]
    assert filter_order(sigma, "change", kinds).tolist() == [2, 0, 3, 1], "growing ones first, shrinking ones last"
    assert filter_order(sigma, "kind", kinds).tolist() == [3, 1, 2, 0], "by change within a kind"


@given(sigmas, sigmas)
def test_colours_reach_over_what_is_shown(one, other):
    layers = {"one": one, "other": other}
    low, high = colour_range(layers, "one", "layer", signed=False)
    assert low <= one.min()
    assert one.max() <= high
    assert high - low >= LEAST_SPAN * 0.999
    least, most = colour_range(layers, "one", "all", signed=False)
    assert least <= min(one.min(), other.min())
    assert most >= max(one.max(), other.max())
    assert colour_range(layers, "other", "all", signed=False) == (least, most)
    assert colour_range(layers, "one", "full", signed=False) == (0, 2)


@given(sigmas)
def test_zero_is_in_the_middle_of_differences(sigma):
    low, high = colour_range({"one": sigma - 1}, "one", "layer", signed=True)
    assert low == -high
    assert high >= np.abs(sigma - 1).max()
    assert colour_range({"one": sigma}, "one", "full", signed=True) == (-2, 2)


def sigma_set(value: float, filters: int = 3) -> SigmaSet:
    return SigmaSet(f"at {value}", "input", centred_scales(0.5), {"b8.conv1": np.full((32, filters), value)})


def test_a_difference_is_first_minus_second():
    one, other = sigma_set(1.5), sigma_set(0.25)
    difference = shown(one, other)
    assert difference.signed
    assert (difference.layers["b8.conv1"] == 1.25).all()
    assert difference.title == "at 1.5 - at 0.25"
    assert difference.kinds is one.kinds
    assert not shown(one, None).signed
    assert not shown(one, sigma_set(1.0, filters=4)).signed, "of other layers there is no difference"


def test_kinds_are_known_at_once():
    assert sigma_set(1.5).counts["b8.conv1"].tolist() == [3, 0, 0, 0, 0]
    assert count_words("b8.conv1", sigma_set(0.1).counts["b8.conv1"]).split("\n")[:3] == [
        "b8.conv1, 3 filters", "always on: 0", "always off: 3"
    ]  # fmt: skip


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 1), st.floats(-2, 2), st.floats(-2, 2))
def test_a_dragged_patch_stays_inside(x, y, scale, across, up):
    moved = Place(x, y, scale).moved(across, up)
    for offset in moved.offset:
        assert 0 <= offset <= 1 - scale + 1e-12
    if scale < 1:
        free = Place(x, y, scale).offset[0] + across
        assert moved.offset[0] == pytest.approx(min(max(free, 0), 1 - scale), abs=1e-9), "it follows the mouse"
    else:
        assert moved == Place(x, y, scale)


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


def test_labels_of_layers():
    assert layer_labels(["b16.conv1", "b8.conv1"], 9) == [(0.0, "b16"), (1.0, "b8")]
    both = ["b16.conv0", "b16.conv1", "b8.conv0", "b8.conv1", "b4.conv"]
    assert [label for _, label in layer_labels(both, 9)] == ["b16.0", "b16.1", "b8.0", "b8.1", "b4"]
    assert layer_labels(both, 2) == [(0.0, "b16.0"), (3.0, "b8.1")]


def test_sources_and_titles():
    names = source_names(3, True, (Snapshot("000004.safetensors", 4.0),))
    assert names == {"tick": "this tick", "viewport": "viewport", "snapshot 000004.safetensors": "snapshot 4"}
    assert source_names(0, False, ()) == {}
    assert tick_title(12, 1.2) == "tick 12 at 1.2 kimg"


def test_an_axis_of_a_single_scale_has_a_width():
    low, high = scale_edges(np.ones(32))
    assert low < 1 < high
