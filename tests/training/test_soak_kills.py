"""A campaign: a trainer killed again and again, at any moment and in the midst of writing, loses and spoils nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from PIL import Image

from core.checkpoint import load_checkpoint
from tests.training.test_exact_resume import assert_same_run, assert_same_state
from tests.training.test_process import wait_for
from tests.training.toy import toy_run
from training.__main__ import train_run
from training.launch import launch
from training.run_dir import RunDirectory

KILLS = 20
CHANGES = {"loop__total_kimg": 6.0, "loop__kimg_per_tick": 0.04, "loop__sample_kimg": 0.4, "loop__snapshot_kimg": 1.0}
# Ends the trainer when it has written so many files: with half of the last one, before its renaming, or right after.
DOOM = """
import itertools, os, pathlib, signal
last, moment = int(os.environ["DOOM_AFTER"]), os.environ["DOOM_MOMENT"]
files = itertools.count(1)  # several threads write; each of their files has a number of its own
rename = pathlib.Path.replace

def doomed(self, target):
    if next(files) != last:
        return rename(self, target)
    if moment == "torn" and ".part" in self.name:  # what has its name already is whole
        os.truncate(self, self.stat().st_size // 2)
    if moment == "after":
        rename(self, target)
    os.kill(os.getpid(), signal.SIGKILL)

pathlib.Path.replace = doomed
"""


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_kills_at_random_moments_change_nothing(tmp_path):
    torch.set_num_threads(1)
    alone, killed = toy_run(tmp_path, **CHANGES), toy_run(tmp_path, loop__state_minutes=0.005, **CHANGES)
    assert train_run(alone) == 0
    (tmp_path / "sitecustomize.py").write_text(DOOM, encoding="utf-8")
    rng = random.Random(0)
    for start in range(1, KILLS + 1):
        before = kept_step(killed)
        if start % 2:
            first = kill_at_any_moment(killed, start, rng)
            assert first >= before, f"start {start} began behind the last state"
        else:
            kill_while_writing(killed, tmp_path, rng)
        assert_whole(killed)
        assert kept_step(killed) >= before
    launch(killed)
    wait_for(killed, lambda now: now.state == "finished", "the end", patience_s=600)
    assert_same_run(alone, killed)
    assert_same_state(alone, killed)
    assert not list(killed.path.rglob(".*.part*"))


def kill_at_any_moment(run: RunDirectory, start: int, rng: random.Random) -> int:
    """Kill a trainer up to a second and a half after it began.  Returns the first step that it was seen at."""
    launch(run)
    status = wait_for(run, lambda now: now.start == start and now.state == "running", "training")
    time.sleep(rng.uniform(0.0, 1.5))
    trainer = psutil.Process(status.pid)
    os.kill(status.pid, signal.SIGKILL)
    trainer.wait(10)
    wait_until_over(run)
    return status.step


def kill_while_writing(run: RunDirectory, folder: Path, rng: random.Random) -> None:
    """Let a trainer end while it writes one of its first files."""
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    doom = {"DOOM_AFTER": str(rng.randint(1, 30)), "DOOM_MOMENT": rng.choice(["torn", "before", "after"])}
    pid = launch(run, {"PYTHONPATH": path, **doom})
    deadline = time.monotonic() + 90
    while psutil.pid_exists(pid):
        assert time.monotonic() < deadline, f"the trainer outlived {doom}"
        time.sleep(0.05)
    wait_until_over(run)


def wait_until_over(run: RunDirectory) -> None:
    deadline = time.monotonic() + 60
    while not run.observe().can_start:
        assert time.monotonic() < deadline, run.observe()
        time.sleep(0.2)


def kept_step(run: RunDirectory) -> int:
    """The step of the state that a resume begins from; a kill between two renamings leaves the one before."""
    found = [path for path in (run.state_path, run.previous_state_path) if path.exists()]
    return torch.load(found[0], weights_only=True)["progress"]["step"] if found else 0


def assert_whole(run: RunDirectory) -> None:
    """Every file that has its name can be read."""
    run.config()
    for path in [*run.path.glob("*.json"), *run.commands_path.rglob("*.json")]:
        if not path.name.startswith("."):  # what a kill has left aside never had a name
            json.loads(path.read_text())
    lines = run.stats_path.read_text().splitlines() if run.stats_path.exists() else []
    kimg = [json.loads(line)["Progress/kimg"] for line in lines]
    assert kimg == sorted(set(kimg))
    for number in run.ticks():
        with np.load(run.tick_path(number)) as arrays:
            assert all(arrays[name].size for name in arrays.files)
    for sample in run.samples():
        with Image.open(sample.path) as picture:
            picture.load()
    for snapshot in run.snapshots():
        assert load_checkpoint(snapshot.path).discriminator is not None
