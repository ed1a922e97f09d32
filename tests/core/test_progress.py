"""The line of progress: now and then a plain one in files, redrawn on terminals, gone at the end."""

import io
import types

import pytest

from core import progress
from core.progress import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock of which a test sets the seconds."""
    now = types.SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def plain(clock, things: str, detail: str) -> list[str]:
    """What a file has of 100 steps of a second each."""
    stream = io.StringIO()
    with ProgressLine("rendering", stream, things) as line:
        for done in range(101):
            line.update(done, 100, detail)
            clock.seconds += 1
    assert "\r" not in stream.getvalue()
    return stream.getvalue().splitlines()


def test_a_file_gets_a_plain_line_after_ten_seconds_and_then_each_thirty(clock):
    assert plain(clock, "pictures", "mug-004") == [
        "rendering 10 of 100 pictures, mug-004, 2 min left",
        "rendering 40 of 100 pictures, mug-004, 60 s left",
        "rendering 70 of 100 pictures, mug-004, 30 s left",
        "rendering 100 of 100 pictures, mug-004",
    ]
    assert plain(clock, "", "")[:2] == ["rendering 10%, 2 min left", "rendering 40%, 60 s left"]


def test_what_is_quick_writes_nothing_to_a_file(clock):
    stream = io.StringIO()
    with ProgressLine("work", stream) as line:
        for done in range(10):
            line.update(done + 1, 10)
            clock.seconds += 1
    assert stream.getvalue() == ""


def test_who_listens_gets_no_plain_lines(clock, monkeypatch):
    monkeypatch.setenv(progress.PROGRESS_LINES, "1")
    assert all(line.startswith(progress.TOLD) for line in plain(clock, "pictures", ""))


def test_a_terminal_sees_how_far_it_is_and_an_empty_line_at_the_end():
    stream = Terminal()
    with ProgressLine("work", stream) as line:
        line.update(1, 4, "spot")
        line.update(2, 4, "too soon to be drawn")
        line.update(4, 4, "cow")
    drawn = stream.getvalue().split("\r\x1b[K")
    assert "1/4" in drawn[1]
    assert "spot" in drawn[1]
    assert "4/4" in drawn[2]
    assert drawn[-1] == ""
    assert len(drawn) == 4


def test_steps_that_mean_nothing_are_shown_as_a_share():
    stream = Terminal()
    with ProgressLine("comparing", stream, shares=True) as line:
        line.update(250, 1000)
    assert "25%" in stream.getvalue()
    assert "250" not in stream.getvalue()
