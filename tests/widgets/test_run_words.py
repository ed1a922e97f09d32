"""Times and states in words."""

from pathlib import Path
from typing import get_args

import pytest

from training.liveness import RunState, RunView
from widgets.run_words import STATE_ORDER, STATE_TONES, age, ago, date, progress_line
from widgets.runs_view import RunItem


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "now"), (42, "42 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86_399, "23 h"), (90_000, "1 day"),
     (400_000, "4 days")],
)  # fmt: skip
def test_ages(seconds: float, words: str):
    assert age(seconds) == words


def test_moments():
    assert ago(1000, 1003) == "just now"
    assert ago(1000, 1200) == "3 min ago"
    assert ago(1200, 1000) == "just now"
    assert ago(0, 1000) == date(0) == ""
    assert len(date(1_800_000_000)) == 16


def test_every_state_has_a_colour_and_a_place():
    states = {state for part in get_args(RunState) for state in (get_args(part) or (part,))}
    assert set(STATE_TONES) == set(STATE_ORDER) == states


def test_names_and_numbers():
    view = RunView("new", None, 0, 0.0, "")
    item = RunItem(Path("/runs/00012-shapes-tiny"), view)
    assert (item.number, item.label, item.progress) == (12, "shapes-tiny", 0)
    assert progress_line(item) == "not started yet"
    renamed = RunItem(Path("/runs/mine"), view)
    assert (renamed.number, renamed.label) == (0, "mine")
