"""The trainer as a process: commanded through its folder, killed, resumed, outliving whoever started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from core.checkpoint import load_checkpoint
from tests.training.toy import toy_run
from training.launch import launch
from training.lock import RunLockedError
from training.run_dir import RunDirectory
from training.status import RunStatus

pytestmark = pytest.mark.process
PATIENCE_S = 90


def wait_for(
    run: RunDirectory, condition: Callable[[RunStatus], bool], what: str, patience_s: float = PATIENCE_S
) -> RunStatus:
    deadline = time.monotonic() + patience_s
    status = None
    while time.monotonic() < deadline:
        status = run.status()
        if status is not None and condition(status):
            return status
        time.sleep(0.05)
    log = run.log_path.read_text()[-2000:] if run.log_path.exists() else "(no log)"
    raise AssertionError(f"waited in vain for: {what}; last status {status}; log:\n{log}")


@pytest.fixture
def run(tmp_path):
    run = toy_run(tmp_path, loop__total_kimg=1000, loop__state_minutes=0.01, loop__kimg_per_tick=0.04)
    yield run
    status = run.status()
    if status is not None and psutil.pid_exists(status.pid) and status.pid != os.getpid():
        psutil.Process(status.pid).kill()


def test_pause_resume_and_stop(run):
    launch(run)
    wait_for(run, lambda status: status.state == "running" and status.step > 5, "training")
    with pytest.raises(RunLockedError):
        launch(run)
    run.send("pause")
    paused = wait_for(run, lambda status: status.state == "paused", "pause")
    heartbeat = wait_for(run, lambda status: status.heartbeat > paused.heartbeat, "a heartbeat while paused")
    assert heartbeat.step == paused.step
    run.send("resume")
    wait_for(run, lambda status: status.state == "running" and status.step > paused.step, "going on")
    run.send("stop")
    stopped = wait_for(run, lambda status: status.state == "stopped", "stop")
    assert load_checkpoint(run.snapshots()[-1].path).progress["step"] == stopped.step
    assert run.observe().can_start


def test_a_killed_trainer_is_seen_and_resumes_without_a_gap(run):
    launch(run)
    status = wait_for(run, lambda status: status.tick >= 3 and run.state_path.exists(), "a state")
    os.kill(status.pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while (view := run.observe()).state != "dead":
        assert time.monotonic() < deadline, view
        time.sleep(0.1)
    assert view.can_start
    launch(run)
    wait_for(run, lambda now: now.start == 2 and now.tick > status.tick + 2, "going on")
    run.send("stop")
    wait_for(run, lambda now: now.state == "stopped", "stop")
    ticks = [row["Progress/tick"] for row in run.stats().rows]
    assert ticks == list(range(1, len(ticks) + 1))
    steps = [row["Progress/step"] for row in run.stats().rows]
    assert steps == sorted(set(steps))


def test_the_trainer_outlives_who_started_it(run):
    code = "import sys; from pathlib import Path; from training.launch import launch; from training.run_dir import "
    code += (
        "RunDirectory; launch(RunDirectory(Path(sys.argv[1]))); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", code, str(run.path)], check=False)
    assert parent.returncode == -signal.SIGKILL
    status = wait_for(run, lambda status: status.step > 5, "training without its parent")
    os.kill(status.pid, signal.SIGTERM)
    stopped = wait_for(run, lambda status: status.state == "stopped", "a friendly end")
    assert stopped.step >= status.step
    assert run.snapshots()


def test_a_folder_named_training_where_one_stands_is_not_imported(run, monkeypatch, tmp_path):
    trap = tmp_path / "elsewhere" / "training"
    trap.mkdir(parents=True)
    (trap / "__init__.py").write_text("raise SystemExit('the wrong package')")
    (trap / "__main__.py").write_text("raise SystemExit('the wrong package')")
    monkeypatch.chdir(trap.parent)
    launch(run)
    wait_for(run, lambda status: status.step > 0, "training")
    run.send("stop")
    wait_for(run, lambda status: status.state == "stopped", "stop")
