"""The law over a training: changes count from when they were made, and mixtures are what is drawn meanwhile."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scale_course import BINS, Course, bin_counts, bin_edges
from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, UniformSchedule

schedules = st.builds(
    lambda kind, scale, anneal: kind(scale, anneal),
    st.sampled_from([BetaSchedule, UniformSchedule]),
    st.one_of(st.floats(0.02, 0.99), st.just(1.0)),
    st.floats(1, 1e4),
)
others = st.one_of(
    st.builds(DecaySchedule.graf, st.floats(0.02, 0.99), st.integers(1, 64)),
    st.builds(DecaySchedule.gnerf, st.floats(0.02, 0.99), st.integers(1, 64), st.just(128)),
    st.builds(DiscreteSchedule, st.just(0.25), st.sets(st.integers(0, 40), min_size=1).map(
        lambda steps: tuple(0.25 + 0.75 * step / 40 for step in sorted(steps))  # on the edges of bins
    )),
)  # fmt: skip
every_kind = st.one_of(schedules, others)


def alone(schedule) -> Course:
    return Course(((0.0, schedule),))


@given(every_kind, st.floats(0, 2e4))
def test_masses_sum_to_one(schedule, kimg):
    masses = alone(schedule).masses(bin_edges(schedule.min_scale), kimg)
    assert masses.shape == (BINS,)
    assert (masses >= 0).all()
    assert masses.sum() == pytest.approx(1)


@given(every_kind, st.floats(0.05, 1))
def test_masses_agree_with_the_quantiles(schedule, progress):
    """Evenly spaced probabilities, sent through quantile(), fall into the bins as often as the masses say."""
    edges, kimg = bin_edges(schedule.min_scale), progress * schedule.final_kimg
    count = 20_000
    scales = schedule.quantile((np.arange(count) + 0.5) / count, kimg)
    if isinstance(schedule, DiscreteSchedule):
        scales = np.float32(scales)  # as a tick keeps them
    shares = bin_counts(scales, edges) / count
    np.testing.assert_allclose(shares, alone(schedule).masses(edges, kimg), atol=2 / count)


@given(st.floats(0.02, 1), st.lists(st.floats(0, 1), max_size=100))
def test_every_scale_is_counted_once(min_scale, parts):
    scales = np.float32(min_scale + (1 - min_scale) * np.array(parts))  # rounded, as a tick keeps them
    assert bin_counts(scales, bin_edges(min_scale)).sum() == len(parts)


def test_a_change_counts_from_its_time_on():
    early, late = BetaSchedule(0.25, 10), BetaSchedule(0.25, 40, beta_end=2.0)
    course = Course(((0.0, early), (4.0, late)))
    assert course.at(3.9) is early
    assert course.at(4.0) is late
    assert course.mean(5.0) == late.mean(5.0)
    assert (course.final_kimg, course.min_scale) == (40, 0.25)
    assert Course(((0.0, early), (50.0, late))).final_kimg == 50


@given(schedules, st.floats(0, 1))
def test_the_mixture_of_one_moment_is_the_law(schedule, progress):
    kimg = progress * schedule.final_kimg
    mixture, probabilities = alone(schedule).mixture([(kimg, kimg, 1.0)], 4), np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    np.testing.assert_allclose(
        mixture.quantile(probabilities), schedule.quantile(probabilities, kimg), rtol=1e-9, atol=1e-9
    )


def test_a_mixture_weighs_its_spans():
    wide, whole = UniformSchedule(0.5, 10), UniformSchedule(1.0, 10)
    course = Course(((0.0, wide), (20.0, whole)))
    mixture = course.mixture([(10.0, 12.0, 3.0), (20.0, 21.0, 1.0)], 2)
    np.testing.assert_allclose(mixture.cumulative(np.array([0.5, 0.75, 1.0])), [0, 0.375, 1])
    assert mixture.masses(bin_edges(0.5)).sum() == pytest.approx(1)


def test_the_mixture_of_a_falling_law_is_what_is_drawn():
    course, rng = alone(BetaSchedule(0.125, 10)), np.random.default_rng(0)
    draws = np.concatenate([course.last.sample(50, kimg, rng) for kimg in np.linspace(0, 10, 1000)])
    mixture, edges = course.mixture([(0.0, 10.0, 1.0)], 64), bin_edges(0.125)
    np.testing.assert_allclose(bin_counts(draws, edges) / len(draws), mixture.masses(edges), atol=0.005)
    for probability in (0.05, 0.25, 0.5):
        assert np.quantile(draws, probability) == pytest.approx(mixture.quantile(np.array([probability]))[0], abs=0.01)
