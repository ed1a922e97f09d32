"""The Gallery lists what lies in the folder, the last one first; small pictures of whatever was saved."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from app.export.gallery import files_in
from app.export.thumbnails import SIDE, read_thumbnail
from app.pictures.film import save_film
from app.pictures.picture_file import save_depth, save_picture
from core.scene import Scene
from widgets.gallery import counted, short_name
from widgets.gallery_view import GalleryFile
from widgets.thumbnail import middle_of

RED = np.full((300, 400, 3), (200, 10, 10), np.uint8)


def test_the_last_file_comes_first_and_what_is_being_written_is_left_out(tmp_path: Path, monkeypatch):
    for number, name in enumerate(("b.mp4", "a.png", "c.json", ".a.1234.part.png", "notes.txt")):
        (tmp_path / name).write_bytes(b"x" * number)
        os.utime(tmp_path / name, (number, number))
    for folder in ("folder", "film"):
        (tmp_path / folder).mkdir()
    (tmp_path / "film" / "000000.png").write_bytes(b"12345")
    os.utime(tmp_path / "film" / "000000.png", (9, 9))
    files, hidden = files_in(tmp_path)
    assert [(each.name, each.kind, each.size) for each in files] == [
        ("film", "film", 5), ("notes.txt", "file", 4), ("c.json", "session", 2), ("a.png", "picture", 1),
        ("b.mp4", "film", 0),
    ]  # fmt: skip
    assert hidden == 0
    monkeypatch.setattr("app.export.gallery.MOST_FILES", 4)
    files, hidden = files_in(tmp_path)
    assert ([each.name for each in files], hidden) == (["film", "notes.txt", "c.json", "a.png"], 1)
    assert files_in(tmp_path / "not there") == ((), 0)


def test_how_many_there_are_is_told():
    assert counted(1, 1, 0) == "1 file"
    assert counted(12, 12, 3) == "12 files, 3 older ones in the folder"
    assert counted(2, 12, 0) == "2 of 12"


def test_files_that_the_studio_has_named_show_their_time():
    noon = time.mktime((2026, 11, 5, 12, 30, 0, 0, 0, -1))
    named, dated = (GalleryFile(Path(name), "picture", 1, noon) for name in ("cow.png", "epigraf-20261105-123000.png"))
    assert (short_name(named), short_name(dated)) == ("cow.png", "05 Nov, 12:30")


@pytest.mark.parametrize("name", ["picture.png", "film.mp4", "film.gif"])
def test_pictures_and_films_have_a_small_picture(tmp_path: Path, name: str):
    if name.endswith("png"):
        save_picture(tmp_path / name, RED, Scene())
    else:
        save_film(tmp_path / name, [RED, RED // 4], 10, Scene())
    small = read_thumbnail(tmp_path / name)
    assert small.shape == (SIDE * 3 // 4, SIDE, 4)
    assert np.abs(small.reshape(-1, 4).mean(axis=0) - (200, 10, 10, 255)).max() < 8, "of its first picture"


def test_depths_are_scaled_and_not_cut_off(tmp_path: Path):
    save_depth(tmp_path / "depth.png", np.linspace(0.8, 1.2, 64 * 64, dtype=np.float32).reshape(64, 64), Scene())
    small = read_thumbnail(tmp_path / "depth.png")[..., 0]
    assert (small.min(), small.max()) == (0, 255)
    assert 120 < np.median(small) < 136


def test_what_is_no_picture_says_so(tmp_path: Path):
    for name in ("broken.png", "broken.mp4"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(OSError, match=name):
            read_thumbnail(tmp_path / name)


def test_a_thumbnail_shows_the_middle():
    assert middle_of(200, 100) == ((0.25, 0.0), (0.75, 1.0))
    assert middle_of(100, 400) == ((0.0, 0.375), (1.0, 0.625))
    assert middle_of(64, 64) == ((0.0, 0.0), (1.0, 1.0))
