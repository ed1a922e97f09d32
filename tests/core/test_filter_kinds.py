"""Every filter has one kind; constructed ones have the kind that they were built to have."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.filter_kinds import KINDS, OFF_UNTIL, ON_FROM, SWITCH_RATIO, counts, filter_kinds, shares
from core.sigma_patches import EDGE_PLACES, SCALES, centred_patches, centred_scales, edge_patches, offsets_at

CENTRED = centred_scales(0.125)
EDGE_SCALES, EDGE_OFFSETS = edge_patches(0.125)
NONE = np.empty((0, 1)), np.empty(0, np.float32)


def kind(sigma: np.ndarray, placed: np.ndarray | None = None) -> str:
    """Of a single filter: sigma over the centred scales, and at the edges."""
    edge = NONE if placed is None else (placed[:, None], EDGE_SCALES)
    return KINDS[int(filter_kinds(sigma[:, None], CENTRED, *edge)[0])]


@given(st.floats(0, 2))
def test_a_constant_filter_never_switches(level: float):
    same = np.full(SCALES, level), np.full(len(EDGE_SCALES), level)
    expected = "always on" if level >= ON_FROM else "always off" if level <= OFF_UNTIL else "partly on"
    assert kind(*same) == expected


@given(st.floats(ON_FROM, 2), st.floats(0, 1), st.integers(1, SCALES - 1))
def test_a_step_over_the_scales_switches_with_scale(strong: float, part: float, at: int):
    weak = SWITCH_RATIO * strong * part
    step = np.where(np.arange(SCALES) < at, strong, weak)
    assert kind(step) == "switches with scale"
    assert kind(step[::-1]) == "switches with scale"
    assert kind(step, np.full(len(EDGE_SCALES), strong)) == "switches with scale"


@given(st.floats(ON_FROM, 2), st.integers(0, len(EDGE_SCALES) - 1))
def test_one_corner_that_is_off_switches_with_position(strong: float, corner: int):
    placed = np.full(len(EDGE_SCALES), strong)
    placed[corner] = 0
    assert kind(np.full(SCALES, strong), placed) == "switches with position"


@given(st.floats(0, OFF_UNTIL), st.integers(0, len(EDGE_SCALES) - 1))
def test_on_in_one_corner_only(weak: float, corner: int):
    placed = np.full(len(EDGE_SCALES), weak)
    placed[corner] = 2
    assert kind(np.full(SCALES, weak), placed) == "switches with position"


def test_what_changes_with_the_scale_alone_does_not_switch_with_position():
    """At each scale the edges are as the middle: only the scale matters, and it changes too little for a switch."""
    sigma = np.linspace(0.8, 1.9, SCALES)
    placed = np.interp(EDGE_SCALES, CENTRED, sigma)
    assert kind(sigma, placed) == "always on"


def test_fading_to_half_is_partly_on():
    assert kind(np.linspace(1.0, 0.5, SCALES)) == "partly on"


@given(arrays.arrays(np.float16, st.tuples(st.just(SCALES), st.integers(1, 20)), elements=st.floats(0, 2, width=16)))
def test_each_filter_counts_once(sigma):
    kinds = filter_kinds(sigma, CENTRED, np.empty((0, sigma.shape[1])), np.empty(0))
    assert counts(kinds).sum() == sigma.shape[1]
    parts = shares({"one": kinds, "other": kinds})
    assert set(parts) == set(KINDS)
    np.testing.assert_allclose(sum(parts.values()), 1)


def test_nothing_modulated_has_no_shares():
    assert set(shares({}).values()) == {0.0}


def test_patches_lie_inside_the_image_and_the_edges_at_it():
    for scales, offsets in (centred_patches(0.125), (EDGE_SCALES, EDGE_OFFSETS)):
        assert (offsets >= 0).all()
        assert (offsets + scales[:, None] <= 1 + 1e-6).all()
    assert np.isin(EDGE_SCALES, CENTRED).all(), "so that the middle is known at each"
    first = EDGE_OFFSETS[: len(EDGE_PLACES)]
    np.testing.assert_allclose(first, np.array(EDGE_PLACES) * 0.875)
    assert len(edge_patches(1.0)[0]) == 0
    np.testing.assert_allclose(offsets_at(np.array([0.5, 1.0]), np.array([1.0, 0.5])), [[0, 0], [0.25, 0.5]])
