"""The end of a log, read as it grows."""

from pathlib import Path

import pytest

from app.messages import Messages
from app.runs.log_tail import MOST_LINES, LogTail, parse_line


@pytest.mark.parametrize(
    ("text", "level", "rest"),
    [
        ("2026-11-21 09:56:00 INFO tick 47  4.7 kimg", "info", "tick 47  4.7 kimg"),
        ("2026-11-21T09:56:00.123 WARNING slow", "warning", "slow"),
        ("2026-11-21 09:56:00,123 ERROR failed", "error", "failed"),
        ("2026-11-21 09:56:00 no level", "info", "no level"),
        ("Traceback (most recent call last):", "error", "Traceback (most recent call last):"),
        ("ValueError: bad", "error", "ValueError: bad"),
        ("module.py:3: UserWarning: careful", "warning", "module.py:3: UserWarning: careful"),
        ("no errors at all", "info", "no errors at all"),
    ],
)
def test_levels(text: str, level: str, rest: str):
    line = parse_line(text, "run")
    assert (line.level, line.text, line.source) == (level, rest, "run")


def test_times():
    assert parse_line("2026-11-21 09:56:00 INFO a", "run").clock == "09:56:00"
    assert parse_line("plain", "run", "2026-11-21 09:56:00").clock == "09:56:00"
    assert parse_line("plain", "run").clock == ""


def test_grows(tmp_path: Path):
    path = tmp_path / "log.txt"
    tail = LogTail(path, "run")
    assert not tail.read()
    path.write_bytes(b"one\ntw")
    assert tail.read()
    assert [line.text for line in tail.lines] == ["one"]
    assert not tail.read()
    with path.open("ab") as file:
        file.write(b"o\r\nthree\n\xff\n")
    assert tail.read()
    assert [line.text for line in tail.lines] == ["one", "two", "three", "\ufffd"]
    path.write_bytes(b"new\n")
    assert tail.read()
    assert [line.text for line in tail.lines] == ["new"]


def test_keeps_the_end_of_a_long_log(tmp_path: Path):
    path = tmp_path / "log.txt"
    path.write_text("".join(f"{index:060d}\n" for index in range(30_000)))
    tail = LogTail(path, "run")
    tail.read()
    assert len(tail.lines) == MOST_LINES
    assert tail.lines[-1].text == f"{29_999:060d}"


def test_messages_of_the_studio(caplog):
    import logging

    woken = []
    messages = Messages(lambda: woken.append(1))
    with messages.listening():
        logging.getLogger("app.somewhere").info("hello")
        logging.getLogger("training").error("bad %s", "luck")
        logging.getLogger("other").error("not ours")
    logging.getLogger("app").error("too late")
    assert [(line.level, line.text) for line in messages.lines] == [("info", "hello"), ("error", "bad luck")]
    assert len(woken) == 2
