"""`epigraf train`: configuration from options, the foreground, resuming."""

import os
import shlex
import signal
import subprocess
import sys

import numpy as np
import pytest
import yaml

from app.cli import main
from tests.training.trainers import eventually, fake_trainer
from training import machine
from training.commands import pending_commands
from training.data_format import StudioBlock
from training.data_writer import writing
from training.follow import progress_line
from training.run_dir import list_runs


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "two.zip"
    with writing(path, "png") as writer:
        for yaw in (0.0, 0.1):
            writer.add(np.zeros((64, 64, 3), np.uint8), (yaw, 1.5, 0.0))
        writer.describe(StudioBlock(name="two", fov=20.0))
    return path


@pytest.fixture
def trainer(tmp_path, monkeypatch):
    """The stand-in runs as the trainer, in a mode that the test chooses."""

    def choose(mode: str) -> None:
        for name, value in fake_trainer(tmp_path, mode).items():
            monkeypatch.setenv(name, value)

    choose("finish")
    return choose


def test_a_dry_run_prints_what_would_be_trained(data, tmp_path, capsys):
    options = ["--kimg", "7", "--threads", "2", "--seed", "5", "--name", "mine", "--device", "cpu"]
    arguments = ["--data", str(data), "--runs", str(tmp_path / "runs"), "--set", "loop.batch=12", *options, "--dry-run"]
    assert main(["train", "--preset", "tiny", *arguments]) == 0
    printed = capsys.readouterr()
    config = yaml.safe_load(printed.out)
    assert (config["name"], config["generator"]["render"]["fov"]) == ("mine", 20)
    loop = config["loop"]
    assert [loop[key] for key in ("batch", "total_kimg", "threads", "seed", "device")] == [12, 7, 2, 5, "cpu"]
    (short,) = [line for line in printed.err.splitlines() if "longer than the whole training (7 kimg)" in line]
    assert short.startswith("note: patches.anneal_kimg, augment.speed_kimg, anneal.blur_kimg, ")
    assert not (tmp_path / "runs").exists()


