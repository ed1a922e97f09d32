"""The Performance panel in the studio's window: hidden at first, filled when shown, copied as text."""

import pytest
from imgui_bundle import imgui

from app import layout
from app.source_files import DEMO_VOLUME
from app.view import engine
from tests import ui
from tests.app.gl.fields import blob_volume

pytestmark = pytest.mark.ui


def test_figures_while_somebody_looks(tmp_path, monkeypatch):
    blob_volume().save(tmp_path / DEMO_VOLUME)
    monkeypatch.setattr(engine, "asset", lambda name: tmp_path / name)

    def clicks(ctx, studio):
        stage, performance = studio.stage, studio.performance
        ui.wait_until(ctx, lambda: stage.view.last is not None, 20, "the demo")
        stage.turntable.on = False
        assert not studio.panels_shown.is_shown(layout.PERFORMANCE)
        assert performance.frame_ms is None
        ctx.set_ref("##MainMenuBar")
        ctx.menu_click(f"View/{layout.PERFORMANCE}")
        ui.wait_until(ctx, lambda: performance.frame_ms is not None, 20, "a measured frame")
        ctx.set_ref(f"//{layout.PERFORMANCE}")

        def copied() -> str:
            ctx.item_click("groups/###copy report")
            return imgui.get_clipboard_text()

        ui.wait_until(ctx, lambda: "counted at rest" not in copied(), 60, "counted samples")
        text = copied()
        assert "32³ voxels" in text
        assert stage.view.driver in text
        assert "epigraf-studio" in text
        ctx.item_input_value("groups/##share", 30)
        ui.wait_until(ctx, lambda: stage.engine.sharing.share == 0.3, 10, "the new share")
        ui.capture(ctx, tmp_path / "performance.png")
        studio.panels_shown.show(layout.CURVES)
        ui.wait_until(ctx, lambda: performance.frame_ms is None, 10, "nobody to measure for")

    ui.run_studio(clicks, monkeypatch, tmp_path)
