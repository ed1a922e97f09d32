"""The viewport in the real window: the demo's volume turns by itself until it is taken hold of."""

import math
from dataclasses import replace

import numpy as np
import pytest
from imgui_bundle import ImVec2, imgui

from app.source_files import DEMO_VOLUME
from app.view import engine
from core.scene import Quality
from core.views import seen_from, view_of
from tests import ui
from tests.app.gl.fields import blob_volume

pytestmark = pytest.mark.ui


@pytest.fixture
def demo(tmp_path, monkeypatch):
    blob_volume().save(tmp_path / DEMO_VOLUME)
    monkeypatch.setattr(engine, "asset", lambda name: tmp_path / name)


def test_the_demo_turns_until_it_is_taken_hold_of(demo, tmp_path, monkeypatch):
    def clicks(ctx, studio):
        ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 20, "the demo")
        yaw = studio.stage.scene.camera.yaw
        ui.wait_until(ctx, lambda: studio.stage.scene.camera.yaw != yaw, 10, "a turn")
        ctx.mouse_move("//Viewport/canvas")
        ctx.mouse_drag_with_delta(ImVec2(0, -40))
        ctx.yield_(2)
        assert not studio.stage.turntable.on
        held = studio.stage.scene.camera
        assert held.pitch > studio.stage.engine.home.pitch
        ctx.yield_(5)
        assert studio.stage.scene.camera == held
        shot = ui.capture(ctx, tmp_path / "window.png").astype(int)
        assert ((shot[..., 1] > 200) & (shot[..., 0] < 80) & (shot[..., 2] < 80)).sum() > 100
        ctx.key_press(imgui.Key.r)
        home = studio.stage.engine.home
        ui.wait_until(ctx, lambda: studio.stage.scene.camera == home, 10, "the way home")
        assert np.isfinite(studio.stage.scene.camera.matrix).all()

    ui.run_studio(clicks, monkeypatch, tmp_path, turning=True)


def test_views_by_key_menu_and_panel_until_somebody_takes_hold(demo, tmp_path, monkeypatch):
    def clicks(ctx, studio):
        stage = studio.stage
        ui.wait_until(ctx, lambda: stage.engine.shown is not None, 20, "the demo")
        stage.scene = replace(stage.scene, quality=Quality(steps=8))
        arrives = lambda view: ui.wait_until(ctx, lambda: view_of(stage.scene.camera) == view, 10, f"{view}")  # noqa: E731
        ctx.key_press(imgui.Key._3)
        arrives("right")
        assert not stage.turntable.on
        ctx.key_press(int(imgui.Key._1) | int(imgui.Key.mod_shift))
        arrives("back")
        ctx.key_press(imgui.Key.keypad7)
        arrives("top")
        ctx.set_ref("##MainMenuBar")
        ctx.menu_click("Camera/Bottom")
        arrives("bottom")
        ctx.set_ref("//Camera")
        ctx.combo_click("##view/left")
        arrives("left")
        ctx.combo_click("##view/mean pose")
        ui.wait_until(ctx, lambda: stage.scene.camera == stage.engine.home, 10, "the mean pose, which is home here")
        ctx.item_input_value("##turn", 60.0)
        assert stage.viewing.turn_seconds == 60
        ctx.item_click("###reset turn")
        assert stage.viewing.turn_seconds == 18
        ctx.key_press(imgui.Key.b)
        ctx.yield_(2)
        assert stage.viewing.box

        # Each press counts, however early: the second one adds to where the first one leads.
        stage.look(stage.scene.camera.orbited(1.0, 0.0))
        assert stage.aim.yaw == pytest.approx(stage.engine.home.yaw + 1)
        stage.look(seen_from(stage.scene.camera, "back"))
        ctx.mouse_move("//Viewport/canvas")
        ctx.mouse_drag_with_delta(ImVec2(0, 30))
        ctx.yield_(2)
        held = stage.scene.camera
        assert not stage.flight.on
        assert held.pitch != math.pi / 2
        ctx.yield_(10)
        assert stage.scene.camera == held == replace(held, roll=0)

    ui.run_studio(clicks, monkeypatch, tmp_path, turning=True)
