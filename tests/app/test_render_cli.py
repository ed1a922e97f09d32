import math
import re

import numpy as np
import pytest
from PIL import Image

from app.cli import main
from app.picture_file import read_scene, save_picture
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig
from core.scene import Scene, Source
from tests.app.gl.fields import blob_volume


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    path = tmp_path_factory.mktemp("render") / "blobs.npz"
    blob_volume().save(path)
    return path


def test_a_picture_of_a_volume_carries_its_scene(volume, tmp_path):
    out = tmp_path / "new folder" / "picture.png"
    assert main(["render", str(volume), "--yaw", "60", "--pitch", "70", "--size", "80x60", "--out", str(out)]) == 0
    with Image.open(out) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (60, 80, 3)
    assert (pixels[0, 0] == 255).all()
    assert (pixels < 100).any()
    scene = read_scene(out)
    assert scene.source == Source("checkpoint", str(volume))
    assert (scene.camera.yaw, scene.camera.fov) == (pytest.approx(math.radians(60)), 30)
    assert [path.name for path in out.parent.iterdir()] == ["picture.png"]


def test_a_turntable_is_a_strip_that_begins_with_the_picture(volume, tmp_path):
    one, strip = tmp_path / "one.png", tmp_path / "strip.png"
    assert main(["render", str(volume), "--size", "48", "--out", str(one)]) == 0
    assert main(["render", str(volume), "--size", "48", "--turntable", "4", "--out", str(strip)]) == 0
    pixels = np.asarray(Image.open(strip))
    assert pixels.shape == (48, 192, 3)
    assert (pixels[:, :48] == np.asarray(Image.open(one))).all()
    red = [(view[..., 0] > 150) & (view[..., 1:].max(axis=-1) < 100) for view in np.split(pixels, 4, axis=1)]
    columns = [np.nonzero(mask)[1].mean() for mask in (red[0], red[2])]
    assert columns[0] > 24 > columns[1]  # from the back, +x lies at the left


def test_a_sample_of_a_checkpoint(tmp_path):
    checkpoint, out = tmp_path / "tiny.safetensors", tmp_path / "picture.png"
    config = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16)
    save_checkpoint(checkpoint, EpigrafGenerator(config).eval(), None, {})
    small = ["--voxels", "32", "--size", "32", "--backdrop", "black"]
    assert main(["render", str(checkpoint), "--seed", "5", *small, "--out", str(out)]) == 0
    scene = read_scene(out)
    assert (scene.latent.seed, scene.quality.volume, scene.quality.backdrop) == (5, 32, "black")
    assert scene.camera.radius == config.render.radius


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.npz", "--out", "a.png"], "there is no file .*nowhere.npz"),
        (["nowhere.npz", "--out", "a.jpg"], "ends in .png"),
        (["nowhere.npz", "--steps", "2", "--out", "a.png"], "quality.steps"),
        (["nowhere.npz", "--psi", "7", "--out", "a.png"], "latent.psi"),
        (["nowhere.npz", "--turntable", "0", "--out", "a.png"], "at least one view"),
    ],
)
def test_mistakes_are_explained(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["render", *arguments]) == 2
    assert not list(tmp_path.iterdir())
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert re.search(message, error)


def test_a_wrong_size_is_a_usage_error(capsys):
    with pytest.raises(SystemExit):
        main(["render", "--size", "0", "--out", "a.png"])
    assert "512 or 640x480" in capsys.readouterr().err


def test_a_foreign_picture_carries_no_scene(tmp_path):
    foreign = tmp_path / "foreign.png"
    Image.new("RGB", (4, 4)).save(foreign)
    with pytest.raises(ValueError, match="carries no Scene"):
        read_scene(foreign)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"text\.png cannot be read"):
        read_scene(tmp_path / "text.png")
    save_picture(tmp_path / "own.png", np.zeros((2, 3, 4), np.uint8), Scene())
    assert read_scene(tmp_path / "own.png") == Scene()
