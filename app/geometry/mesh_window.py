"""Opens a mesh in PyVista's own window, which lives in a process of its own: `epigraf mesh FILE --open`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# What cannot open a window says so within this time, seconds.
PATIENCE_S, LOOK_EVERY_S = 10.0, 0.1
NO_DISPLAY = (
    "There is no display for PyVista's window here: save the mesh, and open it where there is a screen "
    "(epigraf mesh FILE --open)."
)


def has_display() -> bool:
    """Whether windows can be opened, as far as can be told without opening one."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_mesh(path: Path, closing: threading.Event) -> None:
    """Show a mesh in a window of its own, which stays when the studio is closed.

    Args:
        path: Of the mesh.
        closing: Once it is set, nobody waits for news of the window any more.

    Raises:
        OSError: There is no display, or the window ended at once; the message says why.
    """
    if not has_display():
        raise OSError(NO_DISPLAY)
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-P", "-m", "app", "mesh", str(path), "--open"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None:
            if time.monotonic() > until or closing.wait(LOOK_EVERY_S):
                return  # somebody is looking at it
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").split("\n")
            reason = next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {process.returncode}")
            raise OSError(f"PyVista's window ended: {reason.removeprefix('epigraf: ')}")
