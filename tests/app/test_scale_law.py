"""The law of patch scales bin by bin is the law that is drawn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scale_law import BINS, bin_counts, bin_edges, bin_masses, scale_law
from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, UniformSchedule
from training.config import RunConfig
from training.config_files import with_values
from widgets.scale_words import law_words, mean_words, number, share_words

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


@given(every_kind, st.floats(0, 2e4))
def test_masses_sum_to_one(schedule, kimg):
    masses = bin_masses(schedule, bin_edges(schedule.min_scale), kimg)
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
    np.testing.assert_allclose(shares, bin_masses(schedule, edges, kimg), atol=2 / count)


@given(st.floats(0.02, 1), st.lists(st.floats(0, 1), max_size=100))
def test_every_scale_is_counted_once(min_scale, parts):
    scales = np.float32(min_scale + (1 - min_scale) * np.array(parts))  # rounded, as a tick keeps them
    assert bin_counts(scales, bin_edges(min_scale)).sum() == len(parts)


@pytest.mark.parametrize("kimg", [0, 12, 60, 200])
def test_the_law_of_a_run(kimg):
    config = with_values(RunConfig(), {"patches.anneal_kimg": 60})
    law = scale_law(config, bin_edges(0.25), kimg)
    assert (law.min_scale, law.final) == (0.25, 0.8)
    assert law.parameter == pytest.approx(0.001 + 0.799 * min(kimg / 60, 1))
    assert law.mean_kimg[-1] == max(60, kimg)
    assert 60 in law.mean_kimg
    assert np.interp(kimg, law.mean_kimg, law.mean_scales) == pytest.approx(law.mean, abs=1e-3)


def test_in_words():
    config = with_values(RunConfig(), {"discriminator.image_resolution": 128})
    edges = bin_edges(0.5)
    assert law_words(scale_law(config, edges, 1527)) == (
        "beta, β(t) = 0.123, rising to 0.8 at 10 000 kimg, r/R = 0.5, mean 0.945"
    )
    assert law_words(scale_law(config, edges, 12_000)) == ("beta, β(t) = 0.8 since 10 000 kimg, r/R = 0.5, mean 0.778")
    config = with_values(config, {"patches.kind": "uniform", "patches.anneal_kimg": 60})
    assert law_words(scale_law(config, edges, 6)) == (
        "uniform, smallest s(t) = 0.95, falling to 0.5 at 60 kimg, r/R = 0.5, mean 0.975"
    )


def test_other_laws_in_words():
    edges = bin_edges(0.25)
    config = with_values(RunConfig(), {"patches.kind": "graf", "loop.batch": 8})
    assert law_words(scale_law(config, edges, 400)) == (
        "uniform as in GRAF, smallest s(t) = 0.687, falling to 0.25 at 1 480 kimg, r/R = 0.25, mean 0.844"
    )
    config = with_values(config, {"patches.kind": "gnerf"})
    assert law_words(scale_law(config, edges, 400)) == (
        "uniform as in GNeRF, smallest s(t) = 0.25 since 55.45 kimg, r/R = 0.25, mean 0.625"
    )
    config = with_values(config, {"patches.kind": "discrete"})
    law = scale_law(config, edges, 0)
    assert law_words(law) == "discrete, s = 0.25, 0.5 or 1, equally likely, r/R = 0.25, mean 0.583"
    assert law.mean_kimg[-1] == config.loop.total_kimg
    config = with_values(config, {"patches.scales": "1"})
    assert law_words(scale_law(config, edges, 0)) == "discrete, s = 1 always, r/R = 0.25, mean 1"
    config = with_values(config, {"patches.scales": [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]})
    assert "s = 7 values from 0.3 to 0.9, equally likely" in law_words(scale_law(config, edges, 0))


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (12.25, "12.25"), (10_000, "10 000"), (8000, "8 000"), (1234567.0, "1 234 567")]
)
def test_numbers_for_people(value, text):
    assert number(value) == text


def test_what_is_said_under_the_mouse():
    edges, mass, counts = np.array([0.5, 0.75, 1.0]), np.array([0.25, 0.75]), np.array([1, 7])
    said = share_words(edges, counts, mass, (2.5, np.array([0.1, 0.9])), 0.6)
    assert said.split("\n") == [
        "s 0.5000 to 0.7500", "law now 25 %", "law then, at 2.5 kimg, 10 %", "drawn 12.5 % (1 of 8)"
    ]  # fmt: skip
    assert "drawn" not in share_words(edges, 0 * counts, mass, None, 1.0)
    law = scale_law(with_values(RunConfig(), {"patches.anneal_kimg": 60}), bin_edges(0.25), 6)
    kimg, drawn = np.array([2.0, 4.0, 6.0]), np.array([0.99, np.nan, 0.95])
    assert mean_words(law, kimg, drawn, 5.2).endswith("drawn 0.9500 (tick at 6 kimg)")
    assert "drawn" not in mean_words(law, kimg, drawn, 30)
    assert mean_words(law, kimg, drawn, 99).startswith("at 60 kimg")
