"""Coverage of a whole run: equal to brute force at every moment, each file read once, damage and resumes told apart."""

from pathlib import Path

import numpy as np
import pytest

from app.runs import coverage_so_far
from app.runs.coverage_so_far import SoFarKey, SoFarReader
from app.runs.drawn_patches import coverage_of, places_fit, read_draws
from app.runs.law_study import read_course
from app.runs.tick_files import TickError, read_arrays
from app.runs.tick_history import TickRows
from core.patch_coverage import covered
from tests.app.studio_runs import write_tick
from tests.training.toy import toy_config, toy_data
from training.changes import Change
from training.run_dir import RunDirectory, create_run
from widgets.patch_views import CoverageSoFar
from widgets.views import RunEvent

TICKS = 12


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    made = create_run(tmp_path / "runs", toy_config(toy_data(tmp_path / "toy.zip"), patches__anneal_kimg=1))
    for tick in range(1, TICKS + 1):
        write_tick(made, made.config(), tick)
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the ticks whose files are read."""
    numbers: list[int] = []
    monkeypatch.setattr(coverage_so_far, "read_draws", lambda path: numbers.append(int(path.stem)) or read_draws(path))
    return numbers


def rows_of(run: RunDirectory, count: int = TICKS, resumed: int = 99) -> TickRows:
    """So many ticks; those from `resumed` on were written later."""
    ticks = np.arange(1, count + 1)
    return TickRows(run.path, ticks, ticks / 10, ticks + np.where(ticks >= resumed, 1000.0, 0.0))


def read_all(reader: SoFarReader, key: SoFarKey) -> CoverageSoFar:
    """Ask until nothing is left to read."""
    for step in range(1000):
        view = reader.read(SoFarKey(key.made, key.rows, key.place, step))
        if not view.unfinished:
            return view
    raise AssertionError("it never ends")


def brute(run: RunDirectory, ticks: range) -> tuple[np.ndarray, np.ndarray]:
    arrays = [read_arrays(run.tick_path(tick)) for tick in ticks]
    return np.concatenate([each["scales"] for each in arrays]), np.concatenate([each["offsets"] for each in arrays])


def check(run: RunDirectory, view: CoverageSoFar, last: int) -> None:
    scales, offsets = brute(run, range(1, last + 1))
    assert (view.ticks, view.read, view.wanted, view.draws) == ((1, last), last, last, 200 * last)
    assert view.kimg == (0, pytest.approx(last / 10))
    np.testing.assert_allclose(view.seen, covered(scales, offsets) / len(scales), rtol=1e-5)
    _, course = read_course(run.path)
    mixture = course.mixture([(0.0, last / 10, 1.0)], 400)
    assert np.abs(view.expected - coverage_of(mixture)).max() < 2e-3
    for found, exact in zip(view.places, places_fit(scales, offsets), strict=True):
        assert found.count == exact.count
        assert found.distance == pytest.approx(exact.distance, abs=0.003)


def test_the_whole_run_and_every_moment_of_it(run: RunDirectory, opened: list[int]):
    reader = SoFarReader(budget_s=0, keep=4)
    check(run, read_all(reader, SoFarKey((), rows_of(run), TICKS - 1)), TICKS)
    assert opened == list(range(1, TICKS + 1)), "each file once"
    for last in (5, 6, 11, 4, 1, 12):
        del opened[:]
        check(run, read_all(reader, SoFarKey((), rows_of(run), last - 1)), last)
        assert len(opened) < 4, "at most those since the sums that are kept"


def test_progress_is_told_and_what_comes_later_is_read_ahead(run: RunDirectory, opened: list[int]):
    reader = SoFarReader(budget_s=0)
    key = SoFarKey((), rows_of(run), TICKS - 1)
    view = reader.read(key)
    assert (view.read, view.wanted, view.ticks, view.unfinished) == (1, TICKS, (1, 1), True)
    eager = SoFarReader(budget_s=60)
    view = eager.read(SoFarKey((), rows_of(run), 2))
    check(run, view, 3)
    assert not view.unfinished
    del opened[:]
    check(run, eager.read(key), TICKS)
    assert not opened


def test_new_ticks_are_added(run: RunDirectory, opened: list[int]):
    reader = SoFarReader()
    check(run, read_all(reader, SoFarKey((), rows_of(run, 9), 8)), 9)
    del opened[:]
    check(run, read_all(reader, SoFarKey((), rows_of(run), TICKS - 1)), TICKS)
    assert opened == [10, 11, 12]


def test_a_resume_cuts_off_what_was_after_it(run: RunDirectory, opened: list[int]):
    reader = SoFarReader()
    read_all(reader, SoFarKey((), rows_of(run), TICKS - 1))
    for tick in (8, 9):
        np.savez(run.tick_path(tick), scales=np.full(200, 0.5), offsets=np.zeros((200, 2)))
    del opened[:]
    check(run, read_all(reader, SoFarKey((), rows_of(run, 9, resumed=8), 8)), 9)
    assert opened == [8, 9]


def test_another_run_begins_anew(run: RunDirectory, tmp_path: Path):
    reader = SoFarReader()
    read_all(reader, SoFarKey((), rows_of(run), TICKS - 1))
    other = create_run(tmp_path / "others", run.config())
    for tick in (1, 2):
        write_tick(other, other.config(), tick + 20)
        other.tick_path(tick + 20).rename(other.tick_path(tick))
    check(other, read_all(reader, SoFarKey((), rows_of(other, 2), 1)), 2)


def test_a_change_of_the_law_counts_from_its_time_on(run: RunDirectory, opened: list[int]):
    reader = SoFarReader()
    before = read_all(reader, SoFarKey((), rows_of(run, 8), 7))
    run.append_change(Change(200, 0.8, 1, 0.0, {"patches.beta_end": (0.8, 0.01)}))
    made = (RunEvent(0.8, "set", "beta_end"),)
    after = read_all(reader, SoFarKey(made, rows_of(run), TICKS - 1))
    assert opened == list(range(1, TICKS + 1)), "the law of the ticks before is the same"
    check(run, after, TICKS)
    assert np.abs(after.expected - before.expected).max() > 0.05
    # A law that turns out to be another one in the past: what was expected then is worked out anew.
    run.changes_path.write_text("")
    check(run, read_all(reader, SoFarKey((), rows_of(run), TICKS - 1)), TICKS)


def test_torn_and_missing_ticks_are_left_out_and_tried_again(run: RunDirectory, monkeypatch: pytest.MonkeyPatch):
    whole = run.tick_path(4).read_bytes()
    run.tick_path(4).write_bytes(whole[: len(whole) // 2])
    run.tick_path(2).rename(run.path / "away.npz")
    reader = SoFarReader(keep=4)
    view = read_all(reader, SoFarKey((), rows_of(run), TICKS - 1))
    assert (view.skipped, view.read, view.draws) == (2, TICKS, 200 * (TICKS - 2))
    assert view.problem == "ticks/000004.npz: it is torn or damaged"
    early = read_all(reader, SoFarKey((), rows_of(run), 2))
    assert (early.skipped, early.draws, early.problem) == (1, 400, "ticks/000002.npz: it is missing")
    run.tick_path(4).write_bytes(whole)  # they were only being copied
    (run.path / "away.npz").rename(run.tick_path(2))
    assert reader.read(SoFarKey((), rows_of(run), TICKS - 1)).skipped == 2, "not at every frame"
    monkeypatch.setattr(coverage_so_far.time, "monotonic", lambda now=coverage_so_far.time.monotonic: now() + 60)
    for last in (TICKS, 5, 3):
        view = read_all(reader, SoFarKey((), rows_of(run), last - 1))
        check(run, view, last)
        assert not view.skipped
        assert not view.problem


def test_a_tick_that_vanishes_is_said(run: RunDirectory):
    reader = SoFarReader(keep=2)
    read_all(reader, SoFarKey((), rows_of(run), TICKS - 1))
    run.tick_path(5).unlink()
    with pytest.raises(TickError, match=r"ticks/000005\.npz: it is missing"):
        read_all(reader, SoFarKey((), rows_of(run), 4))


def test_nothing_to_count(run: RunDirectory):
    for tick in (1, 2):
        run.tick_path(tick).unlink()
    view = read_all(SoFarReader(), SoFarKey((), rows_of(run, 2), 1))
    assert (view.draws, view.skipped, view.places) == (0, 2, (None, None))
    assert (view.seen == 0).all()
