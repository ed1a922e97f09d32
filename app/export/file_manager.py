"""Folders shown in the system's own file manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Openers return at once; one that fails does so within this time, seconds.
PATIENCE_S = 5.0


def opener() -> str | None:
    """The program that opens folders here; None if there is none."""
    if sys.platform == "win32":
        return "explorer"
    return shutil.which("open" if sys.platform == "darwin" else "xdg-open")


def reveal(folder: Path) -> None:
    """Open a folder.  Raises OSError that names it, so that it can be found by hand."""
    if not folder.is_dir():
        raise OSError(f"{folder} is not there: was it moved or deleted?")
    program = opener()
    if program is None:
        raise OSError(f"there is no file manager on this machine; the folder is {folder}")
    if sys.platform == "win32":
        os.startfile(folder)
        return
    process = subprocess.Popen([program, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        code = process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        return  # it shows the folder itself
    if code:
        raise OSError(f"the file manager could not be opened ({Path(program).name} ended with {code}): see {folder}")
