import subprocess
import sys
import time

import pytest

from app import paths
from app.cli import main
from app.settings import Settings, save_settings
from tests.training.toy import toy_run
from training.processes import identity_of, own_identity
from training.status import RunStatus
from widgets.train_view import TrainForm


def running(run, state="running"):
    """Pretend that this process trains the run."""
    who = own_identity()
    run.write_status(
        RunStatus(
            state=state, start=1, pid=who.pid, pid_created=who.created, host=who.host, heartbeat=time.time(),
            kimg=12.5, total_kimg=60,
        )
    )  # fmt: skip


def test_runs_are_listed_with_their_states(tmp_path, capsys):
    one, other = toy_run(tmp_path), toy_run(tmp_path)
    running(one)
    other.status_path.write_text("nonsense")
    assert main(["runs", "list", str(tmp_path / "runs")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == [one.name, "running", "12.50", "of"]
    assert "status.json" in second
    assert main(["runs", "list", str(tmp_path / "empty")]) == 0
    assert "no runs" in capsys.readouterr().out


def test_without_a_folder_the_runs_here_and_those_of_the_window_are_listed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(paths, "config_dir", lambda: tmp_path / "config")
    monkeypatch.setattr(paths, "default_runs_dir", lambda: tmp_path / "data" / "runs")
    monkeypatch.chdir(tmp_path)

    def listed() -> list[str]:
        assert main(["runs", "list"]) == 0
        return capsys.readouterr().out.splitlines()

    here, window = tmp_path / "runs", tmp_path / "data" / "runs"
    assert listed() == [f"{here} (here):", "no runs", "", f"{window} (of the window):", "no runs"]
    one, other = toy_run(tmp_path), toy_run(tmp_path / "data")
    heading, first, _, second_heading, second = listed()
    assert (heading, first.split()[0]) == (f"{here} (here):", one.name)
    assert (second_heading, second.split()[0]) == (f"{window} (of the window):", other.name)
    elsewhere = toy_run(tmp_path / "elsewhere")
    save_settings(tmp_path / "config", Settings(TrainForm(runs_dir=str(elsewhere.path.parent))))
    assert f"{elsewhere.path.parent} (of the window):" in listed()
    save_settings(tmp_path / "config", Settings(TrainForm(runs_dir=str(here))))
    assert listed()[0] == f"{here} (here and of the window):"
    assert len(listed()) == 2


def test_commands_reach_the_trainer(tmp_path, capsys):
    run = toy_run(tmp_path)
    running(run)
    for command in ("pause", "snapshot", "stop"):
        assert main(["runs", command, str(run.path)]) == 0
    assert [wish.command for wish in run.next_commands(1)] == ["pause", "snapshot", "stop"]
    assert "asked to stop" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("state", "command", "words"),
    [("stopped", "pause", "no trainer runs"), ("paused", "pause", "cannot pause while it is paused")],
)
def test_commands_that_make_no_sense_are_refused(tmp_path, capsys, state, command, words):
    run = toy_run(tmp_path)
    running(run, state)
    assert main(["runs", command, str(run.path)]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_is_no_run(tmp_path, capsys):
    assert main(["runs", "stop", str(tmp_path)]) == 2
    assert "is no run" in capsys.readouterr().err


def test_slow_and_halted_trainers_are_listed_as_such(tmp_path, capsys):
    run = toy_run(tmp_path)
    running(run)
    run.write_status(run.status().model_copy(update={"heartbeat": time.time() - 40}))
    assert main(["runs", "list", str(tmp_path / "runs")]) == 0
    assert capsys.readouterr().out.split()[1] == "slow"
    assert main(["runs", "pause", str(run.path)]) == 0


def test_deleting_needs_a_yes_and_a_run_that_rests(tmp_path, capsys):
    run, other = toy_run(tmp_path), toy_run(tmp_path)
    running(run)
    assert main(["runs", "delete", str(run.path), "--yes"]) == 2
    assert "is running; stop its training" in capsys.readouterr().err
    running(run, "stopped")
    assert main(["runs", "delete", str(run.path)]) == 2
    assert "--yes" in capsys.readouterr().err
    assert run.path.is_dir()
    assert main(["runs", "delete", str(run.path), "--yes"]) == 0
    assert [path.name for path in run.path.parent.iterdir()] == [other.name]
    assert main(["runs", "delete", str(tmp_path), "--yes"]) == 2
    assert "is no run" in capsys.readouterr().err


def test_only_hung_trainers_are_ended(tmp_path, capsys):
    run = toy_run(tmp_path)
    running(run)
    assert main(["runs", "end", str(run.path)]) == 2
    assert "is running" in capsys.readouterr().err
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    who = identity_of(sleeper.pid)
    update = {"pid": who.pid, "pid_created": who.created, "heartbeat": time.time() - 1000}
    run.write_status(run.status().model_copy(update=update))
    assert main(["runs", "end", str(run.path)]) == 0
    assert f"process {sleeper.pid}" in capsys.readouterr().out
    assert sleeper.wait(10) != 0
    assert run.observe().state == "dead"
    assert main(["runs", "end", str(run.path)]) == 2
    assert "no process to end" in capsys.readouterr().err
