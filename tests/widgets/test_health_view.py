"""What the Health panel plots and says follows from scores, norms and scalars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from widgets.health_view import HealthView, band, by_layer, figures, score_shares

scores = arrays(np.float64, st.integers(1, 50), elements=st.floats(-50, 50))


@given(scores, scores)
def test_histograms_hold_all_scores_on_common_bins(real: np.ndarray, fake: np.ndarray):
    edges, shares = score_shares({"real": real, "fake": fake})
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= 0 <= edges[-1], "where D decides is always seen"
    for share in shares.values():
        assert share.sum() == pytest.approx(100)


def test_without_scores_there_is_no_histogram():
    assert score_shares({})[1] == {}
    assert list(score_shares({"real": np.ones(3)})[1]) == ["real"]


def test_norms_of_a_layer_are_put_together():
    names = np.array(["b4.const", "b4.conv1.weight", "b4.conv1.bias", "b4.conv1.affine.weight", "b4.torgb.weight"])
    found = by_layer(names, np.array([5, 2, 3, 6, np.nan], np.float32))
    assert found.names == ("b4", "b4.conv1", "b4.torgb")
    assert found.norms[:2].tolist() == [5, 7]
    assert np.isnan(found.norms[2]), "what is no number is not hidden"


def view(ticks: int = 1000, **columns: np.ndarray) -> HealthView:
    return HealthView("run", kimg=np.arange(ticks) / 10, columns=columns, until=ticks)


def test_bands_are_thinned_and_leave_out_what_is_not_known():
    ticks = np.arange(1000.0)
    columns = {f"Loss/scores/real_p{percent}": ticks + percent for percent in (10, 50, 90)}
    columns["Loss/scores/real_p50"][:400] = np.nan
    kimg, low, middle, high = band(view(**columns), "real", 100)
    assert len(kimg) == 100
    assert (kimg[0], kimg[-1]) == (40.0, 99.9)
    assert np.array_equal(low + 80, high)
    assert np.array_equal(low + 40, middle)
    assert not len(band(view(), "real", 100)[0])


def test_figures_of_the_moment():
    columns = {
        "Loss/signs/real": np.array([0.1, 0.5]), "Loss/signs/fake": np.array([0, -0.25]),
        "Patch/diversity_real": np.array([0.0, 0.2]), "Patch/diversity_fake": np.array([0.1, 0.1]),
        "Geometry/relief": np.array([np.nan, 0.41]),
    }  # fmt: skip
    now = HealthView("run", kimg=np.arange(2.0), columns=columns, until=2)
    assert [each[:2] for each in figures(now)] == [
        ("signs", "+0.50 real, -0.25 generated"), ("diversity", "0.50"), ("relief", "0.41"),
    ]  # fmt: skip
    before = HealthView("run", kimg=np.arange(2.0), columns=columns, until=1)
    assert [name for name, _, _ in figures(before)] == ["signs"], "nothing is said of white patches or of fog"
    assert figures(HealthView()) == []
