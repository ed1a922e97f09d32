"""What `make` does about missing system libraries: install as root with apt, else say the one command to run."""

import subprocess
import sys

import pytest

from tools import system_packages

INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch):
    """A function that pretends a Linux system; returns the list of commands that are run on it."""

    def pretend(missing: set[str], root: bool, apt: bool = True) -> list[list[str]]:
        commands: list[list[str]] = []
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(system_packages, "is_missing", lambda library: library in missing)
        monkeypatch.setattr(system_packages.shutil, "which", lambda name: f"/usr/bin/{name}" if apt else None)
        monkeypatch.setattr(system_packages.os, "geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
        return commands

    return pretend


def test_nothing_is_done_when_all_is_there(system, capsys):
    commands = system(missing=set(), root=True)
    assert system_packages.main() == 0
    assert not commands
    assert capsys.readouterr() == ("", "")


def test_what_only_tests_need_is_installed_for_tests_by_root_and_else_said(system, capsys, monkeypatch):
    def which(name: str) -> str | None:
        return None if name in ("Xvfb", "xdotool") else f"/usr/bin/{name}"

    commands = system(missing=set(), root=True)
    monkeypatch.setattr(system_packages.shutil, "which", which)
    assert system_packages.main() == 0
    assert not commands
    assert system_packages.main(["--tests"]) == 0
    assert commands[-1] == [*INSTALL, "xvfb", "xdotool"]
    commands = system(missing=set(), root=False)
    monkeypatch.setattr(system_packages.shutil, "which", which)
    assert system_packages.main(["--tests"]) == 0  # tests are skipped, and say why
    assert not commands
    assert "skipped without xvfb, xdotool" in capsys.readouterr().err


def test_root_installs_what_is_missing_only(system):
    commands = system(missing={"libEGL.so.1", "libGL.so.1"}, root=True)
    assert system_packages.main() == 0
    assert commands == [["apt-get", "update", "-q"], [*INSTALL, "libegl1", "libgl1"]]


def test_others_are_told_the_command(system, capsys):
    commands = system(missing={"libX11.so.6"}, root=False)
    assert system_packages.main() == 1
    assert not commands
    assert " ".join([*INSTALL, "libx11-6"]) in capsys.readouterr().err


def test_without_apt_the_window_may_still_open(system, capsys):
    commands = system(missing={"libX11.so.6"}, root=True, apt=False)
    assert system_packages.main() == 0
    assert not commands
    assert "libx11-6" in capsys.readouterr().err


def test_a_python_without_venv_is_named(system, monkeypatch, capsys):
    system(missing=set(), root=False)
    monkeypatch.setattr(system_packages.importlib.util, "find_spec", lambda name: None)
    assert system_packages.main() == 1
    assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in capsys.readouterr().err


def test_an_old_python_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    assert system_packages.main() == 1
    assert "PYTHON=" in capsys.readouterr().err


def test_libraries_are_looked_for_by_the_loader():
    assert system_packages.is_missing("libnothing-of-this-name.so.1")
