"""Score map in the studio's window: the demo beside its data, one without data, one without discriminator."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from imgui_bundle import ImVec2

from app import layout
from app.inside.score_map_desk import MOVING, ScoreMapDesk
from app.settings import Look
from app.studio import Studio
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.scale_specific import build_discriminator
from core.scene import Quality, Source
from tests import ui
from tests.app import studio_runs

pytestmark = pytest.mark.ui


@pytest.fixture(autouse=True)
def coarse_curves(monkeypatch) -> None:
    """Two cores that also draw the window take seconds for a fine one."""
    monkeypatch.setattr("app.inside.score_client.CURVE_COUNTS", (5,))


def opened(ctx: ui.Context, studio: Studio) -> ScoreMapDesk:
    """The panel, by the menu, with maps that take no time."""
    stage = studio.stage
    ui.wait_until(ctx, lambda: stage.engine.shown is not None, 60, "a sample")
    stage.scene = replace(stage.scene, quality=Quality(steps=8))
    ctx.set_ref("##MainMenuBar")
    ctx.menu_click(f"View/{layout.SCORE_MAP}")
    ui.wait_until(ctx, lambda: studio.desks.find(layout.SCORE_MAP) is not None, 10, "the panel")
    desk = studio.desks.find(layout.SCORE_MAP)
    assert isinstance(desk, ScoreMapDesk)
    ctx.set_ref(f"//{layout.SCORE_MAP}")
    ctx.combo_click("##count/3 x 3")
    return desk


def complete(ctx: ui.Context, desk: ScoreMapDesk) -> None:
    ctx.yield_(2)
    ui.wait_until(ctx, lambda: desk.client.complete, 120, "all scores")


def point_into(ctx: ui.Context, pane: str, right: float, down: float) -> None:
    """Move the mouse over a picture, in shares of its pane."""
    window = ctx.window_info(f"//{layout.SCORE_MAP}/pane {pane}").window
    ctx.mouse_move_to_pos(ImVec2(window.pos.x + right * window.size.x, window.pos.y + down * window.size.y))
    ctx.yield_(2)


@pytest.mark.parametrize(
    "look", [Look("dark", 1.0), pytest.param(Look("light", 1.5), marks=pytest.mark.soak)], ids=["dark", "light-150"]
)
def test_the_demo_and_its_data(tmp_path: Path, monkeypatch, look: Look):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.look = look
        desk = opened(ctx, studio)
        complete(ctx, desk)
        client = desk.client
        scores, pictures = zip(*(client.maps[kind].arrays for kind in ("generated", "real")), strict=True)
        assert [each.shape for each in scores] == [(3, 3)] * 2
        assert pictures[0].shape == pictures[1].shape == (64, 64, 3)
        assert np.abs(pictures[0].astype(int) - pictures[1]).mean() > 5
        assert client.maps["real"].answer.facts.pictures > 1000
        assert "told as class" in client.maps["real"].answer.facts.name, "the built-in shapes are of none of its kinds"
        point_into(ctx, "Generated", 0.5, 0.6)
        assert f"score {scores[0][1, 1]:+.3f}" in desk.panel.said
        ui.capture(ctx, tmp_path / "scores.png")
        if look.theme == "dark":
            choices(ctx, desk, scores)
            ui.capture(ctx, tmp_path / "whole.png")

    ui.run_studio(clicks, monkeypatch, tmp_path)


def choices(ctx: ui.Context, desk: ScoreMapDesk, scores: tuple[np.ndarray, ...]) -> None:
    """Another place, another real picture, whole images, and one pose for both."""
    client = desk.client
    point_into(ctx, "Real", 0.35, 0.4)
    ctx.mouse_click()
    ctx.yield_(2)
    assert desk.setup.place[0] < 0.5 < desk.setup.place[1]
    before = client.curves["real"].arrays[1]
    complete(ctx, desk)
    assert not np.array_equal(client.curves["real"].arrays[1], before)
    ctx.set_ref(f"//{layout.SCORE_MAP}")
    ctx.item_click("###hold")
    assert desk.setup.limit == pytest.approx(max(np.abs(each).max() for each in scores))
    ctx.item_click("###next real")
    ctx.item_input_value("##scale", 1.0)
    complete(ctx, desk)
    assert client.maps["real"].answer.question.judged.index == 1
    assert client.maps["generated"].arrays[0].shape == (1, 1)
    ctx.combo_click("##pose/the real one's pose")
    complete(ctx, desk)
    poses = [client.maps[kind].answer.facts.pose for kind in ("generated", "real")]
    assert poses[0] == poses[1]


def test_a_toy_generator_of_a_run_without_its_data_and_without_a_discriminator(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = studio_runs.ended_run(tmp_path)  # its snapshot holds no discriminator
    config, alone = run.config(), tmp_path / "elsewhere" / "a" / "alone.safetensors"
    alone.parent.mkdir(parents=True)
    torch.manual_seed(0)
    networks = EpigrafGenerator(config.generator), build_discriminator(config.discriminator)
    save_checkpoint(run.snapshot_path(8.0), *networks, {"kimg": 8.0})
    save_checkpoint(alone, *networks, {"kimg": 8.0})

    def clicks(ctx: ui.Context, studio: Studio) -> None:
        studio.stage.show_source(Source("checkpoint", str(alone)))
        ui.wait_until(ctx, lambda: studio.stage.engine.complete, 60, "the checkpoint")
        desk = opened(ctx, studio)
        complete(ctx, desk)
        assert desk.client.maps["generated"].answer is not None
        assert desk.client.maps["real"].answer is None, "there is no data at hand"
        ui.capture(ctx, tmp_path / "no-data.png")
        studio.show_source(Source("run", str(run.path), "000008.safetensors"))
        ui.wait_until(ctx, lambda: desk.client.maps["real"].answer is not None, 60, "the run's data")
        complete(ctx, desk)
        assert desk.client.maps["real"].answer.facts.pictures == 24
        ui.capture(ctx, tmp_path / "run.png")
        studio.show_source(Source("run", str(run.path), "000004.safetensors"))
        ui.wait_until(ctx, lambda: desk.client.maps["real"].problem is not None, 60, "no discriminator")
        assert "no discriminator" in desk.client.maps["real"].problem.message
        ui.capture(ctx, tmp_path / "no-judge.png")

        # While the camera moves, the picture that was judged stays.
        studio.stage.turntable.on = True
        shown = lambda: desk.panel_hint == MOVING  # noqa: E731
        ui.wait_until(ctx, shown, 10, "a note that the camera moves")
        studio.stage.turntable.on = False
        ui.wait_until(ctx, lambda: not desk.panel_hint, 10, "the camera's rest")

    ui.run_studio(clicks, monkeypatch, tmp_path)
