"""Folders for large arrays: deleted by their owner, or by the next one when the owner was killed."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from app.workers.scratch import NAME, Scratch, remove_left_over


def test_folders_of_dead_processes_go_and_others_stay(tmp_path: Path):
    created = int(psutil.Process().create_time())
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    gone = tmp_path / f"{NAME.format(pid=int(dead.stdout), created=created)}abc"
    reused = tmp_path / f"{NAME.format(pid=os.getpid(), created=created - 1000)}abc"
    ours = tmp_path / f"{NAME.format(pid=os.getpid(), created=created)}abc"
    foreign = tmp_path / "epigraf-notes"
    for folder in (gone, reused, ours, foreign):
        folder.mkdir()
        (folder / "density.npy").write_bytes(b"1")
    remove_left_over(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([ours, foreign])


def test_a_scratch_folder_keeps_what_is_wanted_and_goes_with_its_owner():
    scratch = Scratch()
    for name in ("a.npy", "b.npy", "c.npy.part"):
        (scratch.path / name).write_bytes(b"1")
    scratch.keep([str(scratch.path / "a.npy")])
    assert sorted(path.name for path in scratch.path.iterdir()) == ["a.npy", "c.npy.part"]
    scratch.close()
    assert not scratch.path.exists()
