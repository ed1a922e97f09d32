"""A run that was interrupted ends as one that was left alone, bit for bit: weights, statistics, ticks, pictures."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.test_trainer import assert_same_weights, interrupted
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.config_files import with_values
from training.events import PATTERN, read_events
from training.patch_files import patch_ticks
from training.run_dir import RunDirectory

# What tells when and how fast, and in which start: no two runs have it in common.
OF_THE_CLOCK = ("timestamp", "Progress/start", "Timing/", "Resources/")
# Steps of four pictures; eight ticks of four steps.
LONG: dict[str, Any] = {"loop__total_kimg": 0.128, "augment__kind": "adaptive", "augment__speed_kimg": 0.5}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def statistics(run: RunDirectory) -> list[dict[str, Any]]:
    rows = run.stats().rows
    return [{name: value for name, value in row.items() if not name.startswith(OF_THE_CLOCK)} for row in rows]


def event_scalars(run: RunDirectory) -> dict[int, dict[str, float]]:
    found = [event for path in sorted(run.path.glob(PATTERN)) for event in read_events(path) if event.scalars]
    steps = [event.step for event in found]
    assert steps == sorted(set(steps))
    return {
        event.step: {name: value for name, value in event.scalars.items() if not name.startswith(OF_THE_CLOCK)}
        for event in found
    }


def assert_same_run(one: RunDirectory, other: RunDirectory) -> None:
    """Everything that training leaves behind, but what is of the clock."""
    assert_same_weights(one, other)
    assert statistics(one) == statistics(other)
    assert event_scalars(one) == event_scalars(other)
    assert one.ticks() == other.ticks()
    for number in one.ticks():
        with np.load(one.tick_path(number)) as ours, np.load(other.tick_path(number)) as theirs:
            assert ours.files == theirs.files
            assert all(np.array_equal(ours[name], theirs[name]) for name in ours.files), number
    assert patch_ticks(one.patches_folder) == patch_ticks(other.patches_folder) != []
    for number in patch_ticks(one.patches_folder):
        with np.load(one.patches_path(number)) as ours, np.load(other.patches_path(number)) as theirs:
            assert all(np.array_equal(ours[name], theirs[name]) for name in ours.files), number


def assert_same_state(one: RunDirectory, other: RunDirectory) -> None:
    """Optimisers, averages, random numbers: what the next step would depend on."""
    ours, theirs = (torch.load(run.state_path, weights_only=True) for run in (one, other))
    for state in (ours, theirs):
        state["progress"].pop("seconds")
        state["telemetry"].pop("seconds")
    _assert_equal(ours, theirs, "state")


def _assert_equal(one: Any, other: Any, where: str) -> None:
    assert type(one) is type(other), where
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for name in one:
            _assert_equal(one[name], other[name], f"{where}.{name}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for index, pair in enumerate(zip(one, other, strict=True)):
            _assert_equal(*pair, f"{where}[{index}]")
    else:
        assert one == other, where


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> RunDirectory:
    """Eight ticks in one go."""
    torch.set_num_threads(1)
    run = toy_run(tmp_path_factory.mktemp("alone"), **LONG)
    assert train_run(run) == 0
    assert len(run.stats().rows) == 8
    return run


@pytest.mark.parametrize("steps", [16, 18], ids=["between ticks", "within a tick"])
def test_a_run_that_vanished_ends_like_one_left_alone(alone, tmp_path, steps):
    run = toy_run(tmp_path, loop__state_minutes=1e-9, **LONG)
    interrupted(run, steps)
    assert train_run(run) == 0
    assert_same_run(alone, run)
    assert_same_state(alone, run)


def test_a_run_that_was_stopped_within_a_tick_shows_it_and_ends_like_one_left_alone(alone, tmp_path):
    run = toy_run(tmp_path, **LONG | {"loop__total_kimg": 0.072})  # four ticks and a half
    assert train_run(run) == 0
    assert [row["Progress/step"] for row in run.stats().rows] == [4, 8, 12, 16, 18]
    run.write_config(with_values(run.config(), {"loop.total_kimg": 0.128}))
    assert train_run(run) == 0
    assert_same_run(alone, run)
    assert_same_state(alone, run)


def test_bad_gradients_in_a_row_are_counted_over_a_resume(tmp_path, monkeypatch):
    run = toy_run(tmp_path, loop__state_minutes=1e-9, **LONG)
    monkeypatch.setattr("training.steps.generator_loss", lambda logits: logits.sum() * float("nan"))
    interrupted(run, 3)._save()  # of itself it writes none in trouble; a stop does
    state = torch.load(run.state_path, weights_only=True)
    assert state["bad_steps"]["Gradients/G"] == 3
    monkeypatch.setattr("training.steps.MAX_BAD_STEPS", 4)
    assert train_run(run) == 1
    assert run.status().step == 4


@pytest.mark.process
def test_a_trainer_killed_after_four_of_eight_ticks_ends_like_one_left_alone(alone, tmp_path):
    run = toy_run(tmp_path, loop__state_minutes=1e-9, **LONG)
    kill_in_step(run, 17)
    assert [row["Progress/tick"] for row in run.stats().rows] == [1, 2, 3, 4]
    assert train_run(run) == 0
    assert_same_run(alone, run)
    assert_same_state(alone, run)


def kill_in_step(run: RunDirectory, step: int) -> None:
    """Train in a process of its own that is killed with -9 in the middle of a step, while the optimiser works."""
    child = subprocess.Popen([sys.executable, "-c", _DOOMED, str(run.path), str(step)], cwd=Path.cwd())
    assert child.wait(120) == -signal.SIGKILL


_DOOMED = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from training.__main__ import train_run
from training.run_dir import RunDirectory
from training.steps import Stepper

step, last = Stepper.step, int(sys.argv[2])
def doomed(self, real, index, kimg, telemetry):
    if index == last:
        self.generator_optimizer.step = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    step(self, real, index, kimg, telemetry)

Stepper.step = doomed
train_run(RunDirectory(Path(sys.argv[1])))
"""


def test_what_a_killed_trainer_had_half_written_is_cleared_away(tmp_path):
    run = toy_run(tmp_path, loop__total_kimg=0.016)
    halves = [run.state_path.with_name(".latest.0123abcd.part.pt"), run.path / ".status.0123abcd.part.json"]
    of_others = [run.path / ".lease.0123abcd.part.json", run.commands_path / ".000001-x.0123abcd.part.json"]
    for path in (*halves, *of_others):
        path.write_bytes(b"half")
    assert train_run(run) == 0
    assert [path for path in (*halves, *of_others) if path.exists()] == of_others
