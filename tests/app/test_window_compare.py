"""Two pictures in the real window: by torch, beside each other at a divider, and what is saved of them."""

import numpy as np
import pytest
import torch
from imgui_bundle import ImVec2, imgui
from PIL import Image

from app.cli import main
from app.pictures.picture_file import read_picture
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig, RenderConfig
from core.scene import Latent
from tests import ui

pytestmark = pytest.mark.ui
SMALL = GeneratorConfig(
    z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16, decoder_hidden=8, view_direction=True,
    render=RenderConfig(bounds="box", backdrop="white", coarse_samples=6, fine_samples=6),
)  # fmt: skip


def small(path) -> str:
    """A checkpoint whose colours depend on the view."""
    torch.manual_seed(3)
    generator = EpigrafGenerator(SMALL).eval().requires_grad_(False)
    generator.decoder.out.weight[3] *= 8
    generator.decoder.out.bias[3] = 1
    save_checkpoint(path, generator, None, {})
    return str(path)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The folder where the window saves."""
    monkeypatch.setattr("app.export.saving.pictures_dir", lambda: tmp_path / "pictures")
    return tmp_path / "pictures"


def saved(ctx, studio, pictures) -> np.ndarray:
    """What the window saves when it shows A at rest, as fine as it gets."""
    ctx.yield_(2)
    ui.wait_until(ctx, lambda: studio.stage.side.is_complete(studio.stage.scene), 60, "the whole picture")
    ctx.key_press(imgui.Key.mod_ctrl | imgui.Key.s)
    ui.wait_until(ctx, lambda: any(pictures.glob("epigraf-*.png")), 20, "the saved picture")
    [path] = pictures.glob("epigraf-*.png")
    path.replace(pictures / "last.png")
    return np.asarray(Image.open(pictures / "last.png"), np.int16)


def again(pictures) -> np.ndarray:
    """The last picture made again by the command."""
    assert main(["render", str(pictures / "last.png"), "--out", str(pictures / "again.png")]) == 0
    return np.asarray(Image.open(pictures / "again.png"), np.int16)


@pytest.mark.soak
def test_a_picture_by_torch_then_two_seeds_at_a_divider_and_their_difference(pictures, tmp_path, monkeypatch):
    def clicks(ctx, studio):
        ui.wait_until(ctx, lambda: studio.stage.engine.complete, 60, "the volume")
        by_torch(ctx, studio, pictures)
        compared(ctx, studio, pictures)

    ui.run_studio(clicks, monkeypatch, tmp_path, small(tmp_path / "sheen.safetensors"))


def by_torch(ctx, studio, pictures) -> None:
    """There is no exact picture, but one by torch: the command's."""
    stage = studio.stage
    ctx.set_ref("//Camera")
    ctx.combo_click("##field/exact")
    ui.wait_until(ctx, lambda: stage.side.lacks_exact(stage.scene), 30, "that there is none")
    ctx.item_click("//Viewport/###resume work")
    ctx.yield_(2)
    assert stage.scene.quality.field == "reference"
    ctx.combo_click("##size/128 px")
    ui.wait_until(ctx, lambda: stage.side.reference.complete, 60, "torch's picture")
    whole = saved(ctx, studio, pictures)
    assert max(whole.shape[:2]) == 128
    assert whole.std() > 10
    assert np.abs(again(pictures) - whole).max() <= 1, "as `epigraf render --field reference` draws it"
    assert read_picture(pictures / "again.png").scene.quality.field == "reference"
    ctx.mouse_move("//Viewport/canvas")
    ctx.mouse_drag_with_delta(ImVec2(0, 30))
    assert stage.side.reference.pixels is None, "the volume stands in while the camera moves"
    ctx.combo_click("##field/baked volume")


def compared(ctx, studio, pictures) -> None:
    """Another seed beside it, a divider that moves, and how much both differ."""
    stage = studio.stage
    one = saved(ctx, studio, pictures)
    ctx.window_focus("//Compare")
    ctx.set_ref("//Compare")
    ctx.combo_click("##view/split")
    ui.wait_until(ctx, lambda: stage.comparison.side is not None and stage.comparison.side.engine.complete, 60, "B")
    ctx.yield_(3)
    camera = stage.scene.camera
    ctx.mouse_move("//Viewport/divider")
    ctx.mouse_drag_with_delta(ImVec2(60, 0))
    ctx.yield_(3)
    divider = stage.scene.other.divider
    assert divider > 0.55
    assert stage.scene.camera == camera, "the divider is no handle of the camera"
    both, place = saved(ctx, studio, pictures), round(divider * one.shape[1])
    apart = np.abs(both - one)
    assert apart[:, : place - 2].max() <= 1
    assert apart[:, place + 2 :].mean() > 3
    assert read_picture(pictures / "last.png").scene == stage.scene
    ctx.item_click("###swap")
    assert (stage.scene.latent, stage.scene.other.latent) == (Latent(1), Latent(0))
    ctx.combo_click("##view/difference")
    ui.wait_until(ctx, lambda: "PSNR" in stage.comparison.legend(stage.scene), 60, "the difference")
    ctx.item_click("###copy")
    ui.wait_until(ctx, lambda: "equal" in stage.comparison.legend(stage.scene), 60, "no difference")
    assert saved(ctx, studio, pictures).max() == 0
    ctx.combo_click("##view/off")
    ctx.yield_(2)
    assert stage.comparison.side is None
