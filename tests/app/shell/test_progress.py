"""The line of progress: silent in files, redrawn on terminals, gone at the end."""

import io

import pytest

from app.shell.progress import ProgressLine, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_written_to_a_file():
    stream = io.StringIO()
    with ProgressLine("work", stream) as line:
        line.update(1, 2)
    assert stream.getvalue() == ""


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


@pytest.mark.parametrize(("seconds", "text"), [(8.2, "8 s"), (125, "2 min 5 s"), (11400, "3 h 10 min")])
def test_durations(seconds, text):
    assert duration(seconds) == text
