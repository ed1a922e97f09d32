"""Metrics in training: what they leave behind, what they keep, and that they change nothing."""

import errno
import json
import logging
import os
import time
from pathlib import Path

import pytest
import torch

from core.checkpoint import load_checkpoint
from tests.training.toy import toy_data, toy_run
from training import training_metrics
from training.__main__ import train_run
from training.best import BestSnapshot, protected_snapshots, read_best, write_best
from training.commands import acknowledgements, send_command
from training.control import Control
from training.evaluate import Evaluator
from training.evaluation_report import Measurement, evaluation_path, load_evaluation
from training.run_dir import RunDirectory
from training.team import Team
from training.train_state import Progress


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def measured(monkeypatch):
    """Figures instead of measuring: the Fréchet distances of one tick after the other, and a relief."""
    values: list[float] = []

    def measure(self, generator, beat):
        beat(0.5, "measuring")
        found = values.pop(0)
        about = {"count": 1, "better": "lower", "protocol": ""}
        return (
            Measurement(name="frechet_random", label="Fréchet", value=found, **about),
            Measurement(name="relief", label="Relief", value=found / 100, **about),
        )

    monkeypatch.setattr(Evaluator, "measure", measure)
    return values


@pytest.fixture
def held(monkeypatch) -> dict[Path, int]:
    """How often each file cannot be removed, as while another program has it open on Windows."""
    times: dict[Path, int] = {}

    def unlink(self: Path, missing_ok: bool = False, really=Path.unlink) -> None:
        if times.get(self, 0):
            times[self] -= 1
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        really(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    return times


def weights(run: RunDirectory) -> dict[str, torch.Tensor]:
    checkpoint = load_checkpoint(run.snapshots()[-1].path)
    assert checkpoint.discriminator is not None
    return {**checkpoint.generator.state_dict(), **checkpoint.discriminator.state_dict()}


def test_training_is_the_same_to_the_bit_whether_it_is_measured_or_not(tmp_path):
    plain, watched = toy_run(tmp_path), toy_run(tmp_path, metrics__interval=3, metrics__pictures=8)
    assert train_run(plain) == 0
    send_command(watched.commands_path, "evaluate", 1)
    assert train_run(watched) == 0
    ours, theirs = weights(plain), weights(watched)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    apart = ("Metrics/", "Timing/", "Resources/", "timestamp")
    for row, other in zip(plain.stats().rows, watched.stats().rows, strict=True):
        kept = {name: value for name, value in other.items() if not name.startswith(apart)}
        assert kept == {name: value for name, value in row.items() if not name.startswith(apart)}
    # and what measuring leaves behind:
    rows = watched.stats().rows
    assert ["Metrics/frechet_random" in row for row in rows] == [False, False, True, False]
    assert {"Metrics/coverage", "Metrics/wasserstein_16", "Timing/metrics_sec"} <= rows[2].keys()
    report = load_evaluation(evaluation_path(watched.path, rows[2]["Progress/kimg"]))
    assert report is not None
    assert report.value("frechet_random") == rows[2]["Metrics/frechet_random"]
    asked = load_evaluation(evaluation_path(watched.path, 0.004))
    assert asked is not None
    assert [answer.result for answer in acknowledgements(watched.commands_path)] == ["metrics follow"]
    assert rows[2]["Timing/total_sec"] - rows[1]["Timing/total_sec"] < rows[2]["timestamp"] - rows[1]["timestamp"]
    assert read_best(watched.path) is not None


def test_the_best_snapshot_is_kept_and_its_predecessor_goes(tmp_path, measured, caplog):
    caplog.set_level(logging.INFO)
    measured += [30.0, 20.0, 25.0, 10.0]
    run = toy_run(tmp_path, metrics__interval=1, loop__snapshot_kimg=0.032)
    assert train_run(run) == 0
    best = read_best(run.path)
    assert best is not None
    assert (best.metric, best.value, best.kimg) == ("frechet_random", 10.0, 0.064)
    # 0.016 was written for itself alone and is gone; 0.032 is a regular one and stays.
    assert [file.kimg for file in run.snapshots()] == [0.032, 0.064]
    assert protected_snapshots(run.path) == {run.snapshot_path(0.064)}
    assert "000000.016.safetensors is the best so far: frechet_random 30" in caplog.text


def test_a_best_snapshot_between_regular_ones_stays(tmp_path, measured):
    measured += [10.0, 20.0]
    run = toy_run(tmp_path, metrics__interval=1, loop__total_kimg=0.032)
    assert train_run(run) == 0
    assert [file.kimg for file in run.snapshots()] == [0.016, 0.032]
    assert protected_snapshots(run.path) == {run.snapshot_path(0.016)}


def test_a_snapshot_that_somebody_wrote_again_is_not_removed(tmp_path):
    path = tmp_path / "one.safetensors"
    path.write_text("")
    assert training_metrics._let_go(path, path.stat().st_mtime_ns - 1)
    assert path.exists()
    written = path.stat().st_mtime_ns
    assert training_metrics._let_go(path, written)
    assert not path.exists()
    assert training_metrics._let_go(path, written)


def test_a_predecessor_that_cannot_be_removed_goes_later(tmp_path, measured, held, caplog):
    measured += [30.0, 20.0, 10.0]
    run = toy_run(tmp_path, metrics__interval=1, loop__total_kimg=0.048)
    held[run.snapshot_path(0.016)] = 1
    assert train_run(run) == 0
    assert held == {run.snapshot_path(0.016): 0}
    assert [file.kimg for file in run.snapshots()] == [0.048]
    assert "000000.016.safetensors: you may not write" in caplog.text
    assert caplog.text.count("it is tried again at the next snapshot") == 1


def test_flat_shapes_are_in_the_log_and_in_the_statistics(tmp_path, measured, caplog):
    measured += [30.0, 5.0]
    run = toy_run(tmp_path, metrics__interval=1, loop__total_kimg=0.032)
    assert train_run(run) == 0
    assert [row.get("Metrics/flatness_alarm") for row in run.stats().rows] == [0.0, 1.0]
    assert "relief 0.050 is below 0.1" in caplog.text


def test_data_that_are_too_few_switch_metrics_off_and_training_goes_on(tmp_path, caplog):
    toy_data(tmp_path / "toy.zip", count=10)
    run = toy_run(tmp_path, metrics__interval=1, loop__total_kimg=0.032)
    assert train_run(run) == 0
    assert caplog.text.count("the metrics are off from now on") == 1
    assert "at least 16" in caplog.text
    assert not any("Metrics/frechet_random" in row for row in run.stats().rows)


def test_a_wrong_inception_file_is_said_before_training(tmp_path):
    run = toy_run(tmp_path, metrics__interval=1, metrics__inception=str(tmp_path / "absent.pth"))
    assert train_run(run) == 1
    status = run.status()
    assert status is not None
    assert (status.state, status.step) == ("failed", 0)
    assert "absent.pth: cannot be read" in status.message


def test_asking_for_metrics_never_ends_a_training(tmp_path, caplog):
    run = toy_run(tmp_path, metrics__inception=str(tmp_path / "absent.pth"), loop__total_kimg=0.016)
    send_command(run.commands_path, "evaluate", 1)
    assert train_run(run) == 0
    assert "absent.pth: cannot be read" in caplog.text


def test_memory_that_ends_switches_metrics_off(tmp_path, monkeypatch, caplog):
    def measure(self, generator, beat):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Evaluator, "measure", measure)
    run = toy_run(tmp_path, metrics__interval=1, loop__total_kimg=0.032)
    assert train_run(run) == 0
    assert caplog.text.count("the metrics are off from now on") == 1


