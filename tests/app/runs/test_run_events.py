"""What happened to a run is found in its statistics, its acknowledged commands and its snapshots."""

import time

import numpy as np
import pytest

from app.runs.run_events import EventWatch, flat_shapes, flatness, starts
from tests.training.toy import toy_config, toy_data
from training.best import BestSnapshot, write_best
from training.commands import acknowledge_command, send_command
from training.run_dir import RunDirectory, create_run


@pytest.fixture
def run(tmp_path) -> RunDirectory:
    return create_run(tmp_path / "runs", toy_config(toy_data(tmp_path / "toy.zip")))


def columns(number: list[float]) -> dict[str, np.ndarray]:
    places = np.arange(1.0, len(number) + 1)
    return {"Progress/kimg": places, "Progress/step": 10 * places, "Progress/start": np.array(number)}


def obey(run: RunDirectory, command: str, start: int, step: int, result: str) -> None:
    acknowledge_command(run.commands_path, send_command(run.commands_path, command, start), step, result)


def test_starts_lie_where_the_last_one_ended():
    [event] = starts(columns([1, 1, np.nan, 2, 2]))
    assert (event.kind, event.kimg, event.text) == ("start", 3.0, "Start 2")
    stamped = {**columns([1, 3]), "timestamp": np.array([0.0, time.time()])}
    assert starts(stamped)[0].text.startswith("Start 3, 20")
    assert starts(columns([1, 1])) == starts({}) == []


def test_commands_and_snapshots_by_progress(run: RunDirectory):
    watch = EventWatch(run)
    assert watch.look({}) == ()
    table = columns([1, 1, 1, 1])
    obey(run, "pause", 1, 15, "paused")
    obey(run, "pause", 1, 15, "is paused already")
    obey(run, "resume", 1, 15, "running")
    obey(run, "snapshot", 1, 40, "a snapshot follows")
    run.snapshot_path(1).touch()
    run.snapshot_path(4).touch()
    kinds = [(event.kind, event.kimg) for event in watch.look(table)]
    assert kinds == [("snapshot", 1), ("pause", 1.5), ("resume", 1.5), ("snapshot", 4)]


def test_what_was_cut_away_is_not_marked(run: RunDirectory):
    obey(run, "pause", 1, 39, "paused")  # start 2 began again at step 20
    obey(run, "pause", 2, 35, "paused")
    watch = EventWatch(run)
    found = [(event.kind, event.kimg) for event in watch.look(columns([1, 1, 2, 2]))]
    assert found == [("start", 2), ("pause", 3.5)]


def test_answers_are_read_once(run: RunDirectory, monkeypatch):
    reads = []
    monkeypatch.setattr("training.commands.acknowledgements", lambda folder: reads.append(folder) or [])
    watch = EventWatch(run)
    watch.look({})
    assert not reads, "there is no folder of answers yet"
    obey(run, "pause", 1, 15, "paused")
    for _ in range(3):
        watch.look({})
    assert len(reads) == 1


def test_new_lines_and_new_files_are_noticed(run: RunDirectory):
    watch = EventWatch(run)
    assert watch.look(columns([1, 1])) == ()
    assert [event.kind for event in watch.look(columns([1, 1, 2]))] == ["start"]
    run.snapshot_path(2).touch()
    assert [event.kind for event in watch.look(columns([1, 1, 2]))] == ["start", "snapshot"]
    assert next(event.text for event in watch.look(columns([1, 1, 3]))) == "Start 3"


def test_the_best_snapshot_is_marked_as_such(run: RunDirectory):
    for kimg in (1, 2):
        run.snapshot_path(kimg).touch()
    watch = EventWatch(run)
    assert [event.kind for event in watch.look({})] == ["snapshot", "snapshot"]
    write_best(run.path, BestSnapshot(metric="fid2000", value=20.0, kimg=1, snapshot="000001.safetensors"))
    marked = watch.look({})
    assert [event.kind for event in marked] == ["best", "snapshot"]
    assert marked[0].text == "Snapshot 000001, the best by FID at 2000: 20"


def test_flat_shapes_are_marked_where_they_begin():
    nan = np.nan
    table = {
        **columns([1] * 7),
        "Metrics/flatness_alarm": np.array([nan, 1, nan, 1, 0, nan, 1]),
        "Metrics/relief": np.array([nan, 0.05, nan, 0.06, 0.3, nan, 0.04]),
    }
    assert [event.kimg for event in flat_shapes(table)] == [2, 7]
    assert flat_shapes(table)[0].text == "Shapes are all but flat: relief 0.050"
    assert "relief 0.040" in flatness(table)
    assert flatness({name: values[:6] for name, values in table.items()}) == ""
    assert flatness({}) == "" == flatness({"Metrics/flatness_alarm": np.array([nan])})
    assert flat_shapes({}) == []
