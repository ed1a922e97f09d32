"""The test of Kolmogorov and Smirnov says of good fits what chance says, and notices bad ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.goodness import SMALL, chance_of, fit, kolmogorov
from core.scale_course import Course
from core.schedules import BetaSchedule, DecaySchedule, UniformSchedule


@pytest.mark.parametrize(
    ("x", "probability"),
    # Smirnov's table (1948).
    [(0.5, 0.963945), (0.8, 0.544142), (1.0, 0.270000), (1.22385, 0.1), (1.35810, 0.05), (1.62762, 0.01)],
)
def test_the_limit_law(x: float, probability: float):
    assert kolmogorov(x) == pytest.approx(probability, abs=2e-6)


@given(st.floats(0.3, 3))
def test_it_falls_and_both_series_agree(x: float):
    assert 0 <= kolmogorov(x + 0.01) <= kolmogorov(x) <= 1
    assert kolmogorov(SMALL - 1e-12) == pytest.approx(kolmogorov(SMALL), abs=1e-10)


@pytest.mark.parametrize(
    ("count", "distance", "chance"),
    # Exact critical distances of few draws (Miller 1956).
    [(5, 0.56328, 0.05), (10, 0.40925, 0.05), (10, 0.36866, 0.1), (20, 0.29408, 0.05), (20, 0.35241, 0.01)],
)  # fmt: skip
def test_few_draws(count: int, distance: float, chance: float):
    assert chance_of(distance, count) == pytest.approx(chance, rel=0.06)


LAWS = [
    (BetaSchedule(0.125, 10), 0.0),  # nearly all of it lies within a rounding of 1
    (BetaSchedule(0.125, 10), 3.0),
    (BetaSchedule(0.5, 10), 10.0),
    (UniformSchedule(0.25, 10), 4.0),
    (DecaySchedule.graf(0.125, 64), 500.0),
]


@pytest.mark.parametrize(("law", "kimg"), LAWS)
def test_draws_from_the_law_itself_fit(law, kimg: float):
    """The chance is even in [0, 1] where the law is continuous, and at least not small elsewhere."""
    rng = np.random.default_rng(1)
    chances = np.array([
        fit(law.sample(200, kimg, rng).astype(np.float32), lambda x: law.cumulative(x, kimg)).chance for _ in range(300)
    ])  # fmt: skip
    assert (chances < 0.1).mean() < 0.16, "three standard deviations above a tenth"
    assert (chances < 0.01).mean() < 0.03


def test_the_chance_of_a_continuous_law_is_even():
    rng = np.random.default_rng(2)
    chances = np.sort([fit(rng.random(100), lambda x: np.clip(x, 0, 1)).chance for _ in range(400)])
    assert np.abs(chances - (np.arange(400) + 0.5) / 400).max() < 0.08


def test_many_draws_come_as_near_to_the_closed_form_as_chance_allows():
    law, rng = BetaSchedule(0.125, 10), np.random.default_rng(3)
    found = fit(law.sample(100_000, 6.0, rng).astype(np.float32), lambda x: law.cumulative(x, 6.0))
    assert found.count == 100_000
    assert found.distance < 1.95 / np.sqrt(100_000), "one in a thousand"


def test_draws_from_another_law_do_not_fit():
    law, other = BetaSchedule(0.125, 10), UniformSchedule(0.125, 10)
    draws = law.sample(500, 8.0, np.random.default_rng(0)).astype(np.float32)
    found = fit(draws, lambda x: other.cumulative(x, 8.0))
    assert found.chance < 1e-6
    assert found.distance > 0.1


def test_a_law_that_changes_is_compared_with_its_mixture():
    course = Course(((0.0, BetaSchedule(0.125, 10)),))
    rng = np.random.default_rng(4)
    draws = np.concatenate([course.last.sample(20, kimg, rng) for kimg in np.linspace(0, 10, 200)]).astype(np.float32)
    mixture = course.mixture([(0.0, 10.0, 1.0)], 32)
    assert fit(draws, mixture.cumulative).chance > 0.05
    assert fit(draws, lambda x: course.last.cumulative(x, 10.0)).chance < 1e-6


def test_nothing_drawn_says_nothing():
    assert fit(np.empty(0, np.float32), lambda x: x) is None
