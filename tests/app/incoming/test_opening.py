"""What is dropped on the window is recognised, and what cannot be opened says why and what can."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.incoming.opening import WAY_OUT, recognise
from app.pictures.picture_file import save_picture
from core.scene import Latent, Scene
from tests.app import studio_runs
from tests.training.toy import toy_data


def test_runs_and_what_lies_in_them(tmp_path: Path):
    run = studio_runs.ended_run(tmp_path, ticks=1)
    for path in (run.path, run.config_path, run.status_path, run.path / "snapshots"):
        opened = recognise(str(path))
        assert (opened.kind, opened.path) == ("run", run.path)
    snapshot = run.snapshots()[0].path
    assert recognise(str(snapshot)).kind == "checkpoint"


def test_data(tmp_path: Path):
    data = toy_data(tmp_path / "toy.zip")
    assert recognise(str(data)).kind == "data"
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "dataset.json").write_text("{}")
    for path in (folder, folder / "dataset.json"):
        opened = recognise(str(path))
        assert (opened.kind, opened.path) == ("data", folder)


def test_a_published_network_is_to_be_imported(tmp_path: Path):
    (tmp_path / "network.pkl").touch()
    assert recognise(str(tmp_path / "network.pkl")).kind == "pickle"


def test_a_saved_picture_brings_its_scene(tmp_path: Path):
    scene = Scene(latent=Latent(seed=7))
    save_picture(tmp_path / "view.png", np.zeros((4, 4, 3), np.uint8), scene)
    opened = recognise(str(tmp_path / "view.png"))
    assert (opened.kind, opened.scene) == ("scene", scene)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_a_picture_without_a_scene_is_to_be_inverted(tmp_path: Path, suffix: str):
    path = tmp_path / f"photo{suffix}"
    Image.new("RGB", (20, 20), "red").save(path, format="JPEG" if suffix == ".jpg" else "WEBP")
    assert recognise(str(path)).kind == "picture"
    path.write_bytes(b"torn")
    with pytest.raises(ValueError, match="cannot be read"):
        recognise(str(path))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("network.pt", b"\x80\x04", "pickle"),
        ("torn.zip", b"PK\x03\x04", "not all of it"),
        ("photo.png", b"no picture", "photo.png"),
        ("notes.txt", b"hello", "nothing that the studio knows"),
        ("missing.safetensors", None, "there is no file"),
    ],
)
def test_what_cannot_be_opened_says_why(tmp_path: Path, name: str, content: bytes | None, word: str):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=word) as caught:
        recognise(str(path))
    assert name in str(caught.value)


def test_an_empty_folder_says_what_can_be_opened(tmp_path: Path):
    with pytest.raises(ValueError, match=r"config\.yaml") as caught:
        recognise(str(tmp_path))
    assert WAY_OUT in str(caught.value)
