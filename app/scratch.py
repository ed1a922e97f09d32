"""A private folder for arrays that are too large for a pipe; it goes with the program that made it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

PREFIX = "epigraf-"


class Scratch:
    """A temporary folder that only this person can read; workers write into it, and its owner tidies up."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)

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
