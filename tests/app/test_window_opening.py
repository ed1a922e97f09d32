"""What is shown first, and what is said when no window can be opened."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app import window
from app.studio import Studio
from core.scene import Scene, Source
from tests import ui
from tests.app.studio_runs import ball


@pytest.mark.ui
def test_the_demo_turns_until_it_is_taken_in_hand(tmp_path: Path, monkeypatch):
    ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 20, "the demo")
        before = ui.capture(ctx, tmp_path / "demo.png", "Viewport")
        yaw = studio.stage.scene.camera.yaw
        ui.wait_until(ctx, lambda: abs(studio.stage.scene.camera.yaw - yaw) > 0.2, 20, "the object to turn")
        after = ui.capture(ctx, tmp_path / "turned.png", "Viewport")
        assert not np.array_equal(before, after)
        middle = after[after.shape[0] // 2 - 20 : after.shape[0] // 2 + 20, after.shape[1] // 2 - 60 :][:, :120]
        assert middle.astype(int).std() > 20, "an object stands in the middle"
        ctx.item_drag_with_delta("//Viewport/canvas", (80, 20))
        assert not studio.stage.turntable.on
        still = studio.stage.scene.camera
        ui.wait_until(ctx, lambda: ctx.frame_count > 0, 1, "a frame")
        assert studio.stage.scene.camera == still
        assert not studio.stage.worker.busy, "the demo needs no model"
        ui.capture(ctx, tmp_path / "window.png")

    ui.run_studio(clicks, monkeypatch, tmp_path, turning=True)


def test_first_scene(tmp_path: Path):
    assert window.first_scene(None) == (Scene(), None)
    checkpoint = tmp_path / "a.safetensors"
    checkpoint.touch()
    assert window.first_scene(str(checkpoint)) == (Scene(source=Source("checkpoint", str(checkpoint))), None)
    (tmp_path / "config.yaml").touch()
    assert window.first_scene(str(tmp_path)) == (Scene(), tmp_path)


def test_what_cannot_be_opened_is_named(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    for name in ("folder", "gone.safetensors"):
        with pytest.raises(ValueError, match=name):
            window.first_scene(str(tmp_path / name))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are missed on Linux")
def test_without_a_display_one_sentence(repository: Path, tmp_path: Path):
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "app"], cwd=repository, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == window.EXIT_NO_WINDOW
    [sentence] = done.stderr.splitlines()
    for part in ("no display", "xvfb-run", "epigraf train"):
        assert part in sentence
    assert done.stdout == ""


def test_without_opengl_one_sentence():
    sentence = window.opengl_sentence(RuntimeError("IM_ASSERT( false )\nno context"))
    assert "\n" not in sentence
    for part in ("OpenGL 3.3", "driver", "epigraf train"):
        assert part in sentence
