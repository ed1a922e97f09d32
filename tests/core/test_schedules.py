import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schedules import BetaSchedule, UniformSchedule, sample_offsets

REFERENCE = json.loads((Path(__file__).parent.parent / "data" / "patch-scale-schedule.json").read_text())
schedules = st.builds(
    lambda kind, scale, anneal: kind(scale, anneal),
    st.sampled_from([BetaSchedule, UniformSchedule]),
    st.floats(0.05, 0.95),
    st.floats(1, 1e4),
)


@pytest.mark.parametrize("row", REFERENCE["rows"], ids=lambda row: f"{row['kimg']}kimg")
def test_beta_agrees_with_the_published_draws(row):
    schedule = BetaSchedule(REFERENCE["min_scale"], REFERENCE["anneal_kimg"])
    assert schedule.beta(row["kimg"]) == pytest.approx(row["beta"])
    assert schedule.mean(row["kimg"]) == pytest.approx(row["beta_mean"], abs=2e-3)
    for probability, expected in row["beta_quantiles"].items():
        got = schedule.quantile(np.array([float(probability)]), row["kimg"])[0]
        assert got == pytest.approx(expected, abs=4e-3)  # the reference has 400,000 draws


@pytest.mark.parametrize("row", REFERENCE["rows"], ids=lambda row: f"{row['kimg']}kimg")
def test_uniform_agrees_with_the_published_minimum(row):
    schedule = UniformSchedule(REFERENCE["min_scale"], REFERENCE["anneal_kimg"])
    published = next(value for key, value in row.items() if key.startswith("unif"))
    assert schedule.lower(row["kimg"]) == pytest.approx(published, abs=1e-6)


@given(schedules, st.floats(0, 2e4), st.integers(0, 2**32 - 1))
def test_draws_stay_in_range_and_have_the_stated_mean(schedule, kimg, seed):
    draws = schedule.sample(2000, kimg, np.random.default_rng(seed))
    assert draws.min() >= schedule.min_scale - 1e-12
    assert draws.max() <= 1
    assert draws.mean() == pytest.approx(schedule.mean(kimg), abs=0.04)


@given(schedules, st.floats(0.4, 1), st.floats(0.05, 0.8), st.floats(0.05, 0.8))
def test_density_integrates_to_the_probability_between_quantiles(schedule, progress, one, other):
    kimg = progress * schedule.anneal_kimg
    low, high = sorted((one, other))
    start, end = schedule.quantile(np.array([low, high]), kimg)
    scales = np.linspace(start, end, 20_001)
    assert np.trapezoid(schedule.density(scales, kimg), scales) == pytest.approx(high - low, abs=1e-3)


@given(schedules, st.floats(0.05, 1), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_cumulative_and_quantile_are_inverse(schedule, progress, probabilities):
    kimg = progress * schedule.anneal_kimg
    scales = schedule.quantile(np.array(probabilities), kimg)
    # Near 1 a scale cannot be told from its neighbours any more, but the way back leads to the same scale.
    np.testing.assert_allclose(schedule.quantile(schedule.cumulative(scales, kimg), kimg), scales, atol=1e-9)
    inner = np.linspace(schedule.min_scale, 1, 50)
    assert (np.diff(schedule.cumulative(inner, kimg)) >= 0).all()


@given(schedules, st.floats(0, 2e4))
def test_cumulative_goes_from_nothing_to_all(schedule, kimg):
    ends = np.array([schedule.min_scale - 0.01, 1.0, 1.1])
    np.testing.assert_array_equal(schedule.cumulative(ends, kimg), [0, 1, 1])


@pytest.mark.parametrize("kind", [BetaSchedule, UniformSchedule])
def test_a_law_of_whole_images_is_a_step(kind):
    np.testing.assert_array_equal(kind(1.0).cumulative(np.array([0.5, 0.999, 1.0]), 3000), [0, 0, 1])


@given(schedules, st.floats(0, 2e4))
def test_density_is_zero_outside(schedule, kimg):
    assert (schedule.density(np.array([schedule.min_scale - 0.01, 1.01]), kimg) == 0).all()


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=50), st.integers(0, 2**32 - 1))
def test_offsets_keep_patches_inside_the_image(scales, seed):
    scales = np.array(scales)
    offsets = sample_offsets(scales, np.random.default_rng(seed))
    assert offsets.shape == (len(scales), 2)
    assert (offsets >= 0).all()
    assert (offsets + scales[:, None] <= 1 + 1e-12).all()


def test_offsets_are_uniform():
    scales = np.full(50_000, 0.25)
    offsets = sample_offsets(scales, np.random.default_rng(0)) / 0.75
    quantiles = np.quantile(offsets, [0.1, 0.5, 0.9], axis=0)
    np.testing.assert_allclose(quantiles, [[0.1] * 2, [0.5] * 2, [0.9] * 2], atol=0.01)
