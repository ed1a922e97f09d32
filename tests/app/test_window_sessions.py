"""Undo, session files, and a window that goes on where a crash has ended the last one."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from app.autosave import FOLDER, Autosave
from app.studio import Studio
from core.camera import Camera
from core.history import Work
from core.scene import Latent, Scene
from tests import ui
from tests.app.studio_runs import ball
from tests.app.test_window import middle
from tests.app.test_window_desk import press
from widgets.camera_grip import SETTLE_S

pytestmark = pytest.mark.ui

Key = imgui.Key
MENU = "//##MainMenuBar"


@pytest.fixture
def demo(tmp_path: Path, monkeypatch) -> Path:
    """A demo that needs no worker, and a pictures folder of its own."""
    ball().save(tmp_path / "demo.npz")
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    monkeypatch.setattr("app.export.saving.pictures_dir", lambda: tmp_path / "pictures")
    return tmp_path


def picture(ctx: ui.Context, folder: Path) -> np.ndarray:
    ctx.mouse_move_to_pos(imgui.ImVec2(2, 2))  # its arrow is part of the picture
    rested = time.monotonic() + 3 * SETTLE_S
    ui.wait_until(ctx, lambda: time.monotonic() > rested, 20, "the camera to have stood still for a while")
    return middle(ui.capture(ctx, folder / "view.png", "Viewport"))


def shows_again(ctx: ui.Context, folder: Path, before: np.ndarray) -> None:
    """Wait until the viewport shows this picture: a camera that has moved must first stand still for a while."""
    ui.wait_until(ctx, lambda: np.array_equal(picture(ctx, folder), before), 30, "the same picture")


def test_gestures_are_undone_and_a_session_is_the_same_picture(demo: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = studio.stage
        ui.wait_until(ctx, lambda: stage.engine.shown is not None, 60, "the demo")
        ctx.set_ref("//Camera")
        ctx.item_input_value("##yaw", 30.0)
        ctx.item_input_value("##pitch", 40.0)
        ctx.combo_click("##show/normals")
        ctx.yield_(5)
        set_up = stage.scene
        before = picture(ctx, demo)
        size = ctx.window_info("//Viewport").window.size
        ctx.mouse_move_to_pos(ctx.window_info("//Viewport").window.pos + imgui.ImVec2(size.x / 2, size.y / 2))
        ctx.mouse_drag_with_delta(imgui.ImVec2(60, 30))
        ui.wait_until(ctx, lambda: stage.gestures.history.present.scene != set_up, 20, "the drag to end")
        dragged = stage.scene
        assert dragged.camera != set_up.camera
        assert not np.array_equal(picture(ctx, demo), before)
        press(ctx, Key.mod_ctrl | Key.z)
        assert stage.scene == set_up, "one drag is one step"
        shows_again(ctx, demo, before)
        press(ctx, Key.mod_ctrl | Key.z)
        assert stage.scene.quality.show == "colour"
        for _ in range(2):
            press(ctx, Key.mod_ctrl | Key.y)
        assert stage.scene == dragged
        ctx.set_ref(MENU)
        ctx.menu_click("Edit/###undo")
        ctx.yield_(2)
        assert stage.scene == set_up
        ctx.menu_click("File/Save session")
        (session,) = (demo / "pictures").glob("*.json")
        assert Scene.from_json(session.read_text()) == set_up
        ctx.set_ref("//Latent")
        ctx.item_click("###seed+")
        studio.openings.drop((str(session),))
        ui.wait_until(ctx, lambda: stage.scene == set_up, 20, "the session")
        shows_again(ctx, demo, before)
        broken = demo / "broken.json"
        broken.write_text('{"version": 1, "camera": {"yaw": "north"}}')
        studio.openings.drop((str(broken),))
        ui.wait_until(ctx, lambda: any("broken.json" in line.text for line in studio.messages.lines), 20, "a word")
        assert stage.scene == set_up

    ui.run_studio(clicks, monkeypatch, demo)
    assert not list((demo / "epigraf-studio" / FOLDER).glob("*.json")), "the window was closed as it should be"


def test_after_a_crash_the_next_window_shows_the_same(demo: Path, monkeypatch):
    scene = Scene(latent=Latent(psi=0.5), camera=Camera(yaw=0.4, pitch=1.0))
    crashed = Autosave(demo / "epigraf-studio")
    crashed.keep(Work(scene))
    (path,) = (demo / "epigraf-studio" / FOLDER).iterdir()
    content = json.loads(path.read_text())
    path.unlink()
    # Of a process that began at another time.
    path.with_name(f"{os.getppid()}.json").write_text(json.dumps({**content, "created": content["created"] - 1000}))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: studio.stage.scene == scene, 20, "what the last window showed")
        assert not studio.stage.turntable.on
        assert any("unexpectedly" in line.text for line in studio.messages.lines)

    ui.run_studio(clicks, monkeypatch, demo)
