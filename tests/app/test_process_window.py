"""Window and trainer are killed in turns: each goes on without the other, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from training.run_dir import RunDirectory, list_runs

pytestmark = [
    pytest.mark.process,
    pytest.mark.ui,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here"),
]


def start_in_a_window_and_kill_it(home: Path, repository: Path) -> RunDirectory:
    """Start a training from a window in another process, and kill that one.  Returns the run."""
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.app.window_process", str(home)], cwd=repository, stdout=subprocess.PIPE, text=True
    )
    lines = iter(window.stdout.readline, "")
    line = next(line for line in lines if "training" in line)  # the test engine writes colour codes before it
    worker = psutil.Process(int(line.split()[-1]))
    os.kill(window.pid, signal.SIGKILL)
    window.wait()
    window.stdout.close()
    assert psutil.wait_procs([worker], timeout=30)[0], "the model worker has outlived its window"
    [run] = list_runs(studio_runs.runs_dir(home))
    return run


def newer_living_run(home: Path) -> RunDirectory:
    """A run that this process pretends to train."""
    run = studio_runs.ended_run(home, ticks=1)
    changes = {"state": "running", "heartbeat": time.time() + 3600, "pid": os.getpid(), "host": "elsewhere"}
    run.write_status(run.status().model_copy(update=changes))
    return run


def assert_gap_free(run: RunDirectory, studio: Studio) -> None:
    columns = studio.train.run.curves.columns
    ticks = columns["Progress/tick"]
    np.testing.assert_array_equal(ticks, np.arange(1, len(ticks) + 1))
    assert (np.diff(columns["Progress/kimg"]) > 0).all()
    assert len(ticks) >= 3
    assert studio.train.run.curves.run == run.name


def test_killed_window_and_killed_trainer(tmp_path: Path, monkeypatch, repository: Path):
    with studio_runs.no_trainer_left(tmp_path):
        run = start_in_a_window_and_kill_it(tmp_path, repository)
        before, deadline = run.status(), time.monotonic() + 60
        step = 0 if before is None else before.step  # it may not have reported yet
        while (now := run.status()) is None or now.step <= step:
            assert time.monotonic() < deadline, "the trainer does not go on without the window"
            time.sleep(0.05)
        assert psutil.pid_exists(now.pid)
        newer = newer_living_run(tmp_path)

        def state() -> str:
            return studio_runs.state_of(opened[0])

        opened: list[Studio] = []

        def clicks(ctx: ui.Context, studio: Studio) -> None:
            opened.append(studio)
            ui.wait_until(ctx, lambda: state() == "running", 60, "the window to find the run by itself")
            ui.wait_until(ctx, lambda: len(studio.train.run.curves.kimg) >= 3, 60, "its curve")
            assert studio.train.attached == run.path, "the run that the killed window had shown, not the newest"
            assert newer.name in [item.name for item in studio.train.view().runs]
            assert_gap_free(run, studio)
            ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 90, "its generator in the viewport")

            killed = run.status()
            os.kill(killed.pid, signal.SIGKILL)
            ui.wait_until(ctx, lambda: state() == "dead", 90, "the window to notice that the trainer is dead")
            ui.capture(ctx, tmp_path / "dead.png")
            assert "killed or crashed" in studio.train.view().attached.view.message
            notices = [line for line in studio.messages.lines if "killed or crashed" in line.text]
            assert [line.level for line in notices] == ["error"], "said once"
            ctx.window_focus("//Runs")
            assert ctx.item_exists("//Runs/**/###resume details")
            ui.capture(ctx, tmp_path / "dead-in-runs.png")
            ctx.window_focus("//Train")
            ctx.item_click("//Train/###resume")
            ui.wait_until(ctx, lambda: state() == "running", 90, "the trainer to be resumed")
            ui.wait_until(ctx, lambda: run.status().step > killed.step, 90, "the training to go on")
            ui.wait_until(ctx, lambda: studio.train.run.curves.kimg[-1] > killed.kimg, 90, "the curve to go on")
            assert run.status().start == 2
            assert_gap_free(run, studio)
            ctx.item_click("//Train/###stop")
            ui.wait_until(ctx, lambda: state() == "stopped", 90, "the end")

        ui.run_studio(clicks, monkeypatch, tmp_path)
        assert run.status().state == "stopped"
