"""A private folder for arrays that are too large for a pipe; it goes with the program that made it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

import psutil

from training.processes import process_alive

# A folder says whose it is: the process and when it was created, Unix seconds.
NAME = "epigraf-{pid}-{created}-"
OWNED = re.compile(r"epigraf-(\d+)-(\d+)-\w+")


class Scratch:
    """A temporary folder that only this person can read; workers write into it, and its owner tidies up."""

    def __init__(self) -> None:
        prefix = NAME.format(pid=os.getpid(), created=int(psutil.Process().create_time()))
        self._folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        # Such a folder may hold gigabytes: nobody waits until it is gone.
        threading.Thread(target=remove_left_over, args=(self.path.parent,), name="tidy up", daemon=True).start()

    def keep(self, paths: Iterable[str]) -> None:
        """Delete all files but these: what is shown, and what was shown last.  What is still open goes later."""
        kept = {Path(path).name for path in paths}
        for file in self.path.iterdir():
            if file.name not in kept and ".part" not in file.suffixes:
                try:
                    file.unlink(missing_ok=True)
                except PermissionError:
                    continue  # Windows keeps what is mapped; the next call finds it again

    def close(self) -> None:
        """Delete the folder and all in it."""
        self._folder.cleanup()


def remove_left_over(folder: Path) -> None:
    """Delete the folders of processes that were killed before they could do it themselves."""
    for path in folder.glob("epigraf-*"):
        owner = OWNED.fullmatch(path.name)
        if owner is not None and path.is_dir() and not process_alive(int(owner[1]), float(owner[2])):
            shutil.rmtree(path, ignore_errors=True)  # other people's cannot be deleted, and need not
