"""Patch scales and Modulation in the studio's window: empty and full, chosen by clicks, read under the mouse, live."""

from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from app.settings import Look
from app.studio import Studio
from tests import ui
from tests.app import studio_runs
from training.config import RunConfig
from training.config_files import with_values
from training.run_dir import RunDirectory

pytestmark = pytest.mark.ui

# As large as the paper's: layers of up to 512 filters, an annealing that is under way.
LARGE = {
    "data.resolution": 256,
    "discriminator.image_resolution": 256,
    "discriminator.patch_resolution": 64,
    "discriminator.channel_base": 16384,
    "discriminator.channel_max": 512,
    "patches.anneal_kimg": 10,
}
TICKS = 12


def large_run(home: Path) -> tuple[RunDirectory, RunConfig]:
    """An ended run with the ticks of a large discriminator."""
    run = studio_runs.ended_run(home, TICKS)
    config = with_values(run.config(), LARGE)
    run.write_config(config)
    for tick in range(1, TICKS + 1):
        studio_runs.write_tick(run, config, tick)
    return run, config


def attach(ctx: ui.Context, studio: Studio, run: RunDirectory) -> None:
    studio.train.attach(run.path)
    ui.wait_until(ctx, lambda: studio.train.run is not None, 30, "the run")


def point_at(ctx: ui.Context, panel: str, right: float, down: float) -> None:
    """Move the mouse to a place of a panel, as shares of its size."""
    window = ctx.window_info(f"//{panel}").window
    ctx.mouse_move_to_pos((window.pos.x + right * window.size.x, window.pos.y + down * window.size.y))
    ctx.yield_(2)


def test_both_panels_without_a_run_and_without_ticks(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path, ticks=0)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        for panel in ("Patch scales", "Modulation"):
            ctx.window_focus(f"//{panel}")
            ui.capture(ctx, tmp_path / f"{panel}.png")
        attach(ctx, studio, run)
        for panel in ("Patch scales", "Modulation"):
            ctx.window_focus(f"//{panel}")
            ui.capture(ctx, tmp_path / f"{panel} waiting.png")
        assert studio.train.run.patches.law is not None, "the law is known before the first draw"
        assert studio.train.run.modulation.tick is None
        assert not ctx.item_exists("//Modulation/##layer")

    ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.parametrize("look", [Look("dark", 1.0), Look("light", 1.5)], ids=["dark", "light-150"])
def test_patch_scales(tmp_path: Path, monkeypatch, look: Look):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, _ = large_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = look
        attach(ctx, studio, run)
        panel = studio.run_panels.patches
        ctx.window_focus("//Patch scales")
        ui.capture(ctx, tmp_path / "linear.png")
        point_at(ctx, "Patch scales", 0.25, 0.8)
        assert "of 200)" in panel.hover
        assert "law now" in panel.hover
        point_at(ctx, "Patch scales", 0.6, 0.8)
        assert "kimg" in panel.hover
        assert "law 0." in panel.hover or "law 1." in panel.hover
        ctx.set_ref("//Patch scales")
        ctx.combo_click("##window/last 10 ticks")
        ctx.item_check("log")
        ctx.combo_click("##span/so far")
        point_at(ctx, "Patch scales", 0.25, 0.8)
        assert f"of {10 * 200})" in panel.hover
        assert "law then, at 0.3 kimg" in panel.hover
        ctx.combo_click("##window/all kept ticks")
        point_at(ctx, "Patch scales", 0.25, 0.8)
        assert f"of {TICKS * 200})" in panel.hover
        ui.capture(ctx, tmp_path / "log.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)


@pytest.mark.parametrize("look", [Look("dark", 1.0), Look("light", 1.5)], ids=["dark", "light-150"])
def test_modulation(tmp_path: Path, monkeypatch, look: Look):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, _ = large_run(tmp_path)

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = look
        attach(ctx, studio, run)
        panel = studio.run_panels.modulation
        ctx.window_focus("//Modulation")
        ctx.set_ref("//Modulation")
        ctx.yield_(2)
        point_at(ctx, "Modulation", 0.4, 0.55)
        assert panel.hover is not None
        assert panel.hover.layer == "b256.conv1"
        ctx.key_press(imgui.Key.right_arrow)
        ctx.yield_(2)
        assert panel.hover.layer == "b128.conv1"
        ctx.item_click("###next layer")
        ctx.item_click("###previous layer")
        ctx.item_click("###next layer")
        ctx.combo_click("##range/colours: all layers")
        ctx.combo_click("##order/filters by mean σ")
        ui.capture(ctx, tmp_path / "mean.png")
        point_at(ctx, "Modulation", 0.4, 0.55)
        assert panel.hover.layer == "b64.conv1"
        ctx.combo_click("##layer/b8.conv1")
        ctx.combo_click("##range/colours: 0 to 2")
        ctx.combo_click("##order/filters by change")
        point_at(ctx, "Modulation", 0.4, 0.55)
        cell, view = panel.hover, studio.train.run.modulation
        column = int(np.argmin(np.abs(view.scales - cell.scale)))
        assert cell.layer == "b8.conv1"
        assert cell.sigma == view.layers["b8.conv1"][column, cell.filter], "of the filter as the network counts it"
        ui.capture(ctx, tmp_path / "change.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_new_tick_appears_and_a_broken_one_is_said(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run, config = large_run(tmp_path)

    def add_stats(tick: int) -> None:
        run.append_stats({"Progress/kimg": tick / 10, "Progress/tick": tick, "Progress/step": 25 * tick})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        ctx.window_focus("//Modulation")
        shown = lambda: studio.train.run  # noqa: E731
        assert (shown().modulation.tick, shown().patches.ticks[-1]) == (TICKS, TICKS)
        studio_runs.write_tick(run, config, TICKS + 1)
        add_stats(TICKS + 1)
        ui.wait_until(ctx, lambda: shown().modulation.tick == TICKS + 1, 10, "the new tick")
        assert shown().patches.ticks[-1] == TICKS + 1
        run.tick_path(TICKS + 2).write_bytes(b"PK\3\4 torn")
        add_stats(TICKS + 2)
        ui.wait_until(ctx, lambda: bool(shown().modulation.problem), 10, "a word on the torn tick")
        assert shown().modulation.tick == TICKS + 1, "what was read last stays"
        for panel in ("Patch scales", "Modulation"):
            ctx.window_focus(f"//{panel}")
            ui.capture(ctx, tmp_path / f"{panel} torn.png")
        run.cut_back(step=25 * 5, tick=5, kimg=0.5)
        ui.wait_until(ctx, lambda: shown().modulation.tick == 5, 10, "the end of what was cut back")
        assert shown().patches.ticks.tolist() == [1, 2, 3, 4, 5]
        assert not shown().patches.problem

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_discriminator_without_modulation_is_explained(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path, ticks=1)
    np.savez_compressed(run.tick_path(1), scales=np.ones(4, np.float32), sigma_scales=np.ones(32))

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        attach(ctx, studio, run)
        ctx.window_focus("//Modulation")
        ui.capture(ctx, tmp_path / "plain.png")
        assert studio.train.run.modulation.tick == 1
        assert not ctx.item_exists("//Modulation/##layer")

    ui.run_studio(clicks, monkeypatch, tmp_path)
