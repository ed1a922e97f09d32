"""What the board finds and reads: our runs, those of the StyleGAN family, TensorBoard's; and broken ones."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from app.board.folders import find_runs
from app.board.pages import Place, joined, read_page, sizes_of
from app.board.reader import RunReader
from app.board.runs import best, latest, metric_names
from app.board.watch import BoardWatch
from app.runs.scalars import KIMG
from tests.app.board.runs import TICKS, own_run, read_all, scalar_event, stylegan_run
from training.events import EventWriter


def test_runs_of_all_kinds_are_found_below_a_folder_by_number(tmp_path: Path):
    for name in ("run10", "run2"):
        stylegan_run(tmp_path / "others" / name)
    own = own_run(tmp_path)
    board = tmp_path / "tb" / "trial"
    board.mkdir(parents=True)
    (board / "events.out.tfevents.1.host").write_bytes(scalar_event(1, "loss", 0.5))
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path, target_is_directory=True)
    found = [(run.name, run.kind) for run in find_runs(tmp_path)]
    assert found == [
        ("others/run2", "stylegan"), ("others/run10", "stylegan"), (f"runs/{own.name}", "studio"),
        ("tb/trial", "tensorboard"),
    ]  # fmt: skip
    assert [run.path for run in find_runs(own.path)] == [own.path]  # a run may be opened by itself
    with pytest.raises(OSError, match="absent"):
        find_runs(tmp_path / "absent")


def test_our_run_tells_state_settings_curves_events_and_samples(tmp_path: Path):
    run = own_run(tmp_path)
    run.append_change(_change())
    seen = read_all(tmp_path)[f"runs/{run.name}"]
    assert (seen.state, seen.kimg, seen.total_kimg, seen.sec_per_kimg) == ("stopped", 4.0, 10.0, 3600.0)
    assert seen.hours == pytest.approx(4.0)
    assert seen.memory_gb == 0.6  # of the trainer itself, not of the last line
    assert seen.setting("optimizer.r1_gamma") == 0.3  # as it was changed while it trained
    assert len(seen.columns["Loss/G/loss"]) == TICKS
    assert [event.kind for event in seen.events] == ["set", "start"]
    assert [sample.kimg for sample in seen.samples] == [0, 2, 4]
    assert not seen.loading
    assert not seen.problem


def _change():
    from training.changes import Change

    return Change(25, 0.1, 1, 1.7e9, {"optimizer.r1_gamma": (0.05, 0.3)})


def test_stylegan_family_gives_means_metrics_at_their_kimg_and_options(tmp_path: Path):
    stylegan_run(tmp_path / "run")
    run = read_all(tmp_path)["run"]
    losses = run.columns["Loss/G/loss"]
    assert losses[~np.isnan(losses)].tolist() == [0.5 * tick for tick in range(1, 11)]
    assert (run.kimg, run.hours, run.sec_per_kimg, run.total_kimg) == (40.0, 20.0, 12.5, 25000.0)
    assert run.setting("optimizer.r1_gamma", "*.r1_gamma") == 6.5
    assert metric_names([run]) == ("Metrics/fid50k_full",)
    assert (best(run, "Metrics/fid50k_full").value, best(run, "Metrics/fid50k_full").kimg) == (30.0, 20.0)
    assert latest(run, "Metrics/fid50k_full").value == 35.0
    assert run.state == "running"  # its files have just been written; nothing else tells


@pytest.mark.parametrize("as_tensor", [False, True])
def test_tensorboard_events_become_rows_by_step(tmp_path: Path, as_tensor: bool):
    events = [scalar_event(step, name, step / 2, as_tensor) for step in (1, 2, 3) for name in ("a", "b")]
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"".join(events)[:-7])  # the last record is still written
    run = read_all(tmp_path)[tmp_path.name]
    assert run.columns["Progress/step"].tolist() == [1, 2, 3]
    assert run.columns["a"].tolist() == [0.5, 1.0, 1.5]
    np.testing.assert_array_equal(run.columns["b"], [0.5, 1.0, math.nan])


def test_our_events_are_read_where_statistics_are_missing(tmp_path: Path):
    with EventWriter(tmp_path, 0) as writer:
        for step in range(5):
            writer.add({KIMG: step / 4, "Loss/G/loss": float(step)}, step)
    assert read_all(tmp_path)[tmp_path.name].kimg == 1.0


def test_tensorboard_writers_own_files_can_be_read(tmp_path: Path):
    writing = pytest.importorskip("tensorboard.summary.writer.event_file_writer")
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    writer = writing.EventFileWriter(str(tmp_path))
    for step in range(4):
        summary = Summary(value=[Summary.Value(tag="loss", simple_value=2.0**step)])
        writer.add_event(Event(step=step, wall_time=1e9, summary=summary))
    writer.close()
    assert read_all(tmp_path)[tmp_path.name].columns["loss"].tolist() == [1, 2, 4, 8]


def test_growing_statistics_are_read_on_and_cut_ones_anew(tmp_path: Path):
    run = own_run(tmp_path)
    reader = RunReader(find_runs(tmp_path / "runs")[0])

    def bring_up_to_date() -> None:
        while reader.behind():
            page = read_page(run.path, "studio", reader.place, reader.files, 500)
            reader.take(page)

    bring_up_to_date()
    assert len(reader.run.columns[KIMG]) == TICKS
    run.append_stats({KIMG: 4.1, "Progress/step": 1025, "New/scalar": 7.0})
    bring_up_to_date()
    assert len(reader.run.columns[KIMG]) == TICKS + 1
    assert np.isnan(reader.run.columns["New/scalar"][:-1]).all()
    assert reader.run.columns["New/scalar"][-1] == 7
    run.cut_back(step=500, tick=20, kimg=2.0)
    bring_up_to_date()
    assert len(reader.run.columns[KIMG]) == 20


def test_pages_joined_are_the_whole_file(tmp_path: Path):
    run = own_run(tmp_path)
    whole = read_page(run.path, "studio", Place(), ("stats.jsonl",))
    columns, length, place, more = {}, 0, Place(), True
    while more:
        page = read_page(run.path, "studio", place, ("stats.jsonl",), 700)
        columns, length = joined(columns, length, page), length + page.count
        place, more = page.place, page.more
    assert columns.keys() == whole.columns.keys()
    for name, values in whole.columns.items():
        np.testing.assert_array_equal(columns[name], values)


def test_one_broken_folder_says_why_and_leaves_the_others_alone(tmp_path: Path):
    good, bad = own_run(tmp_path, "good"), own_run(tmp_path, "bad")
    bad.config_path.write_text("generator: [")
    worse = stylegan_run(tmp_path / "runs" / "worse")
    (worse / "training_options.json").write_text("{")
    torn = tmp_path / "runs" / "torn"
    torn.mkdir()
    (torn / "events.out.tfevents.1.host").write_bytes(scalar_event(1, "a", 1.0) + b"\0" * 40)
    mute = own_run(tmp_path, "mute")
    mute.status_path.write_text("{}")
    watch = BoardWatch(tmp_path / "runs", lambda: None)
    watch.look()
    seen = {run.name: run for run in watch.seen.runs}
    assert len(seen) == 5
    assert not seen[good.name].problem
    assert len(seen[good.name].columns[KIMG]) == TICKS
    assert "config.yaml" in seen[bad.name].problem
    assert len(seen[bad.name].columns[KIMG]) == TICKS
    assert "training_options.json" in seen["worse"].problem
    assert seen["worse"].kimg == 40
    assert "damaged from byte" in seen["torn"].problem
    assert seen["torn"].columns["a"].tolist() == [1.0]
    assert seen[mute.name].state == "unreadable"
    assert "status.json" in seen[mute.name].problem


def test_values_that_are_no_numbers_are_left_out(tmp_path: Path):
    folder = stylegan_run(tmp_path / "run")
    odd = [[1, 2], {KIMG: "four"}, {KIMG: {"mean": 50}, "Loss/G/loss": {"mean": None}, "text": "x"}, {"results": 3}]
    with (folder / "stats.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in odd)
    with (folder / "metric-fid50k_full.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in odd)
    run = read_all(tmp_path)["run"]
    assert run.kimg == 50.0
    assert np.nansum(run.columns["Loss/G/loss"]) == 0.5 * 55
    assert not run.problem


@pytest.mark.process
def test_much_is_read_by_processes_and_new_runs_appear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.board.watch.MUCH_BYTES", 1)
    monkeypatch.setattr("app.board.watch.FIND_S", 0.0)
    for name in ("first", "second"):
        own_run(tmp_path, name)
    watch = BoardWatch(tmp_path / "runs", lambda: None, processes=2)
    watch.look()
    assert [len(run.columns[KIMG]) for run in watch.seen.runs] == [TICKS, TICKS]
    version = watch.seen.version
    watch.look()
    assert watch.seen.version == version  # nothing has changed, so nobody has to draw anew
    own_run(tmp_path, "third")
    watch.look()
    assert [run.name for run in watch.seen.runs] == ["00001-first", "00002-second", "00003-third"]
    assert not any(run.loading for run in watch.seen.runs)
    assert sizes_of(tmp_path / "runs" / "00003-third", "studio").keys() == {"stats.jsonl"}