def test_other_errors_of_torch_are_not_hidden(tmp_path, monkeypatch):
    def measure(self, generator, beat):
        raise RuntimeError("a bug")

    monkeypatch.setattr(Evaluator, "measure", measure)
    with pytest.raises(RuntimeError, match="a bug"):
        train_run(toy_run(tmp_path, metrics__interval=1))


def test_measuring_breathes_and_gives_way_to_a_stop(tmp_path):
    run = toy_run(tmp_path)
    run.prepare()
    control = Control(run, 1, 1.0, Progress())
    control.report("running")
    before = run.status()
    assert before is not None
    control._beat_at = 0
    time.sleep(0.01)
    assert not control.breathe()
    after = run.status()
    assert after is not None
    assert after.heartbeat > before.heartbeat
    send_command(run.commands_path, "stop", 1)
    control._poll_at = 0
    assert control.breathe()
    assert not control.stop  # it is obeyed, and acknowledged, between two steps


def test_who_measures_or_waits_for_the_disk_lets_the_team_wait_on(tmp_path):
    class Waiting(Team):
        heard = 0

        def still_here(self) -> None:
            self.heard += 1

    run = toy_run(tmp_path)
    run.prepare()
    control = Control(run, 1, 1.0, Progress(), team := Waiting())
    control.breathe()
    assert team.heard == 1
    control.hold("no room", 0.01)
    assert team.heard == 2


def test_a_stop_gives_up_what_is_being_measured(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    run = toy_run(tmp_path, metrics__interval=1, metrics__pictures=8)

    def breathe(self) -> bool:
        self._asked_to_stop = True  # as a signal does
        return True

    monkeypatch.setattr(Control, "breathe", breathe)
    assert train_run(run) == 0
    status = run.status()
    assert status is not None
    assert status.state == "stopped"
    assert "the metrics at 0.016 kimg were given up" in caplog.text
    assert not any("Metrics/frechet_random" in row for row in run.stats().rows)


def test_a_note_of_the_best_that_is_damaged_protects_nothing_and_is_replaced(tmp_path, caplog):
    assert read_best(tmp_path) is None
    assert protected_snapshots(tmp_path) == frozenset()
    (tmp_path / "best.json").write_text("{")
    assert read_best(tmp_path) is None
    assert "cannot be understood" in caplog.text
    write_best(tmp_path, BestSnapshot(metric="fid50k_full", value=9.7, kimg=3, snapshot="000003.safetensors"))
    assert json.loads((tmp_path / "best.json").read_text())["value"] == 9.7
    assert protected_snapshots(tmp_path) == {tmp_path / "snapshots" / "000003.safetensors"}
