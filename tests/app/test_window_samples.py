"""The Samples panel in the studio's window: through training and back, near and far, beside real pictures."""

from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import ImVec2, imgui

from app.studio import Studio
from tests import ui
from tests.app.curve_runs import SAMPLES, rich_run

pytestmark = pytest.mark.ui


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def grey(studio: Studio) -> int:
    """What tells the samples of a rich run apart: its number, or -1."""
    pixels = studio.run_panels.last_sample
    return -1 if pixels is None else int(pixels[0, 0, 0]) // 40


def wait_for(ctx: ui.Context, studio: Studio, number: int) -> None:
    ui.wait_until(ctx, lambda: grey(studio) == number, 30, f"sample {number}")


def point_at_picture(ctx: ui.Context, x: float = 0.5, y: float = 0.5) -> None:
    pane = ctx.window_info("//Samples/sample").window
    ctx.mouse_move_to_pos(ImVec2(pane.pos.x + x * pane.size.x, pane.pos.y + y * pane.size.y))
    ctx.yield_(2)


def test_through_training_and_back(home: Path, monkeypatch):
    run = rich_run(home)
    last = SAMPLES - 1

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for(ctx, studio, last)
        ctx.set_ref("//Samples")
        ctx.item_click("###previous")
        wait_for(ctx, studio, last - 1)
        ctx.item_click("###next")
        wait_for(ctx, studio, last)
        point_at_picture(ctx)
        for key, number in ((imgui.Key.home, 0), (imgui.Key.right_arrow, 1), (imgui.Key.right_arrow, 2),
                            (imgui.Key.left_arrow, 1), (imgui.Key.end, last)):  # fmt: skip
            ctx.key_press(key)
            wait_for(ctx, studio, number)
        panel = studio.run_panels.samples
        ctx.key_press(imgui.Key.space)
        seen = set()
        ui.wait_until(ctx, lambda: seen.add(grey(studio)) or seen >= set(range(SAMPLES)), 20, "the whole film")
        assert panel.playing
        ctx.item_click("###play")
        assert not panel.playing
        ctx.item_input_value("##kimg", 2)
        wait_for(ctx, studio, 2)
        ctx.item_click("###copy path")
        assert imgui.get_clipboard_text() == str(run.samples()[2].path)
        ctx.item_click("###newest")
        wait_for(ctx, studio, last)
        run.sample_path(99).write_bytes(run.samples()[0].path.read_bytes())
        wait_for(ctx, studio, 0)

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_near_and_far_and_beside_real_pictures(home: Path, monkeypatch):
    run = rich_run(home)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        wait_for(ctx, studio, SAMPLES - 1)
        panel = studio.run_panels.samples
        ctx.set_ref("//Samples")
        point_at_picture(ctx, 0.4, 0.4)
        ctx.mouse_wheel_y(5)
        ctx.yield_(2)
        assert panel.view.zoom > 2
        assert (panel.view.x, panel.view.y) != (0.5, 0.5)
        held = panel.view
        pane = ctx.window_info("//Samples/sample").window
        ctx.mouse_down(0)
        ctx.mouse_move_to_pos(ImVec2(pane.pos.x + 0.4 * pane.size.x - 60, pane.pos.y + 0.4 * pane.size.y))
        ctx.mouse_up(0)
        assert panel.view.x > held.x
        assert panel.view.zoom == held.zoom
        ctx.item_click("###squares")
        ui.capture(ctx, home / "near.png", "Samples")
        point_at_picture(ctx)
        ctx.mouse_double_click()
        ctx.yield_(2)
        assert panel.view.zoom == 1
        ctx.item_click("###zoom")
        ctx.item_click("###fit")
        assert panel.view.zoom == 1
        ctx.item_click("###reals")
        ui.wait_until(ctx, lambda: "reals" in studio.run_panels.pictures.shown, 20, "the real pictures")
        ctx.mouse_move_to_pos(ImVec2(640, 300))
        ctx.yield_(2)
        both = ui.capture(ctx, home / "both.png", "Samples")
        middle = both[both.shape[0] * 3 // 4]
        assert (middle[: middle.shape[0] // 2] == 160).all(axis=1).any(), "the sample at the left"
        assert (middle[middle.shape[0] // 2 :] == 255).all(axis=1).any(), "white ones at the right"

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))


def test_a_broken_picture_is_said_in_its_place(home: Path, monkeypatch):
    run = rich_run(home)
    broken = run.samples()[-1].path
    broken.write_bytes(broken.read_bytes()[:60])
    run.reals_path.unlink()

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        ui.wait_until(ctx, lambda: ctx.item_exists("//Samples/**/Copy##sample"), 30, "a word on the picture")
        ui.capture(ctx, home / "broken.png", "Samples")
        ctx.item_click("//Samples/**/Copy##sample")
        assert broken.name in imgui.get_clipboard_text()
        ctx.item_click("//Samples/###previous")
        wait_for(ctx, studio, SAMPLES - 2)
        assert not ctx.item_exists("//Samples/**/Copy##sample")
        ctx.set_ref("//Samples")
        assert ctx.item_info("###reals").item_flags & imgui.ItemFlags_.disabled.value
        assert np.isfinite(studio.run_panels.samples.view.zoom)

    ui.run_studio(clicks, monkeypatch, home, source=str(run.path))
