"""The time machine: steps, jumps and the passing of time, without a window."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.run_watch import WatchedRun
from app.timeline.time_machine import Moment, TimeMachine
from core.scene import Source
from training.liveness import RunView
from widgets.runs_view import RunItem
from widgets.time_view import GoTo, SetTime, Snapshot, TimeSetup, words

RUN = Source("run", "/runs/00001-a")
SHOWN, WAITING = Moment("shown", kimg=7.5), Moment()
NAMES = ["000001.safetensors", "000002.safetensors", "000003.safetensors", "000004.safetensors"]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def snapshots(*numbers: int) -> tuple[Snapshot, ...]:
    return tuple(Snapshot(NAMES[number - 1], float(number), 1.8e9 + number) for number in numbers)


def watched(*numbers: int, state: str = "stopped", path: str = RUN.path) -> WatchedRun:
    item = RunItem(Path(path), RunView(state, None, 1, 0.0, ""))
    return WatchedRun(item, snapshots=snapshots(*numbers))


class Film:
    """A time machine, and what a stage keeps for it."""

    def __init__(self, run: WatchedRun):
        self.clock = Clock()
        self.time = TimeMachine(self.clock)
        self.source, self.run = RUN, run
        self.look(SHOWN)

    def look(self, moment: Moment, seconds: float = 0.0) -> int:
        """A frame after some time.  Returns the number of the snapshot to be shown, 0 for the newest weights."""
        self.clock.now += seconds
        self.source = self.time.update(self.source, self.run, moment)
        return NAMES.index(self.source.snapshot) + 1 if self.source.snapshot else 0


@pytest.fixture
def film():
    return Film(watched(1, 2, 3))


def test_steps_go_back_from_the_newest_weights_and_forth_to_them(film):
    seen = []
    for by in (-1, -1, -1, -1, 1, 1, 1, 1):
        film.time.step(by)
        seen.append(film.look(SHOWN))
    assert seen == [3, 2, 1, 1, 2, 3, 0, 0]
    assert film.time.homesick, "the newest weights are to be followed"


def test_steps_within_one_frame_add_up(film):
    film.time.step(-1)
    film.time.step(-1)
    assert film.look(SHOWN) == 2


def test_time_runs_at_its_rate_and_waits_for_what_is_not_there(film):
    film.time.handle(SetTime(TimeSetup(rate=2, loop=False)))
    film.time.play(True)
    assert film.look(WAITING) == 1
    assert film.look(WAITING, 60) == 1, "it is not on the screen yet"
    assert film.look(SHOWN) == 1
    assert film.look(SHOWN, 0.4) == 1
    assert film.look(SHOWN, 0.2) == 2
    assert film.look(SHOWN) == 2
    assert film.look(SHOWN, 0.6) == 3
    film.look(SHOWN)
    assert film.look(SHOWN, 5) == 3
    assert not film.time.playing, "the end"


def test_time_begins_anew_at_the_end_if_it_is_to(film):
    film.time.handle(SetTime(TimeSetup(rate=1, loop=True)))
    film.time.play(True)
    seen = [film.look(SHOWN, seconds) for seconds in (0, 0, 1.1, 0, 1.1, 0, 1.1)]
    assert seen == [1, 1, 2, 2, 3, 3, 1]
    film.time.step(1)
    assert not film.time.playing, "a hand on the slider stops it"


def test_new_snapshots_do_not_move_what_is_held(film):
    film.time.handle(GoTo(NAMES[1]))
    assert film.look(SHOWN) == 2
    film.run = watched(1, 2, 3, 4)
    assert film.look(SHOWN) == 2
    assert (film.time.index, film.time.view.index, len(film.time.view.snapshots)) == (1, 1, 4)


def test_a_snapshot_that_was_removed_is_left_where_it_was(film):
    film.time.handle(GoTo(NAMES[1]))
    film.look(SHOWN)
    film.run = watched(1, 3)
    assert film.look(SHOWN) == 2, "it is on the screen, and stays there"
    view = film.time.view
    assert (view.missing, view.index) == (True, 1)
    assert "gone" in view.trouble
    assert "gone" in words(view)
    film.time.step(1)
    assert film.look(SHOWN) == 3
    film.source = replace(RUN, snapshot=NAMES[1])
    film.look(SHOWN)
    film.time.step(-1)
    assert film.look(SHOWN) == 1


def test_what_is_removed_or_broken_does_not_stop_time(film):
    film.time.handle(SetTime(TimeSetup(rate=1)))
    film.time.play(True)
    assert [film.look(SHOWN, seconds) for seconds in (0, 0, 2)] == [1, 1, 2]
    film.run = watched(1, 3)
    assert film.look(Moment("failed", "it is not there any more")) == 3
    assert film.look(Moment("failed", "cut off")) == 1, "a broken one is passed over at once"
    assert film.time.playing
    film.run = watched(1, 3, 4)
    assert [film.look(SHOWN, seconds) for seconds in (0, 2, 0, 2)] == [1, 4, 4, 1], "and not tried again"
    assert film.time.playing
    film.look(SHOWN)
    film.time.handle(GoTo(NAMES[2]))
    film.look(SHOWN)
    assert film.time.view.trouble == "cut off"
    assert film.look(SHOWN) == 3
    assert film.time.view.trouble == "", "it was mended"


def test_time_stops_where_nothing_can_be_shown(film):
    film.time.play(True)
    for _ in range(10):
        film.look(Moment("failed", "cut off"))
    assert not film.time.playing


def test_neighbours_are_what_may_be_wanted_next(film):
    def ahead() -> list[int]:
        return [NAMES.index(source.snapshot) + 1 for source in film.time.ahead]

    assert ahead() == [3]
    film.time.handle(GoTo(NAMES[1]))
    film.look(SHOWN)
    assert ahead() == [3, 1]
    film.run = watched(1, 2, 3, 4)
    film.time.play(True)
    film.look(SHOWN)
    assert ahead() == [3, 4, 1]
    film.time.handle(SetTime(TimeSetup(loop=False)))
    assert ahead() == [3, 4]
    film.time.go_live()
    film.run = watched(1, 2, 3, state="running")
    film.look(SHOWN)
    assert ahead() == [], "who follows a training does not want it to wait for the past"


def test_another_run_begins_in_its_present(film):
    film.time.play(True)
    film.look(SHOWN)
    film.source = Source("run", "/runs/00002-b")
    assert film.look(SHOWN) == 0
    assert not film.time.playing
    assert film.time.view.loading, "the other run was not looked at yet"
    film.source = Source()
    film.look(SHOWN)
    assert film.time.view is None
    assert not film.time.active


def test_a_saved_place_is_found_again(film):
    film.source = replace(RUN, snapshot="000002.safetensors")
    film.look(WAITING)
    assert words(film.time.view)[:2] == ["2 kimg", "2 of 3"]
    film.time.update(replace(RUN, snapshot="000018.952.safetensors"), film.run, Moment("failed", "it is gone"))
    assert words(film.time.view) == ["18.952 kimg", "gone"]
    assert film.time.index == 3


def test_words_of_the_present(film):
    assert words(film.time.view) == ["newest", "7.5 kimg"]
    film.run = watched(1, state="running")
    film.look(WAITING)
    assert words(film.time.view) == ["live"]
    assert not film.time.play(True)
    assert not film.time.playing, "one snapshot is no film"
