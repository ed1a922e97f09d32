"""Pictures of the board's window, on a display of Xvfb that nobody sees."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tests.app.board.screen import Hand, Until, frames, on_board
from tools.shots.home import linked_run

# And how much of the window's height is kept, pixels: below a short table there is nothing.
HEIGHTS = {"board": 800, "board-samples": 800, "board-table2": 550}
NAMES = tuple(HEIGHTS)
# A tab has come to rest after so many frames; its samples come from files.
SETTLED, WITH_FILES = 10, 60


def photograph(hand: Hand) -> Iterator[Until]:
    """The curves, the samples, and Table 2 of all runs, the second of which is pointed at."""
    import dearpygui.dearpygui as dpg

    from app.board_window import tags

    board = hand.board
    yield lambda: board.complete
    board.state.point(board.state.runs[min(1, len(board.state.runs) - 1)].path)
    for name, tab, count in zip(
        NAMES, (tags.CURVES, tags.SAMPLES, tags.ABLATION), (SETTLED, WITH_FILES, SETTLED), strict=True
    ):
        # Rows of samples are high: of every second run, so that none is cut off.
        board.state.show(board.state.runs[1::2], tab != tags.SAMPLES)
        dpg.set_value(tags.TABS, tab)
        yield frames(count)
        yield lambda: board.complete
        yield frames(SETTLED)
        yield from hand.capture(f"{name}.png")


def take_board(runs: Path, out: Path) -> None:
    """Take the pictures.

    Args:
        runs: Folder of several runs with samples.
        out: Folder of the pictures.

    Raises:
        OSError: There is no Xvfb.
    """
    if shutil.which("Xvfb") is None:
        raise OSError("the board's pictures need a display without a screen: apt-get install xvfb")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for config in sorted(runs.resolve().glob("*/config.yaml")):
            linked_run(config.parent, home / "runs")
        on_board(home / "runs", home, photograph)
        for name, height in HEIGHTS.items():
            with Image.open(home / f"{name}.png") as image:
                image.convert("RGB").crop((0, 0, image.width, height)).save(out / f"{name}.png", optimize=True)
            print(out / f"{name}.png", flush=True)
