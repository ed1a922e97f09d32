"""Runs may be named without their folder: here, or among those of the window."""

from pathlib import Path

import pytest

from app.cli import main
from app.shell import runs_cli
from app.shell.run_names import found_run
from tests.training.toy import toy_run


@pytest.fixture
def run(tmp_path: Path, monkeypatch) -> Path:
    """A run of the window; the shell is elsewhere."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    run = toy_run(tmp_path)
    monkeypatch.setattr(runs_cli, "places", lambda: {Path("runs").resolve(): "here", run.path.parent: "of the window"})
    return run.path


def test_a_name_is_looked_up_in_both_places(run):
    assert found_run(Path(run.name)) == run
    assert found_run(Path("runs") / run.name) == run
    assert found_run(Path("runs", run.name, "snapshots", "000001.safetensors")) == run / "snapshots/000001.safetensors"
    assert found_run(Path("00009-nobody")) is None
    assert found_run(run) is None
    here = Path("runs", run.name)
    here.mkdir(parents=True)
    assert found_run(here) is None, "what is there is meant"
    (here / "config.yaml").touch()
    assert found_run(Path(run.name)) == here.resolve()


def test_commands_say_which_run_was_taken(run, capsys):
    assert main(["runs", "pause", run.name]) != 0
    said = capsys.readouterr().err
    assert f"{run.name}: {run}" in said
    assert "no trainer" in said
    assert main(["runs", "resume", run.name]) != 0
    assert f"epigraf train --resume {run}" in capsys.readouterr().err


def test_what_is_nowhere_is_said_as_it_was_typed(run, capsys):
    assert main(["runs", "pause", "00009-nobody"]) != 0
    assert "00009-nobody" in capsys.readouterr().err
