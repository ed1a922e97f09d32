"""What is too long for a shell's argument is written to a file that the command names."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.export import saving
from app.export.exports import suffix_of
from app.shell.command_clipboard import LONGEST, SCENE, shortened
from app.shell.render_command import render_arguments
from core.scene import Other, Quality, Scene
from widgets.export_view import ExportForm


@pytest.fixture(autouse=True)
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(saving, "pictures_dir", lambda: tmp_path)
    return tmp_path


def test_plain_words_and_short_sessions_stay_as_they_are(pictures: Path):
    form = ExportForm(kind="turntable", film="gif")
    for scene in (Scene(), Scene(other=Other(quality=Quality(show="depth")))):
        arguments = render_arguments(scene, form, Path(f"epigraf{suffix_of(form)}"))
        assert shortened(arguments) == arguments
        assert arguments[-2:] == ["--out", "epigraf.gif"]
    assert not list(pictures.iterdir())


def test_a_long_session_becomes_a_file(pictures: Path):
    text = replace(Scene(), other=Other(quality=Quality(show="depth"))).to_json() + " " * LONGEST
    words = shortened([SCENE, text, "--size", "64", "--out", "a.png"])
    assert words is not None
    assert words[1:] == ["--size", "64", "--out", "a.png"]
    [file] = pictures.iterdir()
    assert words[0] == str(file)
    assert Scene.from_json(file.read_text()).other == Other(quality=Quality(show="depth"))


def test_where_it_cannot_be_written_nothing_is_copied(pictures: Path, monkeypatch: pytest.MonkeyPatch):
    (pictures / "file").write_text("")
    monkeypatch.setattr(saving, "pictures_dir", lambda: pictures / "file" / "below")
    assert shortened([SCENE, " " * (LONGEST + 1), "--out", "a.png"]) is None
