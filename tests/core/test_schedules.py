import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schedules import (
    BetaSchedule,
    DecaySchedule,
    DiscreteSchedule,
    ScaleSchedule,
    UniformSchedule,
    halvings,
    sample_offsets,
)

REFERENCE = json.loads((Path(__file__).parent.parent / "data" / "patch-scale-schedule.json").read_text())
schedules = st.builds(
    lambda kind, scale, anneal: kind(scale, anneal),
    st.sampled_from([BetaSchedule, UniformSchedule]),
    st.floats(0.05, 0.95),
    st.floats(1, 1e4),
)

discrete = st.builds(
    lambda least, parts: DiscreteSchedule(least, tuple(sorted({least + (1 - least) * part for part in parts}))),
    st.floats(0.05, 0.95),
    st.lists(st.floats(0, 1), min_size=1, max_size=12),
)
decaying = st.one_of(
    st.builds(DecaySchedule.graf, st.floats(0.05, 0.95), st.integers(1, 256)),
    st.builds(DecaySchedule.gnerf, st.floats(0.05, 0.95), st.integers(1, 256), st.sampled_from([16, 64, 512])),
)
# From the first picture on: within less, a law is narrower than neighbouring numbers.
moments = st.just(0.0) | st.floats(1e-3, 2e4)
every_kind = st.one_of(schedules, decaying, discrete)


def greatest_distance(schedule: ScaleSchedule, draws: np.ndarray, kimg: float) -> float:
    """Kolmogorov and Smirnov's: between the law and the empirical distribution, the left sides of steps included."""
    draws = np.sort(draws)
    values, first = np.unique(draws, return_index=True)
    after = np.append(first[1:], len(draws)) / len(draws)
    below = schedule.cumulative(np.nextafter(values, -1), kimg)
    return max(np.abs(schedule.cumulative(values, kimg) - after).max(), np.abs(below - first / len(draws)).max())


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


@given(every_kind, moments, st.integers(0, 2**32 - 1))
def test_draws_stay_in_range_and_have_the_stated_mean(schedule, kimg, seed):
    draws = schedule.sample(2000, kimg, np.random.default_rng(seed))
    assert draws.min() >= schedule.min_scale - 1e-12
    assert draws.max() <= 1
    assert draws.mean() == pytest.approx(schedule.mean(kimg), abs=0.04)


@given(every_kind, moments, st.integers(0, 2**32 - 1))
def test_draws_follow_the_cumulative_distribution(schedule, kimg, seed):
    draws = schedule.sample(4000, kimg, np.random.default_rng(seed))
    # One sample in ten million is further away than 2.9 / sqrt(n).
    assert greatest_distance(schedule, draws, kimg) <= 2.9 / np.sqrt(4000)


@given(every_kind, st.floats(0, 3e4))
def test_a_law_stays_when_it_is_final(schedule, more):
    scales = np.linspace(0, 1, 30)
    final = schedule.final_kimg
    np.testing.assert_allclose(schedule.cumulative(scales, final + more), schedule.cumulative(scales, final))


@given(st.floats(0.05, 1), st.integers(0, 400_000), st.integers(1, 128))
def test_graf_and_gnerf_are_their_formulas(least, steps, batch):
    graf, gnerf = DecaySchedule.graf(least, batch), DecaySchedule.gnerf(least, batch, 256)
    kimg = steps * batch / 1000
    expected = np.clip(np.exp(-0.0025 * 3 * (steps // 1000)), 0.25, 0.9)
    assert graf.lower(kimg) == pytest.approx(max(expected, least))
    expected = np.clip(np.exp(-2e-4 * steps), 16 / 256, 0.8)
    assert gnerf.lower(kimg) == pytest.approx(max(expected, least))


def test_published_laws_reach_their_end_in_time():
    graf, gnerf = DecaySchedule.graf(0.125, 64), DecaySchedule.gnerf(0.03, 8, 512)
    assert graf.final_kimg == 185 * 64
    assert (graf.lower(184.9 * 64), graf.lower(185 * 64)) == (pytest.approx(np.exp(-1.38)), 0.25)
    assert gnerf.final_kimg == pytest.approx(8 * 5 * np.log(32))


@given(st.floats(0.05, 0.95))
def test_a_discrete_law_of_halves(least):
    law = DiscreteSchedule(least, halvings(least))
    assert law.scales[-1] == 1
    assert least <= law.scales[0] < 2 * least
    assert law.mean(3) == pytest.approx(sum(law.scales) / len(law.scales))
    assert (law.density(np.array([*law.scales, 0.9]), 0) == [np.inf] * len(law.scales) + [0]).all()
    middle = (np.arange(len(law.scales)) + 0.5) / len(law.scales)
    np.testing.assert_array_equal(law.quantile(middle, 0), law.scales)


def test_halvings_of_powers_of_two():
    assert halvings(0.125) == (0.125, 0.25, 0.5, 1)
    assert halvings(1) == (1,)


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


@given(every_kind, st.floats(0, 2e4))
def test_cumulative_goes_from_nothing_to_all(schedule, kimg):
    ends = np.array([schedule.min_scale - 0.01, 1.0, 1.1])
    np.testing.assert_array_equal(schedule.cumulative(ends, kimg), [0, 1, 1])


@pytest.mark.parametrize("kind", [BetaSchedule, UniformSchedule])
def test_a_law_of_whole_images_is_a_step(kind):
    np.testing.assert_array_equal(kind(1.0).cumulative(np.array([0.5, 0.999, 1.0]), 3000), [0, 0, 1])


@given(every_kind, st.floats(0, 2e4))
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
