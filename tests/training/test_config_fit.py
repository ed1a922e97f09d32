"""A preset meets a data set."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from training.config import ConfigError
from training.config_files import with_values
from training.config_fit import data_advice, fitted, with_data_set
from training.data_format import StudioBlock
from training.data_set import DataSetInfo
from training.data_writer import writing
from training.presets import load_preset

INFO = DataSetInfo(path=Path("shapes.zip"), name="shapes", count=10, resolution=128, fov=25.0, radius=1.5, near=1.2,
                   far=1.8, cube_scale=0.5, scale=0.25, background="white", protocol="objects", has_poses=True,
                   label_count=None, objects=(), fingerprint="0")  # fmt: skip
NARROW = np.array([[0.1, 1.5], [-0.1, 1.6]])
SPHERE = np.stack([np.linspace(-3, 3, 400) * 7, np.arccos(np.linspace(-0.99, 0.99, 400))], axis=1)


def changed(**values: object) -> DataSetInfo:
    return dataclasses.replace(INFO, **values)


def test_open_settings_come_from_the_data_set():
    config = with_data_set(load_preset("tiny"), INFO, SPHERE)
    render = config.generator.render
    assert (render.fov, render.radius, render.near, render.far, render.cube_scale) == (25, 1.5, 1.2, 1.8, 0.5)
    assert render.white_back
    assert config.data.path is not None
    assert config.data.path.is_absolute()
    assert config.poses.kind == "custom"
    assert not config.discriminator.camera_condition
    # tiny is made for 64², so the pictures are scaled down.
    assert config.data.resolution == config.discriminator.image_resolution == 64


def test_what_was_set_wins():
    config = with_values(load_preset("tiny"), {"generator.render.fov": 40, "discriminator.camera_condition": False})
    config = with_data_set(config, INFO, NARROW)
    assert config.generator.render.fov == 40
    assert not config.discriminator.camera_condition
    assert [note.field for note in data_advice(config, INFO)] == ["generator.render.fov"]


def test_narrow_poses_switch_the_camera_condition_on():
    assert with_data_set(load_preset("tiny"), INFO, NARROW).discriminator.camera_condition


@pytest.mark.parametrize(("background", "white"), [("white", True), ("black", False), ("as-is", False)])
def test_background(background, white):
    assert with_data_set(load_preset("tiny"), changed(background=background)).generator.render.white_back == white


def test_unknown_cameras_leave_the_defaults():
    config = with_data_set(load_preset("tiny"), changed(fov=None, near=None, far=None, cube_scale=None, radius=None))
    assert config.generator.render.fov == 30


def test_without_poses():
    info = changed(has_poses=False)
    config = with_data_set(load_preset("tiny"), info)
    assert config.poses.kind == "spherical-uniform"
    assert [note.field for note in data_advice(config, info)] == ["poses.kind"]
    with pytest.raises(ConfigError, match="spherical-uniform or normal"):
        with_data_set(load_preset("ffhq256"), changed(has_poses=False, resolution=256))
    conditioned = with_values(load_preset("tiny"), {"discriminator.camera_condition": True})
    with pytest.raises(ConfigError, match="camera_condition"):
        with_data_set(conditioned, info)


@pytest.mark.parametrize(
    ("told", "given", "words"),
    [
        (3, 3, ""),
        (4, 3, ""),
        (0, 3, ""),
        (0, None, ""),
        (2, 3, "has 3 classes.*set it to 3"),
        (2, None, "no labels.*0"),
    ],
)
def test_labels(told, given, words):
    config = with_values(load_preset("tiny"), {"discriminator.label_count": told})
    if not words:
        assert with_data_set(config, changed(label_count=given)).discriminator.label_count == told
        return
    with pytest.raises(ConfigError, match=words) as caught:
        with_data_set(config, changed(label_count=given))
    assert caught.value.problems[0].fields == ("discriminator.label_count",)


def test_resolutions():
    with pytest.raises(ConfigError, match=r"256.*smaller preset"):
        with_data_set(load_preset("plants256"), INFO)
    with pytest.raises(ConfigError, match="divides"):
        with_data_set(load_preset("tiny"), changed(resolution=100))
    asked = with_values(load_preset("tiny"), {"data.resolution": 32, "discriminator.image_resolution": 32})
    assert with_data_set(asked, INFO).discriminator.image_resolution == 32
    own = with_data_set(with_values(load_preset("small"), {"discriminator.image_resolution": 128}), INFO)
    assert own.data.resolution == 128


def test_fitted_reads_the_data_set(tmp_path):
    path = tmp_path / "set.zip"
    with writing(path, "png") as writer:
        for yaw in (0.0, 0.1):
            writer.add(np.zeros((64, 64, 3), np.uint8), (yaw, 1.5, 0.0))
        writer.describe(StudioBlock(name="two", fov=20.0))
    config = fitted(load_preset("tiny"), path)
    assert config.data_path == path.resolve()
    assert config.generator.render.fov == 20
    assert config.discriminator.camera_condition
