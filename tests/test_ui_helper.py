"""The helper that drives windows: clicks arrive, pictures are taken, failures reach pytest."""

from pathlib import Path

import pytest
from imgui_bundle import imgui

from tests import ui

pytestmark = pytest.mark.ui


def test_clicks_and_picture(tmp_path: Path):
    clicked = []

    def gui() -> None:
        imgui.begin("Panel")
        if imgui.button("Go"):
            clicked.append(True)
        imgui.end()

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click("//Panel/Go")
        picture = ui.capture(ctx, tmp_path / "window.png")
        assert picture.shape == (800, 1280, 3)
        assert picture.std() > 0

    ui.run_gui(gui, clicks)
    assert clicked == [True]


def test_missing_item_fails():
    with pytest.raises(RuntimeError, match="failed"):
        ui.run_gui(lambda: None, lambda ctx: ctx.item_click("//Panel/Nothing"))


def test_assertion_in_the_window_fails():
    def clicks(ctx: ui.Context) -> None:
        ui.wait_until(ctx, lambda: False, 0.1, "the impossible")

    with pytest.raises(AssertionError, match="the impossible"):
        ui.run_gui(lambda: None, clicks)
