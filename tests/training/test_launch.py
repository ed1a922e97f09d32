"""Trainers as processes of their own: they start anywhere, outlive who started them, and are found again."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.training.trainers import eventually, fake_trainer, step_of
from training.config_files import with_values
from training.launch import launch
from training.lock import RunLock, RunLockedError
from training.presets import load_preset
from training.run_dir import RunDirectory, create_run
from training.run_errors import RunError

pytestmark = pytest.mark.process

# As a terminal starts it: under nohup, or in some schedulers, SIGHUP would be ignored from the start.
LAUNCHER = """
import json, signal, sys, time
from pathlib import Path
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from training.launch import launch
from training.run_dir import RunDirectory
print(launch(RunDirectory(Path(sys.argv[1])), json.loads(sys.argv[2])), flush=True)
time.sleep(60)
"""


@pytest.fixture
def run(tmp_path):
    directory = create_run(tmp_path / "runs", with_values(load_preset("tiny"), {"data.path": str(tmp_path / "x.zip")}))
    yield directory
    status = directory.status()
    if status is not None:
        status.process.kill()


def test_a_trainer_starts_reports_and_stops(run, tmp_path):
    pid = launch(run, fake_trainer(tmp_path))
    assert run.observe().state in ("starting", "running")
    eventually(lambda: run.observe().state == "running")
    status = run.status()
    assert status is not None
    assert (status.start, status.process.alive()) == (1, True)
    if sys.platform != "win32":
        assert status.pid == pid
    run.send("stop")
    eventually(lambda: run.observe().state == "stopped")
    # It left no zombie.
    eventually(lambda: not status.process.alive())
    with pytest.raises(RunError, match="no trainer runs"):
        run.send("pause")
    assert f"hello from {run.path}" in run.log_path.read_text()


def test_the_next_start_is_counted(run, tmp_path):
    for start in (1, 2):
        launch(run, fake_trainer(tmp_path, "finish"))
        eventually(lambda start=start: (status := run.status()) and status.start == start and status.ended)
        eventually(lambda: not run.status().process.alive())
    assert run.next_start() == 3
    assert run.log_path.read_text().count("hello") == 2


def test_a_trainer_that_never_reports_is_dead(run, tmp_path):
    launch(run, fake_trainer(tmp_path, "crash"))
    eventually(lambda: run.observe().state == "dead")
    assert "log.txt" in run.observe().message
    assert "boom" in run.log_path.read_text()


def test_a_broken_configuration_is_refused_before_anything_starts(run, tmp_path):
    run.config_path.write_text("loop: {bach: 1}")
    with pytest.raises(ValueError, match=r"loop\.batch"):
        launch(run, fake_trainer(tmp_path))
    assert not run.log_path.exists()


def test_a_run_that_is_locked_is_refused(run, tmp_path):
    with RunLock(run.path), pytest.raises(RunLockedError, match=f"process {os.getpid()}"):
        launch(run, fake_trainer(tmp_path))


def test_a_folder_named_training_where_one_stands_is_no_trap(tmp_path):
    trap = tmp_path / "training"
    trap.mkdir()
    (trap / "__init__.py").write_text("raise SystemExit('the wrong package')")
    code = "import training.config; print(training.config.__file__)"
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert str(tmp_path) not in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals to process groups")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGHUP, signal.SIGINT])
def test_the_trainer_outlives_the_launcher_and_its_terminal(run, tmp_path, kill):
    launcher = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(LAUNCHER), str(run.path), json.dumps(fake_trainer(tmp_path))],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert launcher.stdout is not None
    assert int(launcher.stdout.readline()) > 0
    eventually(lambda: step_of(run.path) > 0)
    # A terminal that closes tells the whole process group.
    os.killpg(launcher.pid, kill)
    launcher.wait(timeout=10)
    launcher.stdout.close()
    before = step_of(run.path)
    eventually(lambda: step_of(run.path) > before + 2)
    found = RunDirectory(run.path)
    assert found.observe().state == "running"
    steps = [row["Progress/step"] for row in found.stats().rows]
    assert steps == list(range(1, len(steps) + 1))
    found.send("stop")
    eventually(lambda: found.observe().state == "stopped")
