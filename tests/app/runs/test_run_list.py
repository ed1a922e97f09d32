"""The list of runs: what is read again and what is not, sizes, runs from elsewhere; and what is said of changes."""

import logging
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.run_list import Listing, RunList
from app.runs.run_news import RunNews
from tests.training.toy import toy_config, toy_data
from training.config_files import with_values
from training.liveness import RunView
from training.processes import own_identity
from training.run_dir import RunDirectory, create_run
from training.run_removal import folder_size
from training.status import RunStatus
from widgets.runs_view import RunItem


def status_of(state: str, **changes) -> RunStatus:
    me = own_identity()
    values = {"pid": me.pid, "pid_created": me.created, "host": me.host, "heartbeat": time.time()}
    return RunStatus(**{"state": state, "start": 1, "total_kimg": 10, **values} | changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three runs: new, stopped, running."""
    config = with_values(toy_config(toy_data(tmp_path / "toy.zip")), {"preset": "tiny"})
    for state in ("", "stopped", "running"):
        run = create_run(tmp_path / "runs", config)
        if state:
            run.write_status(status_of(state))
    return tmp_path / "runs"


@pytest.fixture
def runs():
    runs = RunList()
    yield runs
    runs.close()


def look(runs: RunList, folder: Path, *elsewhere: Path) -> Listing:
    return runs.look(folder, elsewhere, forced=True)


def test_states_presets_times(runs: RunList, folder: Path):
    listing = look(runs, folder)
    assert listing.done
    assert [item.view.state for item in listing.runs] == ["running", "stopped", "new"]
    assert {item.preset for item in listing.runs} == {"tiny"}
    assert all(abs(item.touched - time.time()) < 60 for item in listing.runs)


def test_only_what_has_changed_is_read_again(runs: RunList, folder: Path, monkeypatch):
    look(runs, folder)
    read: list[str] = []
    original = RunDirectory.status
    monkeypatch.setattr(RunDirectory, "status", lambda run: read.append(run.name) or original(run))
    assert [item.view.state for item in look(runs, folder).runs] == ["running", "stopped", "new"]
    assert read == ["00003-toy"], "a living run may die without a word"
    read.clear()
    RunDirectory(folder / "00001-toy").write_status(status_of("starting"))
    RunDirectory(folder / "00002-toy").write_status(status_of("finished", kimg=10))
    assert [item.view.state for item in look(runs, folder).runs] == ["running", "finished", "starting"]
    assert sorted(read) == ["00001-toy", "00002-toy", "00003-toy"]


def test_sizes_come_later(runs: RunList, folder: Path):
    assert {item.size for item in look(runs, folder).runs} == {None}
    deadline = time.monotonic() + 10
    while any(item.size is None for item in look(runs, folder).runs):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stopped = look(runs, folder).runs[1]
    assert stopped.size == folder_size(stopped.path)


def test_runs_from_elsewhere_are_listed_once(runs: RunList, folder: Path, tmp_path: Path):
    far = tmp_path / "far" / "00009-moved"
    far.parent.mkdir()
    (folder / "00001-toy").rename(far)
    items = look(runs, folder, far, folder / "00002-toy", tmp_path / "absent").runs
    assert [(item.name, item.elsewhere) for item in items] == [
        ("00009-moved", True), ("00003-toy", False), ("00002-toy", False),
    ]  # fmt: skip
    assert [item.path for item in runs.look(None, (far,), forced=True).runs] == [far]


def test_an_unreadable_folder_keeps_what_was_seen(runs: RunList, folder: Path):
    look(runs, folder)
    folder.rename(folder.with_name("moved"))
    folder.touch()
    listing = look(runs, folder)
    assert len(listing.runs) == 3
    assert str(folder) in listing.problem


def test_three_hundred_runs_are_listed_within_a_second(runs: RunList, folder: Path):
    config = (folder / "00001-toy" / "config.yaml").read_text()
    status = (folder / "00002-toy" / "status.json").read_text()
    for number in range(10, 310):
        run = folder / f"{number:05d}-many"
        run.mkdir()
        (run / "config.yaml").write_text(config)
        (run / "status.json").write_text(status)
    began = time.perf_counter()
    assert len(look(runs, folder).runs) == 303
    first, began = time.perf_counter() - began, time.perf_counter()
    look(runs, folder)
    assert first < 1.0
    assert time.perf_counter() - began < 0.3


def item(state: str, message: str = "") -> RunItem:
    status = status_of("running")
    return RunItem(Path("runs/00001-toy"), RunView(state, status, 1, 0.0, message))


def test_news(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    news = RunNews()
    told = []
    for each in (
        item("dead", "an old story"), item("starting"), item("running"), item("slow"), item("hung", "no sign of life"),
        item("running"), item("dead", "it was killed"), item("dead", "it was killed"), item("running"),
        item("finished"), item("running"), item("stopping"), item("stopped"), item("running"), item("failed", "NaN"),
    ):  # fmt: skip
        caplog.clear()
        news.look((each,))
        told += [(record.levelname, record.getMessage()) for record in caplog.records]
    assert told == [
        ("WARNING", "00001-toy: no sign of life"),
        ("ERROR", "00001-toy: it was killed"),
        ("INFO", "00001-toy has finished its 10 kimg"),
        ("ERROR", "00001-toy: NaN"),
    ]
    news.look((replace(item("running"), problem="cannot be read"),))


def test_a_modified_time_is_enough(runs: RunList, folder: Path):
    look(runs, folder)
    path = folder / "00002-toy" / "status.json"
    content, stat = path.read_text(), path.stat()
    path.write_text(content.replace('"stopped"', '"failed" '))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1000))
    assert look(runs, folder).runs[1].view.state == "failed"
