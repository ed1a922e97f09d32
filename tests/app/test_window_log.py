"""The Log panel in the studio's window: filters, sources, copying, wrapping, and very many lines."""

from pathlib import Path

import pytest
from imgui_bundle import ImVec2, imgui

from app.studio import Studio
from tests import ui
from tests.app.curve_runs import rich_run

pytestmark = pytest.mark.ui
TICKS = 20_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def write_log(path: Path) -> None:
    lines = [
        f"2026-01-01 {tick // 3600 % 24:02d}:{tick // 60 % 60:02d}:{tick % 60:02d} INFO tick {tick}  {tick / 10} kimg, "
        "and a long tail of words so that there is something to break in a narrow panel"
        for tick in range(TICKS - 2)
    ]
    lines += ["2026-01-02 00:00:00 WARNING the disk is nearly full", "2026-01-02 00:00:01 ERROR out of luck"]
    path.write_text("\n".join(lines) + "\n")


def test_every_control_with_very_many_lines(home: Path, monkeypatch):
    run = rich_run(home)
    write_log(run.log_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        panel = studio.run_panels.log
        ctx.window_focus("//Log")
        ui.wait_until(ctx, lambda: len(panel.filtered.lines) >= TICKS, 30, "the lines")
        ctx.set_ref("//Log")
        texts = lambda: [line.text for line in panel.filtered.lines]  # noqa: E731
        ctx.combo_click("##source/Run")
        ctx.combo_click("##level/Warnings")
        assert texts() == ["the disk is nearly full", "out of luck"]
        ctx.combo_click("##level/Errors")
        assert texts() == ["out of luck"]
        ctx.item_click("###copy log")
        assert imgui.get_clipboard_text() == "2026-01-02 00:00:01  error    00001-toy  out of luck"
        ctx.combo_click("##level/Everything")
        ctx.item_click("##filter")
        ctx.key_chars_replace("DISK is")
        ctx.yield_(2)
        assert texts() == ["the disk is nearly full"]
        ctx.key_chars_replace("/tick 1999[78] /")
        ctx.yield_(2)
        assert len(texts()) == 1
        ctx.key_chars_replace("/(/")
        ctx.yield_(2)
        assert "no pattern" in panel.filtered.problem
        ui.capture(ctx, home / "wrong-pattern.png", "Log")
        ctx.key_chars_replace("nothing like it")
        ctx.yield_(2)
        ui.capture(ctx, home / "none.png", "Log")
        ctx.key_chars_replace("")
        ctx.yield_(2)
        assert len(texts()) == TICKS
        ctx.combo_click("##source/Studio")
        assert all(line.source == "studio" for line in panel.filtered.lines)
        ctx.combo_click("##source/Both")
        ui.capture(ctx, home / "log.png", "Log")

        lines = ctx.window_info("//Log/lines").window
        ctx.item_click("###wrap")
        ctx.yield_(2)
        assert lines.scroll.y == lines.scroll_max.y > 0, "it stays at the newest line"
        ui.capture(ctx, home / "wrapped.png", "Log")
        ctx.scroll_to_top(lines.id_)
        ctx.yield_(2)
        ctx.item_click("###newest")
        ctx.yield_(3)
        assert lines.scroll.y == lines.scroll_max.y

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_a_line_is_selected_and_copied(home: Path, monkeypatch):
    run = rich_run(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        panel = studio.run_panels.log
        ctx.window_focus("//Log")
        ctx.set_ref("//Log")
        ctx.combo_click("##source/Run")
        ui.wait_until(ctx, lambda: len(panel.filtered.lines) == 4, 30, "the lines")
        lines = ctx.window_info("//Log/lines").window
        ctx.mouse_move_to_pos(ImVec2(lines.pos.x + 60, lines.pos.y + 8))
        ctx.mouse_click(0)
        ctx.yield_(2)
        ctx.key_press(imgui.Key.mod_ctrl.value | imgui.Key.c.value)
        ctx.yield_(2)
        assert imgui.get_clipboard_text() == "2026-01-01 10:00:01  info     00001-toy  tick 1  0.1 kimg"
        ui.capture(ctx, home / "selected.png", "Log")
        ctx.mouse_click(1)
        ctx.item_click("//$FOCUSED/###copy all")
        assert imgui.get_clipboard_text().count("\n") == 3
        ctx.mouse_move_to_pos(ImVec2(lines.pos.x + 60, lines.pos.y + 8))
        ctx.mouse_click(1)
        ctx.item_click("//$FOCUSED/###copy line")
        assert imgui.get_clipboard_text().endswith("tick 1  0.1 kimg")

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))
