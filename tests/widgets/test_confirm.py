"""The confirmation dialog, by mouse and keyboard."""

from pathlib import Path

import pytest
from imgui_bundle import imgui

from app.style import apply_metrics, apply_theme
from tests import ui
from widgets.confirm import ConfirmDialog

pytestmark = pytest.mark.ui


class Bench:
    """A window that asks before it deletes, and before it resets."""

    def __init__(self, light: bool = False) -> None:
        self.dialog: ConfirmDialog[str] = ConfirmDialog()
        self.answers: list[str] = []
        self.light = light

    def gui(self) -> None:
        apply_theme("light" if self.light else "dark")
        imgui.begin("Panel")
        if imgui.button("Delete"):
            text = "00007-shapes64-tiny takes 1.2 GB at /data/runs. It cannot be brought back."
            self.dialog.ask("Delete this run?", text, "Delete", key="delete")
        if imgui.button("Reset"):
            self.dialog.ask("Reset?", "Panels go back to their places.", "Reset", key="reset", dangerous=False)
        answer = self.dialog.draw()
        if answer is not None:
            self.answers.append(answer)
        imgui.end()

    def run(self, clicks) -> None:
        ui.run_gui(self.gui, clicks, lambda: apply_metrics(1.0), size=(640, 480))


def press(ctx: ui.Context, key: imgui.Key) -> None:
    ctx.yield_(3)
    ctx.key_press(key)
    ctx.yield_(3)


@pytest.mark.parametrize("light", [False, True])
def test_yes_and_no(tmp_path: Path, light: bool):
    bench = Bench(light)

    def clicks(ctx: ui.Context) -> None:
        ctx.item_click("//Panel/Delete")
        ui.capture(ctx, tmp_path / "delete.png")
        ctx.item_click("//$FOCUSED/###confirm yes")
        ctx.yield_(2)
        assert bench.answers == ["delete"]
        assert bench.dialog.question is None
        ctx.item_click("//Panel/Delete")
        ctx.item_click("//$FOCUSED/###confirm no")
        ctx.yield_(2)
        assert bench.dialog.question is None
        ctx.item_click("//Panel/Reset")
        ui.capture(ctx, tmp_path / "reset.png")
        ctx.item_click("//$FOCUSED/###confirm yes")
        ctx.yield_(2)
        assert bench.answers == ["delete", "reset"]

    bench.run(clicks)


def test_keys():
    bench = Bench()

    def clicks(ctx: ui.Context) -> None:
        for key in (imgui.Key.escape, imgui.Key.enter):
            ctx.item_click("//Panel/Delete")
            press(ctx, key)
            assert bench.dialog.question is None, key
        # Whatever the arrow keys and Tab reach, Enter deletes nothing.
        ctx.item_click("//Panel/Delete")
        for key in (imgui.Key.left_arrow, imgui.Key.tab, imgui.Key.left_arrow, imgui.Key.enter):
            press(ctx, key)
        assert bench.answers == []
        ctx.item_click("//Panel/Reset")
        press(ctx, imgui.Key.enter)
        assert bench.answers == ["reset"]
        ctx.item_click("//Panel/Reset")
        press(ctx, imgui.Key.escape)
        assert bench.answers == ["reset"]

    bench.run(clicks)
