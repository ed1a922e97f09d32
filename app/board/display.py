"""Whether a window can be opened here: Dear PyGui itself would end the process without a word."""

from __future__ import annotations

import ctypes
import os
import sys

NO_DISPLAY = (
    "there is no display to open the board on.  On a machine without a screen: `epigraf runs list` shows states, and "
    "with xvfb-run the board opens on a display that nobody sees; over ssh, log in with `ssh -X`."
)
NO_ANSWER = "the display {name} does not answer: is DISPLAY right, and may this user open windows there?"
NO_X = "Dear PyGui needs X (on Wayland: XWayland), and the library libX11 is not here: apt-get install libx11-6"


def check_display() -> None:
    """Raise OSError, with what to do, where no window can be opened."""
    if not sys.platform.startswith("linux"):
        return
    name = os.environ.get("DISPLAY", "")
    if not name:
        raise OSError(NO_DISPLAY)
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError as error:
        raise OSError(NO_X) from error
    x11.XOpenDisplay.restype, x11.XOpenDisplay.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(name.encode())
    if not display:
        raise OSError(NO_ANSWER.format(name=name))
    x11.XCloseDisplay(display)
