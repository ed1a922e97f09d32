"""Snapshots that are kept: the newest, the best, those asked for, shown or at multiples; the others go."""

import errno
import os
from pathlib import Path

import pytest
import torch

from core.checkpoint import load_checkpoint
from tests.training.test_trainer import assert_same_weights
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.best import BestSnapshot, write_best
from training.commands import send_command
from training.config import LoopConfig
from training.retention import is_shown, mark_shown, planned_count, prune, reason_of
from training.run_dir import RunDirectory

OFTEN = {"loop__snapshot_kimg": 0.008, "loop__sample_kimg": 1}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def kept(run: RunDirectory) -> list[float]:
    return [snapshot.kimg for snapshot in run.snapshots()]


def test_the_newest_and_the_multiples_stay_and_the_weights_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("training.control.POLL_S", 0.0)
    everything, few = toy_run(tmp_path, **OFTEN), toy_run(tmp_path, loop__keep_snapshots=2, **OFTEN)
    send_command(few.commands_path, "snapshot", 1)
    assert train_run(everything) == train_run(few) == 0
    assert kept(everything) == [0.008, 0.016, 0.024, 0.032, 0.04, 0.048, 0.056, 0.064]
    first, *others = kept(few)
    assert others == [0.056, 0.064]
    assert first in (0, 0.004), "it was asked for, before the first step or after it"
    assert [reason_of(snapshot.path) for snapshot in few.snapshots()] == ["asked", "planned", "planned"]
    assert_same_weights(everything, few)
    # The rule may be made stricter and laxer with what is there.
    rule = LoopConfig(snapshot_kimg=0.008, keep_snapshots=1, keep_every_kimg=0.024)
    removed = prune(everything, rule)
    assert kept(everything) == [0.024, 0.048, 0.064]
    assert len(removed) == 5
    assert prune(everything, LoopConfig()) == []


def test_what_is_best_or_shown_or_of_another_program_stays(tmp_path):
    run = toy_run(tmp_path, **OFTEN)
    assert train_run(run) == 0
    shown, best, foreign, forgotten = (snapshot.path for snapshot in run.snapshots()[:4])
    mark_shown(shown)
    write_best(run.path, BestSnapshot(metric="frechet", value=1, kimg=0.016, snapshot=best.name, own=None))
    foreign.write_bytes(b"of another program")
    mark_shown(forgotten)
    marks = sorted(path.name for path in (run.path / "snapshots").glob(".*"))
    assert marks == [".000000.008.shown", ".000000.032.shown"]
    os.utime(forgotten.with_name(marks[1]), (0, 0))
    prune(run, LoopConfig(keep_snapshots=1))
    assert kept(run) == [0.008, 0.016, 0.024, 0.064]
    assert is_shown(shown, run.snapshots()[-1].path)
    assert not forgotten.with_name(marks[1]).exists()
    assert load_checkpoint(best).progress["reason"] == "planned"


def test_a_snapshot_that_cannot_be_removed_goes_at_the_next_one(tmp_path, monkeypatch, caplog):
    run = toy_run(tmp_path, loop__keep_snapshots=1, **OFTEN | {"loop__total_kimg": 0.024})
    held = [run.snapshot_path(0.008)]

    def unlink(self: Path, missing_ok: bool = False, really=Path.unlink) -> None:
        if self in held:
            held.remove(self)
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        really(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert train_run(run) == 0
    assert not held
    assert kept(run) == [0.024]
    assert caplog.text.count("it is tried again at the next snapshot") == 1


def test_how_many_there_will_be():
    for rule, count in [
        ({"total_kimg": 100, "snapshot_kimg": 10}, 10),
        ({"total_kimg": 95, "snapshot_kimg": 10}, 10),
        ({"total_kimg": 100, "snapshot_kimg": 10, "keep_snapshots": 3}, 3),
        ({"total_kimg": 100, "snapshot_kimg": 10, "keep_snapshots": 3, "keep_every_kimg": 50}, 5),
        ({"total_kimg": 20, "snapshot_kimg": 10, "keep_snapshots": 3, "keep_every_kimg": 10}, 2),
    ]:
        assert planned_count(LoopConfig(**rule)) == count, rule
