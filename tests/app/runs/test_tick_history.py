"""One moment for all panels about ticks: the newest, or the one that is held, and the arrays that were written then."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.runs.run_watch import WatchedRun
from app.runs.tick_history import TickHistory
from training.liveness import RunView
from widgets.runs_view import RunItem
from widgets.tick_strip import GoToTick, TickView
from widgets.views import CurvesView


def watched(path: Path, ticks: list[float], written: float = 0.0) -> WatchedRun:
    numbers = np.array(ticks)
    columns = {"Progress/tick": numbers, "timestamp": numbers + written}
    return WatchedRun(
        RunItem(path, RunView("stopped", None, 1, 0.0, "")), CurvesView(1, numbers / 10, columns, path.name)
    )


def write(path: Path, tick: int, value: float) -> None:
    (path / "ticks").mkdir(parents=True, exist_ok=True)
    np.savez(path / "ticks" / f"{tick:06d}.npz", scales=np.array([value]))


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def history():
    made = TickHistory(lambda: None)
    yield made
    made.close()


def value(history: TickHistory) -> float | None:
    scales = history.arrays.get("scales")
    return None if scales is None else float(scales[0])


def test_the_newest_tick_unless_one_is_held(tmp_path: Path, history: TickHistory):
    for tick in (1, 2, 3):
        write(tmp_path, tick, tick)
    history.show(watched(tmp_path, [1, 2, np.nan]))
    wait(lambda: value(history) == 2)
    history.go(GoToTick(1))
    wait(lambda: value(history) == 1)
    history.show(watched(tmp_path, [1, 2, 3]))
    assert (history.view.tick, history.view.at_kimg) == (1, 0.1)
    history.go(GoToTick(None))
    wait(lambda: value(history) == 3)


def test_a_tick_that_was_written_again_is_read_again(tmp_path: Path, history: TickHistory):
    write(tmp_path, 1, 5)
    history.show(watched(tmp_path, [1]))
    wait(lambda: value(history) == 5)
    write(tmp_path, 1, 7)
    history.show(watched(tmp_path, [1], written=100.0))
    wait(lambda: value(history) == 7)


def test_a_damaged_file_is_told_and_nothing_is_shown(tmp_path: Path, history: TickHistory):
    write(tmp_path, 1, 5)
    history.show(watched(tmp_path, [1, 2]))
    (tmp_path / "ticks" / "000002.npz").write_bytes(b"PK torn")
    wait(lambda: not history.arrays and "000002.npz: it is torn or damaged" in history.problem)
    history.go(GoToTick(1))
    wait(lambda: value(history) == 5)
    assert not history.problem


def test_another_run_begins_at_its_newest(tmp_path: Path, history: TickHistory):
    for name in "ab":
        write(tmp_path / name, 1, 1)
        write(tmp_path / name, 2, 2)
    history.show(watched(tmp_path / "a", [1, 2]))
    history.go(GoToTick(1))
    history.show(watched(tmp_path / "b", [1, 2]))
    assert history.view.tick == 2
    history.show(None)
    assert history.view.tick is None
    assert not history.arrays


def test_a_held_tick_that_is_gone_gives_way_to_the_one_before():
    view = TickView(np.array([2, 4, 6]), np.array([0.2, 0.4, 0.6]), 5)
    assert view.tick == 4
    assert TickView(view.ticks, view.kimg, 1).tick == 2
    assert TickView(held=3).tick is None
