"""Laws of patch scales and their draws, in words."""

import numpy as np
import pytest

from core.goodness import Fit
from core.scale_course import Course, bin_edges
from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, UniformSchedule
from widgets.coverage_map import heat_of, place_words
from widgets.drawn_scales import least_share
from widgets.patch_views import DrawnView, LawLine, LawSettings, LawsView
from widgets.plot_parts import HeatMap, powers
from widgets.scale_words import (
    density_words,
    doubtful,
    fit_words,
    kind_of,
    law_words,
    mean_words,
    number,
    quantile_rows,
    share_words,
    window_words,
)  # fmt: skip


def test_laws_in_words():
    assert law_words(BetaSchedule(0.5), 1527) == (
        "beta, β(t) = 0.123, rising to 0.8 at 10 000 kimg, r/R = 0.5, mean 0.945"
    )
    assert law_words(BetaSchedule(0.5), 12_000) == "beta, β(t) = 0.8 since 10 000 kimg, r/R = 0.5, mean 0.778"
    assert law_words(UniformSchedule(0.5, 60), 6) == (
        "uniform, smallest s(t) = 0.95, falling to 0.5 at 60 kimg, r/R = 0.5, mean 0.975"
    )
    assert law_words(DecaySchedule.graf(0.25, 8), 400) == (
        "uniform as in GRAF, smallest s(t) = 0.687, falling to 0.25 at 1 480 kimg, r/R = 0.25, mean 0.844"
    )
    assert law_words(DecaySchedule.gnerf(0.25, 8, 64), 400) == (
        "uniform as in GNeRF, smallest s(t) = 0.25 since 55.45 kimg, r/R = 0.25, mean 0.625"
    )


def test_lists_of_scales_in_words():
    assert law_words(DiscreteSchedule(0.25, (0.25, 0.5, 1.0)), 0) == (
        "discrete, s = 0.25, 0.5 or 1, equally likely, r/R = 0.25, mean 0.583"
    )
    assert law_words(DiscreteSchedule(0.25, (1.0,)), 0) == "discrete, s = 1 always, r/R = 0.25, mean 1"
    many = DiscreteSchedule(0.25, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))
    assert "s = 7 values from 0.3 to 0.9, equally likely" in law_words(many, 0)
    assert kind_of(many) == "discrete"


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (12.25, "12.25"), (10_000, "10 000"), (8000, "8 000"), (1234567.0, "1 234 567")]
)
def test_numbers_for_people(value, text):
    assert number(value) == text


def drawn(fit: Fit | None = None) -> DrawnView:
    grid = np.linspace(0, 1, 16).reshape(4, 4)
    return DrawnView(
        (3, 5), (0.2, 0.5), grid, np.full((4, 4), 0.5), (None, None),
        np.array([0.5, 0.75, 1.0]), np.array([1, 7]), np.array([0.25, 0.75]), fit,
        np.linspace(0.6, 1, 5), np.linspace(0.5, 1, 5),
    )  # fmt: skip


def test_what_is_said_of_draws():
    assert share_words(drawn(), 0.6).split("\n") == ["s 0.5000 to 0.7500", "law 25 %", "drawn 12.5 % (1 of 8)"]
    assert window_words(drawn()) == "ticks 3 to 5, 0.2 to 0.5 kimg"
    assert quantile_rows(drawn())[0] == ("5 %", "0.600", "0.500")
    assert fit_words(None) == "nothing drawn yet"
    assert fit_words(Fit(1200, 0.0123, 0.456)) == "D = 0.012, p = 0.46, 1 200 draws"
    assert fit_words(Fit(9, 0.9, 1e-9)).split(", ")[1] == "p < 0.0001"
    assert doubtful(Fit(9, 0.9, 1e-9))
    assert not doubtful(Fit(9, 0.1, 0.5))
    assert not doubtful(None)


def test_what_is_said_of_a_moment():
    law = BetaSchedule(0.25, 60)
    kimg = np.linspace(0, 60, 61)
    line = LawLine(Course(((0.0, law),)), "", kimg, kimg, np.ones((40, 10)))
    ticks, means = np.array([2.0, 4.0, 6.0]), np.array([0.99, np.nan, 0.95])
    said = mean_words({"run": line}, ticks, means, 5.2)
    assert said.split("\n")[0] == "at 5.2 kimg"
    assert said.endswith("drawn 0.9500 (tick at 6 kimg)")
    assert f"this run {law.mean(5.2):.4f}" in said
    assert "drawn" not in mean_words({"run": line}, ticks, means, 30)
    assert mean_words({"run": line}, ticks, means, 99).startswith("at 60 kimg")
    assert density_words(line, bin_edges(0.25), 6.0, 0.999).startswith("at 6 kimg, s 0.981 to 1.000")


def test_maps_have_the_top_of_the_image_at_their_top():
    seen = heat_of(drawn(), "drawn")
    assert seen.at(0.01, 0.99) == pytest.approx(drawn().seen[3, 0])
    assert seen.at(0.99, 0.01) == pytest.approx(drawn().seen[0, 3])
    assert seen.at(1.5, 0.5) is None
    assert seen.colours == heat_of(drawn(), "law").colours == (0.0, 1.0)
    difference = heat_of(drawn(), "difference")
    assert (difference.signed, difference.colours) == (True, (-0.5, 0.5))
    assert place_words(drawn(), 0.99, 0.01).split("\n")[1:] == ["in 20.00 % of the patches", "expected 50.00 %"]
    assert not place_words(drawn(), -0.1, 0.5)


def test_numbers_of_a_logarithmic_bar():
    assert powers(-2, 2, 4) == ["0.01", "0.1", "1", "10", "100"]
    assert HeatMap(np.ones((2, 2)), (0, 0), (1, 1), (0, 1)).at(0.5, 0.5) == 1


@pytest.mark.parametrize(("masses", "least"), [([0.5, 0.5], 0.1), ([0.003, 0.997], 0.1), ([0.00002, 0.99998], 0.001)])
def test_a_logarithmic_axis_begins_below_what_is_drawn(masses: list[float], least: float):
    assert least_share(np.array(masses)) == pytest.approx(least)


def test_sizes_of_patches_that_can_be_tried():
    settings = LawSettings(patch_resolution=48)
    view = LawsView("run", settings, settings, 128, 0.0, 1.0, {})
    assert view.resolutions == (8, 16, 32, 48, 64, 128)
