"""Folders in the system's file manager, where there is one."""

import os
import sys
from pathlib import Path

import pytest

from app.export import file_manager

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a stand-in for xdg-open")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir()
    program = folder / "xdg-open"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin")


def test_the_folder_is_opened(tmp_path: Path, monkeypatch):
    stand_in(tmp_path / "bin", monkeypatch, f'echo "$1" > {tmp_path}/shown')
    file_manager.reveal(tmp_path)
    assert (tmp_path / "shown").read_text().strip() == str(tmp_path)


def test_a_failure_names_the_folder(tmp_path: Path, monkeypatch):
    stand_in(tmp_path / "bin", monkeypatch, "exit 3")
    with pytest.raises(OSError, match=f"ended with 3.*{tmp_path}"):
        file_manager.reveal(tmp_path)
    with pytest.raises(OSError, match="moved or deleted"):
        file_manager.reveal(tmp_path / "absent")


def test_without_a_file_manager(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert file_manager.opener() is None
    with pytest.raises(OSError, match="no file manager"):
        file_manager.reveal(tmp_path)


def test_one_that_stays_is_left_alone(tmp_path: Path, monkeypatch):
    stand_in(tmp_path / "bin", monkeypatch, "sleep 2")
    monkeypatch.setattr(file_manager, "PATIENCE_S", 0.05)
    file_manager.reveal(tmp_path)
