"""Settings come back as they were; broken ones are ignored, loudly."""

import json
import logging
from dataclasses import asdict
from pathlib import Path

import pytest

from app.settings import Look, Settings, load_settings, save_settings
from widgets.curve_lines import LineSetup
from widgets.train_view import TrainForm
from widgets.view_setup import ViewSetup

DEFAULT = TrainForm(runs_dir="/somewhere/runs")
CHANGES = (("loop.batch", 8), ("optimizer.r1_gamma", 0.5), ("data.mirror", True), ("ema.ramp_up", None), ("x", "abc"))
FILLED = TrainForm("tiny", "own", "/data/a.zip", "/else/runs", "ümlaut", CHANGES)


def test_round_trip(tmp_path: Path):
    filled = Settings(
        FILLED,
        Look("light", 1.5),
        ("/a", "/b"),
        ask_before_exit=False,
        run="/r",
        curves=LineSetup("hours", 0.9, log=True),
        viewing=ViewSetup(box=True, cameras=True, cube=False, turn_seconds=40.0),
    )
    save_settings(tmp_path / "new" / "folder", filled)
    assert load_settings(tmp_path / "new" / "folder", DEFAULT) == filled


def test_looks_that_there_are_not_are_default(tmp_path: Path):
    odd = {"look": {"theme": "pink", "scale": 7}, "curves": {"axis": "miles", "smoothing": 2, "log": "yes"}}
    odd["viewing"] = {"box": 1, "cube": "no", "turn_seconds": 0}
    (tmp_path / "settings.json").write_text(json.dumps({"version": 1, "form": {}, **odd}))
    assert load_settings(tmp_path, DEFAULT) == Settings(DEFAULT)


def test_absent_is_default(tmp_path: Path, caplog):
    assert load_settings(tmp_path, DEFAULT) == Settings(DEFAULT)
    assert not caplog.records


def test_empty_values_are_default(tmp_path: Path):
    save_settings(tmp_path, Settings(TrainForm(preset="tiny", runs_dir="")))
    assert load_settings(tmp_path, DEFAULT).form.runs_dir == "/somewhere/runs"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 1, "form": 3}',
        '{"version": 1, "form": {"unknown": "x"}}',
        '{"version": 1, "form": {"changes": 3}}',
        "\x00",
    ],
)
def test_broken_is_default_and_told(tmp_path: Path, text: str, caplog):
    (tmp_path / "settings.json").write_text(text)
    with caplog.at_level(logging.WARNING, "app"):
        assert load_settings(tmp_path, DEFAULT) == Settings(DEFAULT)
    assert "settings.json" in caplog.text


def test_changes_that_are_no_settings_are_left_out(tmp_path: Path):
    changes = [["a", 1], [2, 3], ["b", [4]], ["c", {"d": 5}], ["e", None]]
    content = {"version": 1, "form": {"changes": changes}}
    (tmp_path / "settings.json").write_text(json.dumps(content))
    assert load_settings(tmp_path, DEFAULT).form.changes == (("a", 1), ("e", None))


@pytest.mark.parametrize("change", [{"choice": "both"}, {"version": 2}])
def test_other_values_are_default(tmp_path: Path, change: dict):
    content = {"version": 1, "form": asdict(FILLED)}
    content["version"] = change.get("version", 1)
    content["form"] |= {name: value for name, value in change.items() if name != "version"}
    (tmp_path / "settings.json").write_text(json.dumps(content))
    assert load_settings(tmp_path, DEFAULT) == Settings(DEFAULT)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, caplog):
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING, "app"):
        save_settings(tmp_path / "file", Settings(FILLED))
    assert "cannot be kept" in caplog.text
