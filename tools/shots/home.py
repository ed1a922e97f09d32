"""A home folder for pictures, so that paths in them are those of anybody: ~/runs, ~/kinds64.zip."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.studio import Studio
from training.run_dir import RunDirectory

# As people see it; the program expands ~ everywhere.
RUNS = "~/runs"
PRESET_FILE = re.compile(r"^preset: \S*?([^/\\\s]+)\.yaml$", re.MULTILINE)
# What a picture needs nothing of: gigabytes, at times.
LEFT_OUT = shutil.ignore_patterns("state", "*.tfevents.*", "live.safetensors")


@dataclass(frozen=True)
class Home:
    """Where a window lives while its pictures are taken.

    Attributes:
        path: The folder.
        run: The run that is shown, as it lies there; None for the demo.
        data: What its data set is called, as a person types it; empty without one.
    """

    path: Path
    run: Path | None
    data: str

    def settle(self, studio: Studio) -> None:
        """Let the form say where runs are, and no path of this machine."""
        studio.train.edit(replace(studio.train.form, runs_dir=RUNS), ())


def linked_run(run: Path, folder: Path) -> Path:
    """A run in another folder, as links to its files; a preset that was given as a file is called as that.

    What is written beside it, as that somebody watches, is not written into the run.
    """
    linked = folder / run.resolve().name
    shutil.copytree(run.resolve(), linked, ignore=LEFT_OUT, copy_function=os.symlink)
    config = linked / "config.yaml"
    text = PRESET_FILE.sub(r"preset: \1", config.read_text(encoding="utf-8"))
    config.unlink()
    config.write_text(text, encoding="utf-8")
    return linked


@contextmanager
def home_of(run: Path | None, patch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Make a home, in which a run lies as links to its files, and leave everything as it was.

    Args:
        run: Folder of a run.
        patch: Sets the variables that say where a home is.
    """
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        path = Path(folder).resolve()
        patch.setenv("HOME", str(path))
        patch.setenv("XDG_CACHE_HOME", str(path / ".cache"))
        (path / "runs").mkdir()
        if run is None:
            yield Home(path, None, "")
            return
        linked = linked_run(run, path / "runs")
        data = Path(RunDirectory(linked).config().data.path)
        if data.is_file():
            (path / data.name).symlink_to(data)
        yield Home(path, linked, f"~/{data.name}" if data.is_file() else "")
