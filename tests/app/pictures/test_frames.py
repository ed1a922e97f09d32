"""A folder of pictures is whole or absent, and each picture carries its Scene."""

import numpy as np
import pytest

from app.pictures.frames import save_frames
from app.pictures.picture_file import read_picture
from core.scene import Latent, Scene

GREY = np.full((8, 8, 3), 90, np.uint8)


def test_each_picture_has_its_scene(tmp_path):
    scenes = [Scene(latent=Latent(seed)) for seed in range(3)]
    assert save_frames(tmp_path / "film", [(GREY, scene) for scene in scenes]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["film"]
    read = [read_picture(path).scene for path in sorted((tmp_path / "film").iterdir())]
    assert read == scenes


def test_what_breaks_off_leaves_nothing(tmp_path):
    def broken():
        yield GREY, Scene()
        raise ValueError("the volume is gone")

    with pytest.raises(ValueError, match="gone"):
        save_frames(tmp_path / "film", broken())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "notes.txt").write_text("mine")
    with pytest.raises(OSError, match="already"):
        save_frames(tmp_path / "film", [(GREY, Scene())])
    assert (tmp_path / "film" / "notes.txt").read_text() == "mine"
