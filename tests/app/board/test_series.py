"""Lines of the board: axes, smoothing, outliers, means over seeds, thinning; samples; and pictures of all points."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.board.folders import FoundRun
from app.board.plot_export import Drawing, write_plots
from app.board.runs import BoardRun
from app.board.sample_grid import common_time, sample_rows, sample_times, strip
from app.board.series import (
    Curve,
    CurveCache,
    PlotSetup,
    groups,
    line_of,
    place_of,
    scalar_names,
    thinned,
    value_at,
    x_span,
    y_span,
)  # fmt: skip
from app.runs.scalars import KIMG
from tests.app.board.runs import own_run, read_all

PLAIN = PlotSetup(smoothing=0.0, clip=False)


def made(name: str, y: np.ndarray, /, version: int = 0, **settings: object) -> BoardRun:
    count = len(y)
    columns = {
        KIMG: np.arange(count) / 2, "Progress/step": np.arange(count) * 10.0,
        "Timing/total_sec": np.arange(count) * 60.0,
        "timestamp": 1.7e9 + np.arange(count), "loss": y,
    }  # fmt: skip
    named = {key.replace("__", "."): value for key, value in settings.items()}
    return BoardRun(
        FoundRun(Path("/runs") / name, "studio", name), settings=named, columns=columns, version=version, loading=False
    )


@pytest.mark.parametrize(
    ("axis", "ends"), [("kimg", (0, 2)), ("steps", (0, 40)), ("hours", (0, 4 / 60)), ("wall clock", (1.7e9, 1.7e9 + 4))]
)
def test_axes(axis: str, ends: tuple[float, float]):
    run = made("a", np.arange(5.0))
    line = line_of(run, "loss", PlotSetup(axis=axis, smoothing=0.0))  # type: ignore[arg-type]
    assert (line.x[0], line.x[-1]) == pytest.approx(ends)
    assert place_of(run, 1.0, axis) == pytest.approx(sum(ends) / 2)  # type: ignore[arg-type]


def test_a_run_without_the_scalar_or_the_axis_has_no_line():
    run = made("a", np.arange(5.0))
    bare = BoardRun(FoundRun(Path("/runs/bare"), "studio", "bare"), columns={"loss": np.arange(3.0)})
    assert CurveCache().curves([run, bare], "other", PLAIN) == []
    assert [curve.label for curve in CurveCache().curves([run, bare], "loss", PLAIN)] == ["a"]
    assert scalar_names([run]) == ("loss",)
    assert x_span([]) is None
    assert y_span([], PLAIN, 0, 1) is None


def test_lines_are_kept_until_their_numbers_change():
    cache, run = CurveCache(), made("a", np.arange(5.0))
    first = cache.curves([run], "loss", PLAIN)[0].line
    assert cache.curves([run], "loss", PLAIN)[0].line is first
    longer = made("a", np.arange(6.0), version=1)
    loading = replace(longer, loading=True)  # page after page of a long run: its beginning stays until it is read
    assert cache.curves([loading], "loss", PLAIN)[0].line is first
    assert len(cache.curves([longer], "loss", PLAIN)[0].line.x) == 6


def test_logarithmic_axes_leave_out_what_has_no_logarithm():
    line = line_of(made("a", np.array([1.0, -1.0, 2.0, 0.0])), "loss", PlotSetup(smoothing=0, log_x=True, log_y=True))
    assert line.x.tolist() == [0.5, 1.0, 1.5]  # kimg 0 is gone
    np.testing.assert_array_equal(line.raw, [np.nan, 2.0, np.nan])


def test_outliers_are_clipped_line_by_line():
    rng = np.random.default_rng(0)
    low, high = rng.normal(0, 1, 500), rng.normal(100, 1, 500)
    low[7] = 1e6
    curves = CurveCache().curves([made("a", low), made("b", high)], "loss", PLAIN)
    bottom, top = y_span(curves, PlotSetup(smoothing=0.0, clip=True), 0, 1e9)
    assert bottom < low.min()
    assert 104 < top < 130
    assert y_span(curves, PLAIN, 0, 1e9)[1] > 1e6
    assert y_span(curves, PLAIN, 10, 20)[1] < 130  # only what is seen decides


def test_mean_over_seeds_with_a_band_of_one_deviation():
    runs = [
        made("a", np.array([1.0, 2.0, 3.0]), loop__seed=0, x__width=8, name="a"),
        made("b", np.array([3.0, 6.0]), loop__seed=1, x__width=8, name="b"),
        made("c", np.array([9.0, 9.0]), loop__seed=0, x__width=16, name="c"),
    ]
    assert [[run.name for run in group] for group in groups(runs)] == [["a", "b"], ["c"]]
    both, alone = CurveCache().curves(runs, "loss", PlotSetup(smoothing=0.0, grouped=True))
    assert both.label == "a and 1 more"
    assert alone.label == "c"
    assert alone.low is None
    assert both.line.smooth.tolist() == [2.0, 4.0, 3.0]  # the shorter one is left out where it has ended
    assert both.low is not None
    assert both.high is not None
    np.testing.assert_allclose(both.high - both.low, [2 * math.sqrt(2), 2 * math.sqrt(8), 0.0])


def test_runs_of_unknown_settings_are_no_group():
    assert len(groups([made("a", np.ones(2)), made("b", np.ones(2))])) == 2


def test_thinning_keeps_peaks_and_bounds_points():
    y = np.zeros(20_000)
    y[12_345] = 5.0
    curve = CurveCache().curves([made("a", y)], "loss", PlotSetup(smoothing=0.9))[0]
    parts = thinned(curve, 0, 1e9, 300)
    assert parts["raw"][1].max() == 5.0
    assert all(len(x) <= 602 for x, _ in parts.values())
    assert value_at(curve, 6172.5)[1] == 5.0
    assert value_at(Curve((), "", line_of(made("b", y), "other", PLAIN)), 1.0) is None


def test_samples_of_the_same_time_and_the_tiles_of_the_same_seeds(tmp_path: Path):
    first, second = own_run(tmp_path, "first"), own_run(tmp_path, "second")
    second.sample_path(4).unlink()
    runs = list(read_all(tmp_path / "runs").values())
    assert sample_times(runs) == (0, 2, 4)
    assert common_time(runs) == 2
    assert [(row.sample.kimg, row.exact) for row in sample_rows(runs, 4)] == [(4, True), (2, False)]
    picture = strip(first.sample_path(2), (1, 3), view=2, size=8)
    assert picture.shape == (8, 16, 4)
    assert (picture[:, :8, 0] * 255).round().max() == 60 + 2 + 10  # row of the seed, column of the camera, kimg
    assert (picture[:, 8:, 0] * 255).round().max() == 180 + 2 + 10
    Image.new("RGB", (10, 10)).save(tmp_path / "other.png")
    with pytest.raises(ValueError, match="10 x 10 px are no 6 views of 4 samples"):
        strip(tmp_path / "other.png", (0,), 0, 8)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_pictures_hold_every_point(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch):
    from matplotlib.axes import Axes

    drawn: list[int] = []
    plain = Axes.plot
    monkeypatch.setattr(
        Axes, "plot", lambda axes, x, *rest, **more: (drawn.append(len(x)), plain(axes, x, *rest, **more))[1]
    )
    run = made("a", np.sin(np.arange(5000) / 100))
    setup = PlotSetup(smoothing=0.5, log_y=False)
    curves = tuple(CurveCache().curves([run], "loss", setup))
    path = tmp_path / f"plot{suffix}"
    write_plots(path, [Drawing("loss", curves), Drawing("again", curves, (-1, 1))], setup, {run.path: (1, 0.5, 0, 1)})
    assert drawn == [5000] * 4
    heads = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert path.read_bytes().startswith(heads[suffix])
    assert list(tmp_path.iterdir()) == [path]


def test_pictures_of_a_group_over_wall_clock_and_refusals(tmp_path: Path):
    runs = [made(name, np.arange(1.0, 9) + index, loop__seed=index, x=1) for index, name in enumerate("ab")]
    setup = PlotSetup("wall clock", 0.0, log_y=True, grouped=True)
    curves = tuple(CurveCache().curves(runs, "loss", setup))
    write_plots(tmp_path / "a.svg", [Drawing("loss", curves)], setup, {run.path: (0, 0.5, 1, 1) for run in runs})
    assert "a and 1 more" in (tmp_path / "a.svg").read_text()
    with pytest.raises(ValueError, match="nothing to draw"):
        write_plots(tmp_path / "b.png", [Drawing("loss", ())], setup, {})
    with pytest.raises(ValueError, match=r"\.png, \.svg, \.pdf"):
        write_plots(tmp_path / "b.bmp", [Drawing("loss", curves)], setup, {})
