"""The Latent panel: walking between seeds, mixing, what only some generators have; and undo of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from imgui_bundle import imgui

from app.pictures.picture_file import read_picture
from app.studio import Studio
from app.view.direction_names import DirectionNames
from app.view.favourites import Favourites
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig
from core.scene import Latent, Quality, Scene, Source
from tests import ui
from tests.app.test_window_desk import press
from widgets.latent_view import Favourite

pytestmark = pytest.mark.ui

Key = imgui.Key
TOLD = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=8, channel_base=64, channel_max=16, plane_features=4, label_count=3,
    camera_condition=True,
)  # fmt: skip


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr("app.view.engine.asset", lambda name: tmp_path / name)
    torch.manual_seed(0)
    save_checkpoint(tmp_path / "told.safetensors", EpigrafGenerator(TOLD), None, {})
    return tmp_path / "told.safetensors"


def test_a_drag_walks_between_seeds_and_layers_take_a_second_one(checkpoint: Path, tmp_path: Path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = studio.stage
        # Software OpenGL shall not spend its time on fine pictures.
        stage.show_scene(Scene(Source("checkpoint", str(checkpoint)), quality=Quality(steps=8, volume=32)))
        weights = str(checkpoint)
        ui.wait_until(ctx, lambda: stage.latents.traits(stage.scene.source, weights) is not None, 60, "the header")
        ui.wait_until(ctx, lambda: stage.engine.complete, 60, "the sample")
        plain = stage.scene
        ctx.set_ref("//Latent")
        ctx.mouse_move("###pad")
        ctx.mouse_drag_with_delta(imgui.ImVec2(-40, 30))
        ui.wait_until(ctx, lambda: stage.gestures.history.present.scene != plain, 20, "the drag to end")
        latent = stage.scene.latent
        assert latent.x > 0
        assert latent.y > 0
        ui.wait_until(ctx, lambda: stage.engine.complete, 60, "the sample between")
        assert stage.engine.sample_of(stage.scene).latent == latent
        between = stage.engine.shown.volume.values
        press(ctx, Key.mod_ctrl | Key.z)
        assert stage.scene.latent == Latent(), "one drag is one step"
        ui.wait_until(ctx, lambda: stage.engine.complete, 60, "the first sample")
        assert (stage.engine.shown.volume.values != between).any()
        ctx.set_ref("//Latent")
        ctx.item_click("###mixing")
        ctx.item_input_value("##mix seed", 9)
        assert stage.scene.latent.mix_seed == 9
        first = stage.scene.latent.mix_layers
        assert first[0] == 0
        ctx.item_click("###mix layer 0")
        assert stage.scene.latent.mix_layers == first[1:]
        ctx.item_click("###reset mix")
        assert stage.scene.latent == Latent()
        ctx.item_click("###directions")
        ctx.item_input_value("##shift 1", 1.5)
        assert stage.scene.latent == Latent(shifts=(0.0, 1.5))
        ui.wait_until(ctx, lambda: stage.engine.complete, 60, "the sample along a direction")
        ctx.item_click("###reset shift 1")
        assert stage.scene.latent == Latent()
        ctx.item_click("###name 1")
        ctx.item_click("//$FOCUSED/##direction name")
        ctx.key_chars_replace_enter("how wide it is")
        ui.capture(ctx, tmp_path / "directions.png")
        assert DirectionNames(tmp_path / "epigraf-studio").of(stage.scene.source) == ("", "how wide it is")
        ctx.item_click("###directions")
        ctx.item_click("###favourites")
        ctx.item_click("###keep")
        portrait = Favourites(tmp_path / "epigraf-studio").portrait(Latent())
        ui.wait_until(ctx, portrait.is_file, 20, "the picture of the favourite")
        assert read_picture(portrait).scene.latent == Latent()
        ui.capture(ctx, tmp_path / "favourite.png")
        ctx.item_click("###seed+")
        ctx.item_click("###favourite 0")
        assert stage.scene.latent == Latent()
        ctx.item_click("###seed+")
        ctx.set_ref("//Latent")
        ctx.combo_click("##toward/###toward 0")
        ctx.item_input_value("##share", 0.25)
        assert stage.scene.latent == Latent(1, toward=Latent(), share=0.25)
        ui.wait_until(ctx, lambda: stage.engine.complete, 60, "the sample on the way")
        ctx.item_click("###reset toward")
        ctx.item_click("###favourite 0")
        ctx.item_click("##favourite name")
        ctx.key_chars_replace_enter("my first")
        assert Favourites(tmp_path / "epigraf-studio").all == (Favourite("my first", Latent()),)
        ctx.item_click("###forget 0")
        assert Favourites(tmp_path / "epigraf-studio").all == ()
        assert not portrait.exists()
        ctx.item_click("###favourites")
        ctx.item_click("###conditions")
        ctx.item_input_value("##label", 2)
        ctx.item_click("###pose of camera")
        camera = stage.scene.camera
        assert stage.scene.latent == Latent(label=2, pose=(camera.yaw, camera.pitch))
        ui.wait_until(ctx, lambda: stage.engine.complete, 60, "the sample of the class")
        ctx.item_click("###walk")
        kept = stage.gestures.history.present
        ui.wait_until(ctx, lambda: stage.scene.latent.x > 0, 20, "the walk to begin")
        assert stage.gestures.history.present.scene.latent.label == kept.scene.latent.label == 2
        press(ctx, Key.mod_ctrl | Key.z)
        assert not stage.latents.walk.on

    ui.run_studio(clicks, monkeypatch, tmp_path)
