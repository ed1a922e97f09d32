"""States of a run: none is overwritten by one that nobody can go on from, and a damaged one is not the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.test_trainer import assert_same_weights, interrupted
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.control import Control
from training.objective import generator_loss
from training.run_dir import RunDirectory
from training.stats import read_stats
from training.steps import Stepper
from training.train_state import Progress
from training.trainer import Trainer

OFTEN: dict[str, Any] = {"loop__state_minutes": 1e-9, "loop__total_kimg": 0.032}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def spoil(monkeypatch, *steps: int) -> None:
    """Let the generator's gradients be no numbers in these steps, counted from 0."""
    count = iter(range(10**6))
    wrong = [False]

    def step(self, *given, really=Stepper.step):
        wrong[0] = next(count) in steps
        really(self, *given)

    monkeypatch.setattr(Stepper, "step", step)
    monkeypatch.setattr(
        "training.steps.generator_loss", lambda logits: generator_loss(logits) * (float("nan") if wrong[0] else 1)
    )


@contextmanager
def begun(run: RunDirectory, steps: int) -> Iterator[Trainer]:
    """A trainer that has taken some steps, and may take more."""
    with run.lock():
        trainer = Trainer(run, run.config(), Control(run, run.next_start(), 1, Progress()))
        for _ in range(steps):
            trainer._step()
            trainer._record()
        yield trainer
        trainer.close()


def step_in(path: Path) -> int:
    return torch.load(path, weights_only=True)["progress"]["step"]


def test_a_run_that_fails_keeps_the_last_state_before_its_trouble_and_goes_on_from_it(tmp_path, monkeypatch):
    alone, run = toy_run(tmp_path, **OFTEN), toy_run(tmp_path, **OFTEN)
    assert train_run(alone) == 0
    with monkeypatch.context() as trouble:
        trouble.setattr("training.steps.MAX_BAD_STEPS", 3)
        spoil(trouble, 3, 4, 5, 6, 7)
        assert train_run(run) == 1
    assert (step_in(run.state_path), step_in(run.previous_state_path)) == (3, 2)
    assert train_run(run) == 0
    assert_same_weights(alone, run)


def test_what_was_due_in_trouble_comes_with_the_first_good_step(tmp_path, monkeypatch):
    run = toy_run(tmp_path, loop__snapshot_kimg=0.008, loop__keep_snapshots=2, **OFTEN)
    spoil(monkeypatch, 3, 4)
    with begun(run, 5) as trainer:
        assert [file.kimg for file in run.snapshots()] == [0.008]  # that of step 4 waits
        assert step_in(run.state_path) == 3
        trainer._step()
        trainer._record()
    assert [file.kimg for file in run.snapshots()] == [0.008, 0.024]
    assert step_in(run.state_path) == 6


def test_a_snapshot_that_is_late_comes_once_and_those_that_push_out_nothing_are_not_late(tmp_path, monkeypatch):
    few = toy_run(tmp_path, loop__snapshot_kimg=0.012, loop__keep_snapshots=9, **OFTEN)
    everything = toy_run(tmp_path, loop__snapshot_kimg=0.012, **OFTEN)
    for run, kept in ((few, [0.016, 0.024, 0.032]), (everything, [0.012, 0.024, 0.032])):
        with monkeypatch.context() as trouble:
            spoil(trouble, 2)
            assert train_run(run) == 0
        assert [file.kimg for file in run.snapshots()] == kept


def test_who_stops_a_run_in_trouble_gets_a_state_that_pushes_out_no_good_one(tmp_path, monkeypatch):
    run = toy_run(tmp_path, **OFTEN)
    spoil(monkeypatch, 3, 4, 5)
    with begun(run, 4) as trainer:
        for _ in range(2):
            trainer._step()
            trainer._save()  # as after a stop, or a change of settings
    assert (step_in(run.state_path), step_in(run.previous_state_path)) == (6, 3)


def test_a_penalty_that_is_switched_off_leaves_no_trouble_behind(tmp_path):
    run = toy_run(tmp_path, **OFTEN)
    with begun(run, 1) as trainer:
        trainer.stepper.bad_steps["Gradients/R1"] = 1
        trainer.steer({"optimizer.r1_gamma": 0.0})
        trainer._step()
        trainer._record()
    assert step_in(run.state_path) == 2


@pytest.mark.parametrize("left", [2000, 0, None], ids=["half", "nothing", "absent"])
def test_without_a_whole_newest_state_the_run_goes_on_from_the_one_before(tmp_path, caplog, left):
    alone, run = toy_run(tmp_path, **OFTEN), toy_run(tmp_path, **OFTEN)
    assert train_run(alone) == 0
    interrupted(run, 5)
    if left is None:
        run.state_path.unlink()  # killed between two renames
    else:
        run.state_path.write_bytes(run.state_path.read_bytes()[:left])
    with caplog.at_level(logging.WARNING):
        interrupted(run, 1)
    assert "going on from previous.pt, the state before it, at step 4" in caplog.text
    assert step_in(run.state_path) == 5
    assert step_in(run.previous_state_path) == 4, "what is damaged must not push out what is whole"
    assert train_run(run) == 0
    assert_same_weights(alone, run)
    kimg = [row["Progress/kimg"] for row in read_stats(run.stats_path).rows]
    assert kimg == [row["Progress/kimg"] for row in read_stats(alone.stats_path).rows]


def test_two_damaged_states_are_named_with_the_way_out(tmp_path):
    run = toy_run(tmp_path, **OFTEN)
    interrupted(run, 3)
    for path in (run.state_path, run.previous_state_path):
        path.write_bytes(b"")
    assert train_run(run) == 1
    message = failure(run)
    assert "latest.pt: the state cannot be restored" in message
    assert "Delete all states in" in message


def failure(run: RunDirectory) -> str:
    status = run.status()
    assert status is not None
    assert status.state == "failed"
    return status.message
