"""Ray probe in the studio's window: pointed at in the viewport, read under the mouse, through the history of a run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from imgui_bundle import ImVec2, imgui

from app import layout
from app.inside.ray_probe_desk import RayProbeDesk
from app.settings import Look
from app.studio import Studio
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.families import build_generator
from core.model_config import GeneratorConfig
from core.scene import Source
from tests import ui
from tests.app import studio_runs
from tests.app.test_window_ticks import point_at

pytestmark = pytest.mark.ui
ALT = int(imgui.Key.mod_alt)


def opened(ctx: ui.Context, studio: Studio) -> RayProbeDesk:
    """The panel, by the menu."""
    ui.wait_until(ctx, lambda: studio.stage.engine.shown is not None, 60, "a sample")
    ctx.set_ref("##MainMenuBar")
    ctx.menu_click(f"View/{layout.RAY_PROBE}")
    ui.wait_until(ctx, lambda: studio.desks.find(layout.RAY_PROBE) is not None, 10, "the panel")
    desk = studio.desks.find(layout.RAY_PROBE)
    assert isinstance(desk, RayProbeDesk)
    ctx.yield_(2)
    return desk


def alt_click(ctx: ui.Context, right: float = 0.0, down: float = 0.0) -> None:
    """Alt+press in the middle of the picture, and drag so far, pixels."""
    ctx.mouse_move("//Viewport/canvas")
    ctx.key_down(ALT)
    ctx.mouse_drag_with_delta(ImVec2(right, down)) if right or down else ctx.mouse_click()
    ctx.key_up(ALT)
    ctx.yield_(2)


@pytest.mark.parametrize(
    "look", [Look("dark", 1.0), pytest.param(Look("light", 1.5), marks=pytest.mark.soak)], ids=["dark", "light-150"]
)
def test_a_ray_of_the_demo(tmp_path: Path, monkeypatch, look: Look):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look, stage = look, studio.stage
        desk, known = opened(ctx, studio), lambda: desk.asking.complete
        ui.capture(ctx, tmp_path / "empty.png")
        camera = stage.scene.camera
        alt_click(ctx, 30, 10)
        assert stage.scene.camera == camera, "a drag with Alt is not about the camera"
        assert desk.ray.camera == camera
        ui.wait_until(ctx, known, 60, "the ray's samples")
        before, profile = desk.ray, desk.asking.answer.profile
        assert len(profile.samples) == 24
        assert profile.column("weight").sum() + profile.behind_weight == pytest.approx(1, abs=1e-3)
        point_at(ctx, layout.RAY_PROBE, 0.3, 0.7)
        assert "transmittance before it" in desk.panel.said
        assert profile.near <= desk.panel.pointed <= profile.far
        stage.scene = replace(stage.scene, camera=camera.orbited(0.7, 0.2))
        ctx.yield_(2)
        shot = ui.capture(ctx, tmp_path / "probed.png")
        assert desk.ray == before, "it stays where it is in space"
        ctx.set_ref(f"//{layout.RAY_PROBE}")
        ctx.item_click("###copy ray")
        assert imgui.get_clipboard_text().startswith("depth,density,weight")
        ctx.item_uncheck("log")

        # A plain click probes once the cross-hairs are pressed; a drag still turns the camera.
        ctx.item_click("###probe")
        turned = stage.scene.camera
        ctx.mouse_move("//Viewport/canvas")
        ctx.mouse_click()
        ctx.yield_(2)
        assert (desk.ray.camera, stage.scene.camera) == (turned, turned)
        ctx.mouse_drag_with_delta(ImVec2(60, 0))
        ctx.yield_(2)
        assert stage.scene.camera != turned
        assert desk.ray.camera == turned

        ui.wait_until(ctx, known, 60, "the second ray")
        stage.set_seed(3)
        ui.wait_until(ctx, lambda: desk.asking.answer.question.sample.latent.seed == 3, 60, "the same ray of seed 3")
        assert desk.ray.camera == turned
        ctx.set_ref(f"//{layout.RAY_PROBE}")
        ctx.item_click("###forget ray")
        ctx.yield_(2)
        assert desk.ray is None
        assert np.abs(ui.capture(ctx, tmp_path / "forgotten.png").astype(int) - shot).max() > 50

    ui.run_studio(clicks, monkeypatch, tmp_path)


def test_a_ray_through_the_snapshots_of_a_run_and_of_a_flat_generator(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path)
    torch.manual_seed(1)
    save_checkpoint(run.snapshot_path(8.0), EpigrafGenerator(run.config().generator), None, {"kimg": 8.0})
    flat = GeneratorConfig(family="stylegan2", z_dim=8, w_dim=16, plane_resolution=16, channel_max=8)
    save_checkpoint(tmp_path / "flat.safetensors", build_generator(flat), None, {})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        desk, colours = opened(ctx, studio), {}
        for name in ("000004.safetensors", "000008.safetensors"):
            studio.show_source(Source("run", str(run.path), name))
            if desk.ray is None:
                ui.wait_until(ctx, lambda: studio.stage.engine.complete, 60, "the first snapshot")
                alt_click(ctx)
            asked = lambda name=name: name in str(desk.asking.answer and desk.asking.answer.question)  # noqa: E731
            ui.wait_until(ctx, asked, 60, name)
            colours[name] = desk.asking.answer.profile.colour
        assert len(set(colours.values())) == 2
        ui.capture(ctx, tmp_path / "snapshot.png")
        studio.show_source(Source("checkpoint", str(tmp_path / "flat.safetensors")))
        ui.wait_until(
            ctx, lambda: not ctx.item_exists(f"//{layout.RAY_PROBE}/###probe"), 60, "no field, and so no tools"
        )
        ui.capture(ctx, tmp_path / "flat.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)
