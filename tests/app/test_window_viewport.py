"""The viewport in the real window: the demo's volume turns by itself until it is taken hold of."""

import numpy as np
import pytest
from imgui_bundle import ImVec2, imgui

from app import engine
from tests import ui
from tests.app.gl.fields import blob_volume

pytestmark = pytest.mark.ui


@pytest.fixture
def demo(tmp_path, monkeypatch):
    blob_volume().save(tmp_path / engine.DEMO_VOLUME)
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

    ui.run_studio(clicks, monkeypatch, tmp_path)
