"""What panels are told of the training's cameras, whatever can be found of them."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.view.training_poses import Found, TrainingPoses, aimed, config_of, look_up, training_views
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig
from core.scene import Source
from tests.app.gl.fields import blob_volume
from training.known_poses import KnownPoses

HOME = Camera(radius=1.2, fov=40)


def test_the_configuration_of_a_source_is_that_of_its_run(tmp_path: Path):
    run = tmp_path / "00001-run"
    (run / "snapshots").mkdir(parents=True)
    assert config_of(Source()) is None
    assert config_of(Source("checkpoint", str(run / "snapshots" / "000001.safetensors"))) is None
    (run / "config.yaml").touch()
    for path in (run / "snapshots" / "000001.safetensors", run / "live.safetensors"):
        assert config_of(Source("checkpoint", str(path))) == run / "config.yaml"
    assert config_of(Source("run", str(run))) == run / "config.yaml"


def test_what_cannot_be_read_is_a_reason(tmp_path: Path):
    (tmp_path / "config.yaml").write_text("nonsense: [")
    assert "config.yaml" in look_up(Source("run", str(tmp_path))).reason
    assert "without its run" in look_up(Source()).reason


def test_it_is_found_on_a_thread_once_for_all_snapshots_of_a_run(tmp_path: Path, monkeypatch):
    threads = []
    monkeypatch.setattr(
        "app.view.training_poses.look_up",
        lambda source: (threads.append(threading.current_thread()), Found(source, None, "a test"))[1],
    )
    poses = TrainingPoses(lambda: None)
    source = Source("run", str(tmp_path))
    deadline = time.monotonic() + 10
    while (found := poses.of(source)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert poses.of(replace(source, snapshot="000010.safetensors")) is found
    assert poses.of(Source()) is None
    poses.close()
    assert threads[0] is not threading.current_thread()


def test_without_poses_the_mean_is_the_home_camera_and_the_reason_is_told():
    assert training_views(HOME, None, None).half is None
    views = training_views(HOME, blob_volume(), Found(Source(), None, "nobody knows"))
    assert (views.mean, views.origin, len(views.places)) == (HOME, "nobody knows", 0)
    assert (views.half, views.near, views.far) == (0.35, 0.74, 1.26)


@pytest.mark.parametrize("yaw", [0.3, None])
def test_known_poses_lie_on_the_training_sphere(yaw):
    known = KnownPoses(yaw, 1.3, "a test", np.array([[0.1, 1.0], [2.0, 1.5]]))
    views = training_views(HOME, blob_volume(), Found(Source(), known))
    assert views.mean == replace(HOME, yaw=HOME.yaw if yaw is None else yaw, pitch=1.3)
    assert views.home == (HOME if yaw is None else views.mean), "one goes back to where the training looked from"
    np.testing.assert_allclose(np.linalg.norm(views.places, axis=1), 1.2)
    np.testing.assert_allclose(views.places[0], Camera(0.1, 1.0, 1.2).position)


def test_a_camera_that_no_picture_was_taken_from_is_turned_to_where_they_were():
    seen = Found(Source(), KnownPoses(0.1, 1.4, "a test", np.array([[-0.2, 1.3], [0.4, 1.5]])))
    inside, outside = replace(HOME, yaw=0.3, pitch=1.45), replace(HOME, roll=0.2)
    assert aimed(inside, seen) == inside
    assert aimed(outside, seen) == replace(HOME, yaw=0.1, pitch=1.4, roll=0.0)
    around = Found(Source(), KnownPoses(None, 1.4, "a test", np.array([[0.1, 1.4]])))
    assert aimed(outside, around) == outside
    assert aimed(outside, Found(Source(), None, "nobody knows")) == outside


def test_a_checkpoint_alone_tells_the_middle_of_its_poses(tmp_path: Path):
    config = GeneratorConfig(z_dim=4, w_dim=4, plane_resolution=8, plane_features=4, channel_base=64, channel_max=8)
    told, silent = tmp_path / "told.safetensors", tmp_path / "silent.safetensors"
    save_checkpoint(told, EpigrafGenerator(config), None, {"mean_pose": [0.25, 1.5]})
    save_checkpoint(silent, EpigrafGenerator(config), None, {"mean_pose": "nonsense"})
    known = look_up(Source("checkpoint", str(told))).known
    assert known is not None
    assert (known.yaw, known.pitch, len(known.poses)) == (0.25, 1.5, 0)
    assert not known.reach(0.25, 1.5), "how far they reach is not known: the middle is the place to look from"
    assert look_up(Source("checkpoint", str(silent))).known is None
    assert look_up(Source("checkpoint", str(tmp_path / "gone.safetensors"))).known is None
