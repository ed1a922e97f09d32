"""Lines of a log come through by level, source and text; broken lines stand below each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.log_filter import FilteredLog, LogFilter, text_test
from widgets.log_rows import LogRows
from widgets.views import LogLine

LINES = (
    LogLine("2026-01-01 10:00:00", "info", "run", "tick 10  G 0.5"),
    LogLine("2026-01-01 10:00:01", "warning", "run", "The disk is nearly full"),
    LogLine("2026-01-01 10:00:02", "error", "studio", "C:/a.png cannot be read"),
    LogLine("2026-01-01 10:00:03", "info", "studio", "Saved /b/c.csv"),
)


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (LogFilter(), [0, 1, 2, 3]),
        (LogFilter(least="warning"), [1, 2]),
        (LogFilter(least="error"), [2]),
        (LogFilter(source="run"), [0, 1]),
        (LogFilter(source="studio", least="error"), [2]),
        (LogFilter(text="DISK"), [1]),
        (LogFilter(text="/TICK \\d+/"), [0]),
        (LogFilter(text="/B/"), [2, 3]),
        (LogFilter(text="/b/c"), [3]),
        (LogFilter(text="/"), [2, 3]),
        (LogFilter(text="//"), [0, 1, 2, 3]),
        (LogFilter(text="(["), []),
    ],
)
def test_filters(wanted: LogFilter, shown: list[int]):
    assert [LINES.index(line) for line in wanted.apply(LINES)] == shown


@given(st.text(max_size=20), st.text(max_size=20))
def test_plain_text_is_found_whatever_it_holds(before: str, text: str):
    if not (len(text) > 1 and text[0] == text[-1] == "/"):
        assert text_test(text)(before + text)
        assert text_test(text.lower())(text.lower())


def test_a_wrong_pattern_says_what_is_wrong_and_leaves_the_lines():
    log = FilteredLog()
    log.update(LINES, LogFilter(text="disk"))
    log.update(LINES, LogFilter(text="/(disk/"))
    assert log.problem == "no pattern: missing ), unterminated subpattern, at character 1"
    assert log.lines == LINES[1:2]
    log.update(LINES, LogFilter())
    assert (log.problem, log.lines) == ("", LINES)


def test_nothing_is_filtered_twice():
    log = FilteredLog()
    log.update(LINES, LogFilter(text="disk"))
    shown = log.lines
    log.update(LINES, LogFilter(text="disk"))
    assert log.lines is shown
    log.update((*LINES, LINES[1]), LogFilter(text="disk"))
    assert len(log.lines) == 2


def test_rows_below_each_other():
    rows, asked = LogRows(), []
    rows.update(LINES, 100.0, 20.0, None)
    np.testing.assert_array_equal(rows.tops, [0, 20, 40, 60, 80])
    assert list(rows.seen(0, 40)) == [0, 1]
    assert list(rows.seen(30, 20)) == [1, 2]
    assert list(rows.seen(1e6, 20)) == []

    def height(text: str) -> float:
        asked.append(text)
        return 20.0 * (1 + len(text) // 15)

    rows.update(LINES, 100.0, 20.0, height)
    np.testing.assert_array_equal(rows.tops, [0, 20, 60, 100, 120])
    longer = (*LINES, LINES[0])
    rows.update(longer, 100.0, 20.0, height)
    assert len(asked) == 4, "known texts are not measured again"
    rows.update(longer, 90.0, 20.0, height)
    assert len(asked) == 8, "in another width they are"


@given(st.lists(st.integers(1, 5), max_size=60), st.floats(0, 4000), st.floats(1, 500))
def test_what_is_seen_is_what_overlaps(heights: list[int], top: float, height: float):
    lines = tuple(LogLine("", "info", "run", str(index)) for index in range(len(heights)))
    rows = LogRows()
    rows.update(lines, 100.0, 20.0, lambda text: 20.0 * heights[int(text)])
    expected = [index for index in range(len(lines)) if rows.tops[index] < top + height and rows.tops[index + 1] > top]
    assert list(rows.seen(top, height)) == expected