def test_gpus_that_are_not_there_are_told_before_anything_is_made(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(machine, "look", lambda: machine.Machine(2, machine.Memory("memory", 8 * 10**9, 10**9)))
    runs = ["--runs", str(tmp_path / "runs")]
    arguments = ["train", "--preset", "tiny", "--data", str(data), "--gpus", "0,1", *runs]
    assert main([*arguments, "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert "note: parallel.gpus 0,1: No NVIDIA GPU was found" in printed.err
    assert yaml.safe_load(printed.out)["parallel"]["gpus"] == "0,1"
    for option in ([], ["--detach"], ["--estimate"]):
        assert main([*arguments, *option]) == 2
        assert "parallel.gpus 0,1: No NVIDIA GPU was found" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
    assert main([*arguments, "--device", "cpu", "--dry-run"]) == 0
    assert "NVIDIA" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--preset"),
        (["--preset", "tyni", "--data", "DATA"], "no preset 'tyni'"),
        (["--preset", "tiny", "--data", "absent.zip"], "absent.zip"),
        (["--preset", "tiny", "--data", "DATA", "--set", "loop.bach=3"], "loop.batch"),
        (["--preset", "tiny", "--data", "DATA", "--kimg", "-3"], "loop.total_kimg"),
        (["--preset", "plants256", "--data", "DATA"], "64 pixels"),
        (["--resume", "absent"], "is no run"),
        (["--resume", "absent", "--set", "loop.batch=8"], "is no run"),
    ],
)
def test_mistakes_are_explained(data, arguments, words, capsys):
    arguments = [str(data) if argument == "DATA" else argument for argument in arguments]
    assert main(["train", *arguments]) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message


def test_presets_are_listed(capsys):
    assert main(["train", "--list-presets"]) == 0
    assert capsys.readouterr().out.startswith("tiny ")


@pytest.mark.process
def test_foreground_resume_and_end(data, tmp_path, trainer, capsys):
    runs = tmp_path / "runs"
    assert main(["train", "--preset", "tiny", "--data", str(data), "--runs", str(runs)]) == 0
    (run,) = list_runs(runs)
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith("finished")
    assert f"epigraf --open {shlex.quote(str(run.path))}" in printed
    assert "0.05 kimg    5.0%       2.0 s/kimg         2 s left  G 0.500" in printed
    resume = ["train", "--resume", str(run.path)]
    assert main([*resume, "--seed", "3"]) == 2
    assert "--seed: cannot change" in capsys.readouterr().err
    trainer("fail")
    assert main([*resume, "--kimg", "80"]) == 1
    printed = capsys.readouterr().out
    assert "failed: out of luck: try again" in printed
    # Only what is new is printed.
    assert printed.count("s/kimg") == 5
    [wish] = pending_commands(run.commands_path, 2)
    assert (wish.command, wish.values) == ("set", {"loop.total_kimg": 80})
    trainer("crash")
    assert main(resume) == 1
    assert "log.txt" in capsys.readouterr().out


@pytest.mark.process
def test_without_data_the_built_in_shapes_are_taken(capsys):
    assert main(["train", "--preset", "tiny", "--dry-run"]) == 0
    printed = capsys.readouterr()
    assert "assets/shapes128.zip" in printed.out.replace("\\", "/")
    assert "--data names others" in printed.err


def test_a_finished_run_wants_more_kimg(data, tmp_path, trainer, capsys):
    runs = tmp_path / "runs"
    arguments = ["train", "--preset", "tiny", "--data", str(data), "--runs", str(runs), "--kimg", "0.04"]
    assert main(arguments) == 0
    capsys.readouterr()
    assert main(["train", "--resume", str(list_runs(runs)[0].path)]) == 2
    assert "larger --kimg" in capsys.readouterr().err


@pytest.mark.process
def test_detached(data, tmp_path, trainer):
    trainer("")
    runs = tmp_path / "runs"
    assert main(["train", "--preset", "tiny", "--data", str(data), "--runs", str(runs), "--detach"]) == 0
    (run,) = list_runs(runs)
    eventually(lambda: run.observe().state == "running")
    assert main(["train", "--resume", str(run.path)]) == 2
    run.send("stop")
    eventually(lambda: run.observe().state == "stopped")


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("mode", "kill", "code"), [("", "SIGINT", 130), ("", "SIGTERM", 130), ("deaf", "SIGINT", 130)])
def test_ctrl_c_stops_cleanly_and_a_second_one_at_once(data, tmp_path, trainer, mode, kill, code):
    trainer(mode)
    # The stand-in shadows the real package, so the command itself must not see it.
    inner = {name: os.environ.pop(name) for name in ("PYTHONPATH", "FAKE_MODE")}
    starter = f"import os, sys; os.environ.update({inner!r}); from app.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["train", "--preset", "tiny", "--data", str(data), "--runs", str(tmp_path / "runs")]
    with subprocess.Popen(
        [sys.executable, "-P", "-c", starter, *arguments], stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        lines = iter(command.stdout.readline, "")
        assert any(line.startswith("running") for line in lines)
        (run,) = list_runs(tmp_path / "runs")
        status = run.status()
        assert status is not None
        command.send_signal(getattr(signal, kill))
        assert any("stopping after this step" in line for line in lines)
        if mode == "deaf":
            command.send_signal(getattr(signal, kill))
        rest = "".join(lines)
    assert command.returncode == code, rest
    eventually(lambda: status.process.alive() is False)
    if mode == "":
        assert run.observe().state == "stopped"


def test_a_line_with_gaps():
    assert progress_line({}, None).strip() == "? kimg"
    assert "G" not in progress_line({"Progress/kimg": 1, "Loss/G/loss": None}, None)
