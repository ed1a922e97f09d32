"""Opens a mesh in PyVista's own window, which lives in a process of its own: `epigraf mesh FILE --open`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# What cannot open a window says so within this time, seconds.
PATIENCE_S = 8.0
NO_DISPLAY = (
    "There is no display for PyVista's window here: save the mesh, and open it where there is a screen "
    "(epigraf mesh FILE --open)."
)


def has_display() -> bool:
    """Whether windows can be opened, as far as can be told without opening one."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_mesh(path: Path) -> None:
    """Show a mesh in a window of its own, which stays when the studio is closed.

    Raises:
        OSError: There is no display, or the window ended at once; the message says why.
    """
    if not has_display():
        raise OSError(NO_DISPLAY)
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-P", "-m", "app", "mesh", str(path), "--open"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        try:
            code = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return  # somebody is looking at it
        if code:
            said.seek(0)
            lines = said.read().decode(errors="replace").split("\n")
            reason = next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {code}")
            raise OSError(f"PyVista's window ended: {reason}")
