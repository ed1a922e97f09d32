"""The board opened by the Studio, and the Studio by the board: processes of their own, whose refusals come back."""

import logging
import time
from pathlib import Path

import pytest

from app.board.control import Control, start_window
from app.board.opening import BoardOpening
from widgets.notes import Problem


def test_without_a_display_the_studio_is_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("DISPLAY", "")
    monkeypatch.setattr("app.board.control.PATIENCE_S", 60.0)
    opening = BoardOpening(lambda: None)
    with caplog.at_level(logging.ERROR):
        opening.open(tmp_path / "runs to come")
        opening.close()
    assert "there is no display to open the board on" in caplog.text
    assert "epigraf:" not in caplog.text


def test_a_window_that_stays_open_is_no_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.board.control.PATIENCE_S", 0.0)
    start_window("--version")


def test_what_went_wrong_comes_back_as_a_value(tmp_path: Path):
    control = Control(lambda: None)
    control.send(tmp_path, "pause")
    end = time.monotonic() + 20
    found: tuple[object, ...] = ()
    while not found and time.monotonic() < end:
        found = control.take()
        time.sleep(0.01)
    control.close()
    assert isinstance(found[0], Problem)
    assert "no trainer runs" in found[0].message
