"""A run tells where the cameras of its training stood."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from core.checkpoint_header import read_header
from core.poses import PoseConfig
from tests.training.toy import toy_config, toy_data, toy_run
from training.__main__ import train_run
from training.config_files import save_config
from training.data_set import ImageDataSet
from training.known_poses import MEAN_POSE, MOST, KnownPoses, known_poses, middle_of, of_law


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return toy_data(tmp_path_factory.mktemp("poses") / "toy.zip")


def config_of(folder: Path, data: Path, poses: PoseConfig, path: Path | None = None) -> Path:
    """The configuration of a run that was made of `data`, which lies at `path` by now."""
    config, file = toy_config(data), folder / "config.yaml"
    moved = config.data.model_copy(update={"path": path or data})
    save_config(config.model_copy(update={"poses": poses, "data": moved}), file)
    return file


def test_custom_poses_come_from_the_data_set(data, tmp_path):
    known = known_poses(config_of(tmp_path, data, PoseConfig(kind="custom")))
    with ImageDataSet.open(data) as pictures:
        angles, count = pictures.all_angles, len(pictures)
    assert known.pitch == pytest.approx(angles[:, 1].mean())
    assert f"{count} pictures" in known.origin
    assert len(known.poses) == min(count, MOST)
    assert {tuple(pose) for pose in known.poses} <= {tuple(pose) for pose in angles[:, :2]}


def test_without_its_data_set_the_reason_names_it(data, tmp_path):
    config = config_of(tmp_path, data, PoseConfig(kind="custom"), tmp_path / "gone.zip")
    with pytest.raises((ValueError, OSError), match=r"gone\.zip"):
        known_poses(config)


def test_a_law_needs_no_data(data, tmp_path):
    law = PoseConfig(kind="normal", yaw_center=0.5, yaw_spread=0.3, pitch_center=1.4, pitch_spread=0.1)
    known = known_poses(config_of(tmp_path, data, law, tmp_path / "gone.zip"))
    assert (known.yaw, known.pitch) == (0.5, 1.4)
    assert np.abs(known.poses.mean(axis=0) - [0.5, 1.4]).max() < 0.1
    assert "normal" in known.origin


def test_a_law_that_goes_all_around_has_no_mean_yaw():
    assert of_law(PoseConfig(kind="spherical-uniform")).yaw is None
    assert of_law(PoseConfig(kind="uniform", yaw_spread=math.pi / 2)).yaw == 0


def test_a_camera_is_within_reach_where_one_of_the_training_may_have_stood():
    known = KnownPoses(math.pi, 1.5, "a test", np.array([[math.pi - 0.4, 1.4], [0.3 - math.pi, 1.7]]))
    assert known.reach(-math.pi + 0.39, 1.6)
    assert known.reach(math.pi - 0.2, 1.31)
    assert not known.reach(math.pi / 2, 1.5)
    assert not known.reach(math.pi, 1.0)
    around = KnownPoses(None, 1.5, "a test", np.zeros((1, 2)))
    assert around.reach(3.0, 0.1)


def test_snapshots_tell_the_middle_of_poses_that_do_not_go_all_around(tmp_path):
    def told(name: str, poses: PoseConfig) -> object:
        run = toy_run(tmp_path / name, poses=poses.model_dump(), loop__total_kimg=0.016)
        assert train_run(run) == 0
        return json.loads(read_header(run.snapshots()[-1].path)["progress"]).get(MEAN_POSE)

    (tmp_path / "law").mkdir()
    (tmp_path / "around").mkdir()
    narrow = PoseConfig(kind="normal", yaw_center=0.2, yaw_spread=0.3, pitch_center=1.5, pitch_spread=0.1)
    assert told("law", narrow) == [0.2, 1.5]
    assert told("around", PoseConfig(kind="custom")) is None


def test_the_middle_is_of_the_data_or_of_the_law(data):
    config = toy_config(data)
    angles = np.array([[0.1, 1.4], [0.3, 1.6]])
    assert middle_of(config, angles) == pytest.approx((0.2, 1.5))
    assert middle_of(config, None) is None
