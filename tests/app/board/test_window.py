"""The board's window on a display of its own: its items, and real clicks."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.app.board.runs import own_run, stylegan_run
from tests.app.board.screen import Hand, Until, frames, needs_screen, on_board
from training.commands import pending_commands
from training.run_dir import RunDirectory
from training.status import RunStatus

pytestmark = [pytest.mark.ui, needs_screen]


def some_runs(folder: Path) -> Path:
    own_run(folder, "alpha")
    own_run(folder, "beta", offset=1.0, optimizer__r1_gamma=0.5)
    own_run(folder, "gamma", loop__seed=5)
    stylegan_run(folder / "runs" / "theirs")
    return folder / "runs"


def names(hand: Hand) -> list[str]:
    import dearpygui.dearpygui as dpg

    from app.board_window import tags

    rows = dpg.get_item_children(tags.TABLE, 1)
    return [dpg.get_item_label(tags.row(index, "name")) for index in range(len(rows))]


def use_the_table(hand: Hand) -> Iterator[Until]:
    import dearpygui.dearpygui as dpg

    from app.board_window import tags

    told = hand.told
    yield lambda: hand.board.complete
    told["all"] = names(hand)
    yield from hand.click(tags.FILTER)
    yield from hand.type(tags.FILTER, "shapes|toy (")  # words: no row holds a bracket
    told["none"] = names(hand)
    yield from hand.click(tags.REGEX, across=0.05)
    told["bad regex"] = dpg.get_value(tags.FILTER_NOTE), names(hand)
    yield from hand.click(tags.FILTER, across=0.95)
    yield from hand.type(tags.FILTER, "^00001|-beta")
    told["regex"] = names(hand)
    yield from hand.click(tags.row(0, "shown"))
    told["shown"] = [run.name for run in hand.board.state.shown]
    yield from hand.click(tags.row(1, "name"), across=0.2)
    told["pointed"] = dpg.get_value(tags.POINTED_NAME), dpg.get_value(tags.row(1, "name"))
    yield from hand.click(tags.COLUMNS_BUTTON)
    yield from hand.click("column state", across=0.1)
    told["columns"] = [column.key for column in hand.board.state.table.columns]
    yield from hand.capture("table.png")


def test_table_is_filtered_pointed_at_and_hidden_by_clicks(tmp_path: Path):
    told = on_board(some_runs(tmp_path), tmp_path, use_the_table)
    assert told["all"] == ["00001-alpha", "00002-beta", "00003-gamma", "theirs"]
    assert told["none"] == []
    problem, listed = told["bad regex"]
    assert problem.startswith("no regular expression")
    assert len(listed) == 4
    assert told["regex"] == ["00001-alpha", "00002-beta"]
    assert told["shown"] == ["00002-beta"]
    assert told["pointed"] == ("00002-beta", True)
    assert "state" not in told["columns"]
    assert "gamma" in told["columns"]
    pixels = np.asarray(Image.open(tmp_path / "table.png").convert("RGB"))
    assert len(np.unique(pixels.astype(np.uint32) @ (65536, 256, 1))) > 100  # colours: something was drawn
    settings = json.loads((tmp_path / "settings" / "board.json").read_text())
    assert [Path(path).name for path in settings["hidden"]] == ["00001-alpha"]
    assert "state" not in settings["columns"]


def use_the_plots(hand: Hand) -> Iterator[Until]:
    import dearpygui.dearpygui as dpg

    from app.board_window import tags

    board, told = hand.board, hand.told
    yield lambda: board.complete
    plots = [item for item in dpg.get_all_items() if dpg.get_item_type(item) == "mvAppItemType::mvPlot"]
    told["titles"] = [dpg.get_item_label(plot) for plot in plots if dpg.is_item_visible(plot)]
    plot = next(plot for plot in plots if dpg.is_item_visible(plot))
    axes = [dpg.get_item_children(each, 1)[0] for each in plots if dpg.is_item_visible(each)]
    whole = dpg.get_axis_limits(axes[0])
    hand.move(plot, 0.6, 0.5)
    yield lambda: board.curves._grid.place is not None
    yield frames(3)
    told["crosshair"] = board.curves._grid.place, dpg.get_value(board.curves._values._head)
    hand.press(4)  # the wheel: both plots show the same smaller part
    yield lambda: dpg.get_axis_limits(axes[0]) != whole
    yield frames(3)
    told["zoomed"] = whole, [dpg.get_axis_limits(axis) for axis in axes]
    yield from hand.click(tags.FIT)
    yield lambda: board.complete
    told["fitted"] = dpg.get_axis_limits(axes[0])
    yield from hand.click(tags.GROUPED, across=0.1)
    yield lambda: board.complete
    told["grouped"] = [curve.label for curve in board.curves._specs[0].curves]
    yield from hand.click(tags.SCALARS_BUTTON)
    yield from hand.click("scalar Resources/cpu_mem_gb", across=0.05)
    hand.key("Escape")
    yield frames(3)
    told["scalars"] = [spec.title for spec in board.curves._specs]
    for tab in board.tabs:
        yield from hand.click(tab)
        told[tab] = board.tab
        yield frames(4)


def test_plots_share_their_axis_and_crosshair_and_all_tabs_draw(tmp_path: Path):
    runs = some_runs(tmp_path)
    told = on_board(runs, tmp_path, use_the_plots)
    assert told["titles"] == ["Losses, generator", "Losses, discriminator"]
    place, words = told["crosshair"]
    assert words.startswith(f"At {place:.5g} kimg")
    whole, (first, second) = told["zoomed"]
    assert first == pytest.approx(second)
    assert first[1] - first[0] < 0.99 * (whole[1] - whole[0])
    assert told["fitted"] == pytest.approx(whole)
    assert told["grouped"] == ["00001-alpha and 1 more", "00002-beta", "theirs"]
    assert told["scalars"] == ["Losses, generator", "Losses, discriminator", "Resources/cpu_mem_gb"]
    assert all(told[tab] == tab for tab in told if tab.endswith(" tab")), told


def export_and_control(hand: Hand) -> Iterator[Until]:
    import dearpygui.dearpygui as dpg

    from app.board_window import tags

    yield lambda: hand.board.complete
    dpg.set_value(tags.EXPORT_FOLDER, str(hand.folder / "out"))
    for suffix in (".csv", ".tex", ".svg"):
        dpg.set_value(tags.MESSAGE, "")
        yield from hand.click(tags.EXPORT_BUTTON)
        yield from hand.click(tags.export(suffix))
        yield lambda: dpg.get_value(tags.MESSAGE) != ""
        hand.told[suffix] = dpg.get_value(tags.MESSAGE)
    index = names(hand).index("00003-gamma")
    yield from hand.click(tags.row(index, "name"), across=0.2)
    hand.told["offered"] = dpg.is_item_enabled(tags.PAUSE), dpg.is_item_enabled(tags.STOP)
    dpg.set_value(tags.MESSAGE, "")
    yield from hand.click(tags.PAUSE)
    yield lambda: dpg.get_value(tags.MESSAGE) != ""
    hand.told["message"] = dpg.get_value(tags.MESSAGE)
    index = names(hand).index("00001-alpha")
    yield from hand.click(tags.row(index, "name"), across=0.2)
    hand.told["ended"] = dpg.is_item_enabled(tags.PAUSE), dpg.is_item_enabled(tags.STUDIO)


def test_files_are_written_and_a_living_run_is_paused(tmp_path: Path):
    runs = some_runs(tmp_path)
    living = RunDirectory(runs / "00003-gamma")
    status = living.status()
    assert status is not None
    _pretend_to_train(living, status)
    told = on_board(runs, tmp_path, export_and_control)
    assert all(told[suffix].startswith("Saved") for suffix in (".csv", ".tex", ".svg")), told
    table = next((tmp_path / "out").glob("board-runs-*.csv")).read_text()
    assert "00002-beta" in table
    assert "theirs" in table
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert told["offered"] == (True, True)
    assert told["message"] == "00003-gamma was told to pause"
    assert [command.command for command in pending_commands(living.commands_path, 2)] == ["pause"]
    assert told["ended"] == (False, True)


def _pretend_to_train(run: RunDirectory, status: RunStatus) -> None:
    """This process plays the trainer."""
    process = psutil.Process()
    values = {"state": "running", "pid": process.pid, "pid_created": process.create_time(), "host": platform.node()}
    run.write_status(status.model_copy(update={**values, "heartbeat": time.time()}))


@pytest.mark.parametrize("display", ["", ":4711"])
def test_without_a_display_the_command_says_so(tmp_path: Path, display: str):
    environment = {**os.environ, "DISPLAY": display}
    run = [sys.executable, "-P", "-m", "app", "board", str(tmp_path)]
    ended = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert ("no display" if not display else "the display :4711 does not answer") in ended.stderr


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    run = [sys.executable, "-P", "-m", "app", "board", str(tmp_path / "absent")]
    ended = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert "absent is no folder" in ended.stderr
