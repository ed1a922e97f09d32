"""Exports: drawn by a process of its own, one after the other, and given up without a trace."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from app.export.exports import Exports
from app.pictures.film import read_film
from app.pictures.picture_file import read_picture
from app.shell.render_command import render_arguments
from core.scene import Quality, Scene, Source
from tests.app.gl.fields import blob_volume
from widgets.export_view import ExportForm, ExportItem

SMALL = ExportForm(width=40, height=24, smooth=1)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch) -> Scene:
    monkeypatch.setattr("app.export.exports.pictures_dir", lambda: tmp_path / "pictures")
    blob_volume().save(tmp_path / "volume.npz")
    return Scene(Source("checkpoint", str(tmp_path / "volume.npz")), quality=Quality(steps=24))


@pytest.fixture
def exports():
    exports = Exports(lambda: None)
    yield exports
    exports.close()


def ended(exports: Exports, path: Path) -> ExportItem:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        item = next(item for item in exports.items if item.path == path)
        if item.state not in ("waiting", "drawing"):
            return item
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {path}")


def test_a_picture_and_a_film_are_drawn_one_after_the_other(scene, exports):
    film = replace(SMALL, kind="turntable", seconds=0.5, fps=10)
    others = (replace(SMALL, kind="cutout"), replace(SMALL, kind="depth"))
    paths = [exports.start(scene, form) for form in (SMALL, SMALL, film, *others)]
    assert len(set(paths)) == 5, "no export takes the name of another"
    assert [item.path for item in exports.items] == paths[::-1]
    assert [ended(exports, path).state for path in paths] == ["done"] * 5
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert read_picture(paths[0]).size == (40, 24)
    assert read_film(paths[2]).pictures == 5
    assert [Image.open(path).mode for path in paths[3:]] == ["RGBA", "I;16"]
    out = paths[0].with_name("by-hand.png")
    assert main(["render", *render_arguments(scene, SMALL, out)]) == 0
    assert out.read_bytes() == paths[0].read_bytes(), "the command makes the same bytes"


def test_what_fails_says_why_and_the_next_goes_on(scene, exports):
    gone = replace(scene, source=Source("checkpoint", "/nowhere/at-all.safetensors"))
    first, second = exports.start(gone, SMALL), exports.start(scene, SMALL)
    item = ended(exports, first)
    assert item.state == "failed"
    assert "at-all.safetensors" in item.text
    assert "Traceback" not in item.text
    assert ended(exports, second).state == "done"
    assert not first.exists()


def test_an_export_can_be_given_up(scene, exports):
    long = replace(SMALL, kind="turntable", width=256, height=256, seconds=60, fps=60)
    path = exports.start(scene, long)
    waiting = exports.start(scene, SMALL)
    deadline = time.monotonic() + 120
    while exports.items[1].fraction == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert exports.items[1].state == "drawing"
    exports.cancel(1)
    exports.cancel(2)
    assert [ended(exports, each).state for each in (path, waiting)] == ["cancelled"] * 2
    assert not list(path.parent.iterdir())
