"""A display without a screen for the board: Xvfb, real mouse and keys by xdotool, and a script between its frames."""

from __future__ import annotations

import multiprocessing
import os
import queue
import shutil
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from app.board_window.window import Board

PATIENCE_S = 60.0
needs_screen = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None,
    reason="Xvfb and xdotool are not installed: apt-get install xvfb xdotool",
)
Until = Callable[[], Any]
# A script yields what it waits for, and returns what the test wants to know.
Script = Callable[["Hand"], Iterator[Until]]


@contextmanager
def screen() -> Iterator[str]:
    """A display of its own; yields its name."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
        pass_fds=[writing], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


class Hand:
    """Mouse and keyboard of a script; items are found by the board's own names."""

    def __init__(self, board: Board, folder: Path) -> None:
        self.board, self.folder = board, folder
        self.told: dict[str, Any] = {}

    def move(self, tag: str | int, across: float = 0.5, down: float = 0.5) -> None:
        """Put the mouse on a part of an item."""
        import dearpygui.dearpygui as dpg

        (left, top), (width, height) = dpg.get_item_rect_min(tag), dpg.get_item_rect_size(tag)
        x, y = dpg.get_viewport_pos()
        self._do("mousemove", str(round(x + left + across * width)), str(round(y + top + down * height)))

    def press(self, button: int = 1) -> None:
        """Click where the mouse is."""
        self._do("click", str(button))

    def click(self, tag: str | int, across: float = 0.5, down: float = 0.5) -> Iterator[Until]:
        """Click an item, and let the board see each part of it in a frame."""
        self.move(tag, across, down)
        yield frames(2)
        self._do("mousedown", "1")
        yield frames(2)
        self._do("mouseup", "1")
        yield frames(3)

    def type(self, tag: str, text: str) -> Iterator[Until]:
        """Type into a field that has the keyboard, in place of what is there."""
        import dearpygui.dearpygui as dpg

        self._do("key", "ctrl+a")
        yield frames(2)
        self._do("type", "--delay", "4", "--", text)
        yield lambda: dpg.get_value(tag) == text
        yield frames(2)

    def key(self, name: str) -> None:
        """Press a key, as "BackSpace"."""
        self._do("key", name)

    def capture(self, name: str) -> Iterator[Until]:
        """Write what is seen into a file of the test's folder."""
        import dearpygui.dearpygui as dpg

        path = self.folder / name
        dpg.output_frame_buffer(str(path))
        yield path.is_file
        yield frames(3)

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], check=True, timeout=20)


def frames(count: int) -> Until:
    """So many frames have passed."""
    left = [count]

    def passed() -> bool:
        left[0] -= 1
        return left[0] <= 0

    return passed


def on_board(runs: Path, folder: Path, script: Script) -> dict[str, Any]:
    """Open the board over a folder of runs, let a script use it, and close it.

    Args:
        runs: Folder of runs.
        folder: Of the test: for settings and pictures.
        script: A function of a module, since it runs in a process of its own.

    Returns:
        What it has put into `hand.told`.
    """
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    with screen() as display:
        process = context.Process(target=_open, args=(display, runs, folder, script, answers))
        process.start()
        try:
            kind, answer = answers.get(timeout=3 * PATIENCE_S)
        except queue.Empty:
            kind, answer = "error", f"the board said nothing, and ended with {process.exitcode}"
        finally:
            process.join(20)
            process.kill()
    assert kind == "told", answer
    return answer


def _open(display: str, runs: Path, folder: Path, script: Script, answers: Any) -> None:
    os.environ["DISPLAY"] = display
    from app.board_window.window import run_board

    hand: list[Hand] = []

    def start(board: Board) -> Callable[[], None]:
        hand.append(Hand(board, folder))
        return _stepper(script(hand[0]))

    try:
        run_board(runs, folder / "settings", start)
    except BaseException:  # noqa: BLE001 - whatever it was, the test shall show it
        answers.put(("error", f"{traceback.format_exc()}\nso far: {hand[0].told if hand else None}"))
    else:
        answers.put(("told", hand[0].told))


def _stepper(steps: Iterator[Until]) -> Callable[[], None]:
    """Goes on with a script when what it waits for has come."""
    import dearpygui.dearpygui as dpg

    waits: list[Any] = [lambda: True, time.monotonic()]

    def after_frame() -> None:
        until, since = waits
        if not until():
            if time.monotonic() - since > PATIENCE_S:
                raise AssertionError(f"waited in vain in {steps}")
            return
        try:
            waits[:] = [next(steps), time.monotonic()]
        except StopIteration:
            dpg.stop_dearpygui()
            waits[:] = [lambda: False, time.monotonic()]

    return after_frame
