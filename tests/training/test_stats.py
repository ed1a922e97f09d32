"""stats.jsonl: torn lines, reading while it grows, cutting back."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.run_errors import RunError
from training.stats import StatsCursor, append_stats, cut_stats, read_stats

ROWS = st.lists(
    st.dictionaries(st.text(min_size=1, max_size=6), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    max_size=8,
)
REUSED_FOLDER = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def numbered(rows: list[dict]) -> list[dict]:
    return [{**row, "Progress/step": step} for step, row in enumerate(rows)]


def fill(path, rows) -> None:
    path.unlink(missing_ok=True)
    for row in rows:
        append_stats(path, row)


@REUSED_FOLDER
@given(rows=ROWS, cut=st.integers(0, 2000))
def test_a_torn_file_gives_its_whole_lines(tmp_path, rows, cut):
    path = tmp_path / "stats.jsonl"
    rows = numbered(rows)
    fill(path, rows)
    content = path.read_bytes() if rows else b""
    torn = content[: min(cut, len(content))]
    path.write_bytes(torn)
    page = read_stats(path)
    assert page.rows == rows[: torn.count(b"\n")]
    # Once the rest has arrived, the reader goes on where it stopped.
    path.write_bytes(content)
    later = read_stats(path, page.cursor)
    assert not later.restarted
    assert page.rows + later.rows == rows


@REUSED_FOLDER
@given(rows=ROWS, reads=st.sets(st.integers(0, 8)))
def test_reading_in_pieces_is_reading_at_once(tmp_path, rows, reads):
    path = tmp_path / "stats.jsonl"
    path.unlink(missing_ok=True)
    rows, seen, cursor = numbered(rows), [], None
    for index, row in enumerate(rows):
        append_stats(path, row)
        if index in reads:
            page = read_stats(path, cursor)
            seen, cursor = seen + page.rows, page.cursor
    page = read_stats(path, cursor)
    assert seen + page.rows == rows
    assert read_stats(path, page.cursor).rows == []


@REUSED_FOLDER
@given(rows=ROWS, read_at=st.integers(0, 8), step=st.integers(-1, 8), more=st.integers(0, 3), torn=st.booleans())
def test_cutting_back(tmp_path, rows, read_at, step, more, torn):
    path = tmp_path / "stats.jsonl"
    rows = numbered(rows)
    fill(path, rows[:read_at])
    before = read_stats(path)
    for row in rows[read_at:]:
        append_stats(path, row)
    if torn and rows:
        with path.open("ab") as file:
            file.write(b'{"Progress/step": 1, "Lo')
    cut_stats(path, step)
    kept = [row for row in rows if row["Progress/step"] <= step]
    assert read_stats(path).rows == kept
    again = [{"Progress/step": step + 1 + index, "again": index} for index in range(more)]
    for row in again:
        append_stats(path, row)
    page = read_stats(path, before.cursor)
    whole = kept + again
    # A reader either goes on without a gap, or is told to start over.
    assert page.rows == whole if page.restarted else before.rows + page.rows == whole


def test_a_torn_line_in_the_middle_costs_only_itself(tmp_path):
    path = tmp_path / "stats.jsonl"
    append_stats(path, {"Progress/step": 0})
    with path.open("ab") as file:
        file.write(b'{"Progress/st')
    append_stats(path, {"Progress/step": 1})
    assert [row["Progress/step"] for row in read_stats(path).rows] == [0, 1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_lines_are_json_for_everybody(tmp_path, value):
    path = tmp_path / "stats.jsonl"
    append_stats(path, {"Loss/G/loss": value, "timestamp": 1.5})

    def refuse(name: str) -> None:
        raise AssertionError(name)

    assert json.loads(path.read_text(), parse_constant=refuse) == {"Loss/G/loss": None, "timestamp": 1.5}


@pytest.mark.parametrize("most", [1, 40, 100, 1000, 10_000])
def test_pages_hold_all_lines_once(tmp_path, most):
    path = tmp_path / "stats.jsonl"
    for step in range(30):
        append_stats(path, {"Progress/step": step, "text": "x" * step})
    with path.open("ab") as file:
        file.write(b'{"torn')
    cursor, rows, pages, more = None, [], 0, True
    while more:
        page = read_stats(path, cursor, most)
        assert not page.restarted
        cursor, more, pages = page.cursor, page.more, pages + 1
        rows += page.rows
    assert [row["Progress/step"] for row in rows] == list(range(30))
    assert pages > 1 or most == 10_000 or most == 1, "a page that holds no line gives way to one that holds all"
    cut_stats(path, 20)
    page = read_stats(path, cursor, 100)
    assert page.restarted
    assert page.rows[0]["Progress/step"] == 0
    assert page.more


def test_absent_is_empty(tmp_path):
    path = tmp_path / "stats.jsonl"
    assert read_stats(path).rows == []
    assert not read_stats(path).restarted
    assert read_stats(path, StatsCursor(10, "x")).restarted
    cut_stats(path, 3)
    assert not path.exists()


def test_a_full_disk_is_said_so_and_leaves_no_torn_line(tmp_path, monkeypatch):
    path = tmp_path / "stats.jsonl"
    append_stats(path, {"Progress/step": 0})

    class Short:
        """A file on a disk with room for three more bytes."""

        def __init__(self, file):
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def __getattr__(self, name):
            return getattr(self._file, name)

        def write(self, content):
            return self._file.write(content[:3])

    opened = type(path).open
    with monkeypatch.context() as patch:
        patch.setattr(type(path), "open", lambda self, *args, **options: Short(opened(self, *args, **options)))
        with pytest.raises(RunError, match="the disk is full"):
            append_stats(path, {"Progress/step": 1})
    append_stats(path, {"Progress/step": 2})
    assert [row["Progress/step"] for row in read_stats(path).rows] == [0, 2]
    assert path.read_bytes().count(b"\n") == 2
