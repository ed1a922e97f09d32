"""Windows of ticks: draws are counted and compared with the laws that held meanwhile; damage is said."""

from pathlib import Path

import numpy as np
import pytest

from app.runs import drawn_patches
from app.runs.drawn_patches import DrawnKey, DrawnReader, read_draws
from app.runs.tick_files import TickError, read_arrays
from app.runs.tick_history import TickId, TickSpan
from core.patch_coverage import covered
from tests.app.studio_runs import write_tick
from tests.training.toy import toy_config, toy_data
from training.run_dir import RunDirectory, create_run

TICKS = 6


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    config = toy_config(toy_data(tmp_path / "toy.zip"), patches__anneal_kimg=20)
    made = create_run(tmp_path / "runs", config)
    for tick in range(1, TICKS + 1):
        write_tick(made, config, tick)
    return made


def key(run: RunDirectory, first: int = 1, last: int = TICKS, attempt: int = 0) -> DrawnKey:
    spans = [
        TickSpan(tick, TickId(run.tick_path(tick), float(tick)), (tick - 1) / 10, tick / 10)
        for tick in range(first, last + 1)
    ]
    return DrawnKey(run.path, (), tuple(spans), attempt)


def test_a_window_of_ticks(run: RunDirectory):
    view = DrawnReader().read(key(run, 2, 4))
    arrays = [read_arrays(run.tick_path(tick)) for tick in (2, 3, 4)]
    scales = np.concatenate([each["scales"] for each in arrays])
    offsets = np.concatenate([each["offsets"] for each in arrays])
    assert (view.ticks, view.kimg) == ((2, 4), (0.1, 0.4))
    np.testing.assert_array_equal(view.counts, np.histogram(scales, view.edges)[0])
    assert view.masses.sum() == pytest.approx(1)
    np.testing.assert_allclose(view.quantiles, np.quantile(scales, [0.05, 0.25, 0.5, 0.75, 0.95]))
    np.testing.assert_allclose(view.seen, covered(scales, offsets) / 600, rtol=1e-5)
    assert view.expected.shape == view.seen.shape
    assert not view.problem


def test_draws_of_the_runs_own_law_fit_it_and_others_do_not(run: RunDirectory):
    """`write_tick` draws each tick from the law at its end; so does this law, whose ticks are short."""
    view = DrawnReader().read(key(run))
    assert view.fit.count == 200 * TICKS, "one for each draw that a tick keeps"
    assert view.fit.chance > 0.01
    assert all(place.chance > 0.01 for place in view.places)
    assert np.abs(view.seen - view.expected).max() < 5 * 0.5 / np.sqrt(200 * TICKS)
    late = DrawnKey(run.path, (), tuple(TickSpan(s.tick, s.identity, 5.0, 6.0) for s in key(run).ticks))
    assert DrawnReader().read(late).fit.chance < 1e-6, "as if they had been drawn when the law was final"


def test_each_file_is_opened_once(run: RunDirectory, monkeypatch: pytest.MonkeyPatch):
    reader, opened = DrawnReader(), []
    monkeypatch.setattr(drawn_patches, "read_draws", lambda path: opened.append(path.name) or read_draws(path))
    reader.read(key(run, 1, 3))
    reader.read(key(run, 2, 4))
    assert opened == [f"{tick:06d}.npz" for tick in (1, 2, 3, 4)]


def test_torn_and_missing_ticks_are_said_and_tried_again(run: RunDirectory):
    whole = run.tick_path(4).read_bytes()
    run.tick_path(4).write_bytes(whole[: len(whole) // 2])
    run.tick_path(2).unlink()
    reader = DrawnReader()
    view = reader.read(key(run))
    assert view.counts.sum() == 200 * (TICKS - 2)
    assert view.problem == "ticks/000004.npz: it is torn or damaged (and 1 of the 6 ticks likewise)"
    run.tick_path(4).write_bytes(whole)  # it was only being copied
    again = reader.read(key(run, attempt=1))
    assert again.counts.sum() == 200 * (TICKS - 1)
    assert again.problem == "ticks/000002.npz: it is missing"
    with pytest.raises(TickError, match=r"000002\.npz: it is missing"):
        reader.read(key(run, 2, 2))


@pytest.mark.parametrize(
    "arrays",
    [{}, {"scales": np.ones(2)}, {"scales": np.ones(2), "offsets": np.ones((3, 2))}, {"scales": np.ones((2, 2))}],
    ids=["nothing", "no offsets", "too many offsets", "a square"],
)
def test_arrays_that_make_no_sense_are_refused(tmp_path: Path, arrays):
    np.savez(tmp_path / "000001.npz", **arrays)
    with pytest.raises(TickError, match=r"000001\.npz"):
        read_draws(tmp_path / "000001.npz")


def test_a_tick_without_draws(run: RunDirectory):
    np.savez(run.tick_path(1), scales=np.empty(0, np.float32), offsets=np.empty((0, 2), np.float32))
    view = DrawnReader().read(key(run, 1, 1))
    assert view.fit is None
    assert view.counts.sum() == 0
    assert np.isnan(view.quantiles).all()
    assert (view.seen == 0).all()
