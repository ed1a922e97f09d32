"""The watch sees runs, their growth and their weights, and says so once."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from app.runs.run_watch import RunWatch, newest_weights
from tests.app import studio_runs
from tests.app.workers.test_loader import wait_for
from training.lease import LeaseWatch
from training.run_dir import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return studio_runs.ended_run(tmp_path, ticks=5)


@pytest.fixture
def watch(run: RunDirectory):
    watch = RunWatch(lambda: None)
    watch.start(run.path.parent)
    yield watch
    watch.close()


def test_lists_runs(watch: RunWatch, run: RunDirectory):
    wait_for(lambda: watch.seen.listed)
    [item] = watch.seen.runs
    assert (item.path, item.name, item.view.state) == (run.path, run.name, "stopped")
    assert watch.seen.attached is None


def test_shows_the_attached_run_as_it_grows(watch: RunWatch, run: RunDirectory):
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.attached is not None)
    seen = watch.seen.attached
    assert seen.item.view.state == "stopped"
    np.testing.assert_allclose(seen.curves.kimg, [0.1, 0.2, 0.3, 0.4, 0.5])
    assert [sample.kimg for sample in seen.samples] == [0, 2, 4]
    assert seen.lines[-1].level == "error"
    run.append_stats({"Progress/kimg": 0.6, "Progress/step": 150})
    wait_for(lambda: len(watch.seen.attached.curves.kimg) == 6)
    run.cut_back(step=50, tick=2, kimg=0.2)
    wait_for(lambda: len(watch.seen.attached.curves.kimg) == 2)
    assert [sample.kimg for sample in watch.seen.attached.samples] == [0]


def test_long_statistics_come_in_pages(run: RunDirectory, monkeypatch):
    monkeypatch.setattr("app.runs.run_watch.PAGE_BYTES", 600)
    monkeypatch.setattr("app.runs.run_watch.PAGES", 1)
    seen = []
    watch = RunWatch(lambda: seen.append(watch.seen.attached))
    watch.start(None)
    watch.attach(run.path, follow=False)
    wait_for(lambda: watch.seen.attached is not None and not watch.seen.attached.curves.loading)
    watch.close()
    lengths = [len(each.curves.kimg) for each in seen if each is not None and each.curves.loading]
    assert lengths, "what was read is shown before the rest"
    assert lengths == sorted(lengths)
    assert len(watch.seen.attached.curves.kimg) == 5
    assert [event.kind for event in watch.seen.attached.curves.events] == ["snapshot"]
    assert watch.seen.attached.reals is None


def test_nothing_new_wakes_nobody(run: RunDirectory):
    woken = []
    watch = RunWatch(lambda: woken.append(1))
    watch.start(run.path.parent)
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.attached is not None)
    time.sleep(0.5)
    before = len(woken)
    time.sleep(1.0)
    assert len(woken) == before
    watch.close()


def test_only_living_runs_get_a_lease(watch: RunWatch, run: RunDirectory):
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.attached is not None)
    assert not run.lease_path.exists()
    status = run.status().model_copy(update={"state": "running", "heartbeat": time.time(), "pid": os.getpid()})
    run.write_status(status)
    wait_for(lambda: watch.seen.attached.item.view.state == "running")
    wait_for(run.lease_path.exists)
    assert LeaseWatch(run.lease_path).watched()


def test_while_a_snapshot_is_shown_it_is_marked_and_there_is_no_lease(watch: RunWatch, run: RunDirectory):
    [snapshot] = run.snapshots()
    watch.show(snapshot.path)
    run.write_status(run.status().model_copy(update={"state": "running", "heartbeat": time.time()}))
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.attached is not None and bool(watch.seen.attached.snapshots))
    wait_for((snapshot.path.parent / f".{snapshot.path.stem}.shown").exists)
    assert not run.lease_path.exists(), "nobody needs live weights"
    watch.show(None)
    watch.hurry()
    wait_for(run.lease_path.exists)


def test_without_follow_there_is_no_lease(watch: RunWatch, run: RunDirectory):
    run.write_status(run.status().model_copy(update={"state": "running", "heartbeat": time.time()}))
    watch.attach(run.path, follow=False)
    wait_for(lambda: watch.seen.attached is not None)
    time.sleep(0.5)
    assert not run.lease_path.exists()


def test_the_newest_weights(run: RunDirectory):
    assert newest_weights(run, run.snapshots()).path == str(run.snapshot_path(0.5))
    run.live_path.write_bytes(b"newer")
    os.utime(run.live_path, (time.time() + 5,) * 2)
    assert newest_weights(run, run.snapshots()).path == str(run.live_path)
    run.live_path.unlink()
    run.snapshot_path(0.5).unlink()
    assert newest_weights(run, run.snapshots()) is None


def test_a_broken_status_is_a_problem_not_an_end(watch: RunWatch, run: RunDirectory):
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.attached is not None)
    good = run.status()
    run.status_path.write_text("{}")
    wait_for(lambda: bool(watch.seen.problem))
    assert "status.json" in watch.seen.problem
    assert watch.seen.attached is not None, "what was seen stays on the screen"
    run.write_status(good)
    wait_for(lambda: not watch.seen.problem)


def test_one_unreadable_run_leaves_the_others_alone(run: RunDirectory):
    other = studio_runs.ended_run(run.path.parents[2], ticks=5)
    other.status_path.write_text('{"version": 99}')
    problems = []
    watch = RunWatch(lambda: problems.append(watch.seen.problem))
    watch.start(run.path.parent)
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.listed and watch.seen.attached is not None)
    broken, whole = watch.seen.runs
    assert (whole.path, whole.view.state, whole.problem) == (run.path, "stopped", "")
    assert broken.path == other.path
    assert "status.json" in broken.problem
    assert not broken.view.active
    assert watch.seen.attached.item.view.state == "stopped"
    time.sleep(2.5)  # the list is read again
    assert set(problems) == {""}
    other.write_status(run.status())
    wait_for(lambda: not watch.seen.runs[0].problem)
    watch.close()


def test_a_folder_that_cannot_be_read_stays_a_problem(watch: RunWatch, run: RunDirectory, tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    watch.attach(run.path, follow=False)
    wait_for(lambda: watch.seen.attached is not None)
    watch.set_runs_dir(file)
    wait_for(lambda: bool(watch.seen.problem))
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        watch.hurry()
        assert "file" in watch.seen.problem
        assert watch.seen.attached is not None
        time.sleep(0.02)
    watch.set_runs_dir(run.path.parent)
    wait_for(lambda: len(watch.seen.runs) == 1 and not watch.seen.problem)


def test_without_a_folder_the_attached_run_is_watched(run: RunDirectory):
    watch = RunWatch(lambda: None)
    watch.start(None)
    watch.attach(run.path, follow=False)
    wait_for(lambda: watch.seen.attached is not None)
    assert not watch.seen.listed
    watch.set_runs_dir(run.path.parent)
    wait_for(lambda: watch.seen.listed)
    watch.close()


def test_an_attached_run_that_vanishes_is_said_to_be_gone(watch: RunWatch, run: RunDirectory):
    watch.attach(run.path, follow=True)
    wait_for(lambda: watch.seen.attached is not None)
    run.path.rename(run.path.with_name("elsewhere"))
    wait_for(lambda: "is gone" in watch.seen.problem)
    wait_for(lambda: watch.seen.runs == ())
    assert watch.seen.folder_problem == "", "the folder itself is well"
    watch.attach(None, follow=False)
    wait_for(lambda: not watch.seen.problem)
