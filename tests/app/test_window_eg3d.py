"""A generator with an upsampler in the real window: raw and upsampled, its told pose, and panels that look at it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import ImVec2, imgui
from PIL import Image

from app import layout
from app.geometry.geometry_desk import GeometryDesk
from app.inside.planes_desk import PlanesDesk
from app.inside.ray_probe_desk import RayProbeDesk
from app.inside.score_map_desk import ScoreMapDesk
from app.pictures.mesh_scene import saved_mesh_scene
from app.pictures.picture_file import read_picture
from app.studio import Studio
from app.view.stage import Stage
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.description import RAW
from core.model_config import DiscriminatorConfig, RenderConfig
from core.scale_specific import build_discriminator
from core.scene import Other, Quality, Scene, Source
from tests import ui
from tests.app.test_window_desk import press
from tests.core.eg3d_toy import eg3d_toy

pytestmark = pytest.mark.ui

Key = imgui.Key
PIVOT = 0.1
COARSE = Quality(steps=16, volume=32, smooth=1)


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch) -> Path:
    """Random weights of a pair of networks; what is saved goes to `pictures` beside them."""
    for module in (
        "export.saving",
        "export.exports",
        "export.exporting",
        "geometry.geometry_desk",
        "geometry.surfaces",
    ):
        monkeypatch.setattr(f"app.{module}.pictures_dir", lambda: tmp_path / "pictures")
    render = RenderConfig(coarse_samples=12, fine_samples=12, bounds="box", pivot=PIVOT)
    generator = eg3d_toy(render=render, camera_condition=True, plane_axes="fixed")
    generator.mapping.embed.weight *= 20
    sizes = {"image_resolution": 16, "patch_resolution": 16, "channel_base": 64, "channel_max": 16}
    judge = build_discriminator(DiscriminatorConfig(kind="dual", camera_condition=True, **sizes), generator.config)
    save_checkpoint(tmp_path / "eg3d.safetensors", generator, judge, {"kimg": 3.0})
    return tmp_path / "eg3d.safetensors"


def rests(ctx: ui.Context, stage: Stage) -> None:
    """Wait for all that the viewport shows of the Scene."""

    def whole() -> bool:
        other, beside = stage.comparison.side, stage.scene.beside
        b = beside is None or (other is not None and other.is_complete(beside))
        return b and stage.side.is_complete(replace(stage.scene, other=None))

    ctx.yield_(3)
    ui.wait_until(ctx, whole, 90, "the whole picture")
    ctx.yield_(2)


def opened(ctx: ui.Context, studio: Studio, panel: str) -> object:
    """A panel, by the menu."""
    ctx.set_ref("##MainMenuBar")
    ctx.menu_click(f"View/{panel}")
    ui.wait_until(ctx, lambda: studio.desks.find(panel) is not None, 10, "the panel")
    ctx.yield_(2)
    return studio.desks.find(panel)


def shown(ctx: ui.Context, studio: Studio, source: Path) -> Stage:
    """The stage, with the checkpoint on it."""
    stage = studio.stage
    ui.wait_until(ctx, lambda: stage.engine.complete, 200, "the sample")
    assert stage.engine.shown.source.path == str(source)
    stage.scene = replace(stage.scene, quality=COARSE)
    rests(ctx, stage)
    return stage


def test_raw_while_it_turns_upsampled_at_rest_and_both_beside_each_other(checkpoint, tmp_path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = shown(ctx, studio, checkpoint)
        assert stage.side.note(stage.scene) == RAW
        assert stage.scene.camera == Camera(pivot=PIVOT), "that of the training"
        raw = ui.capture(ctx, tmp_path / "raw.png", "Viewport").astype(int)
        ctx.window_focus("//Camera")
        ctx.set_ref("//Camera")
        ctx.combo_click("##picture/upsampled")
        rests(ctx, stage)
        assert stage.side.note(stage.scene) == ""
        assert stage.side.reference.pixels[..., :3].std() > 5
        upsampled = ui.capture(ctx, tmp_path / "upsampled.png", "Viewport").astype(int)
        assert np.abs(raw - upsampled).mean() > 2
        turned(ctx, stage)
        press(ctx, Key.mod_ctrl | Key.z)
        press(ctx, Key.mod_ctrl | Key.z)
        assert stage.scene.quality.picture == "raw"
        beside(ctx, stage)
        ui.capture(ctx, tmp_path / "beside.png")
        families(ctx, studio, stage)
        ui.capture(ctx, tmp_path / "families.png")

    ui.run_studio(clicks, monkeypatch, tmp_path, str(checkpoint))


def turned(ctx: ui.Context, stage: Stage) -> None:
    """What rays see stands in while the mouse turns the camera, round the pivot."""
    ctx.mouse_move("//Viewport/canvas")
    ctx.mouse_down(0)
    words = set()
    for _ in range(12):  # whoever waits between two of them has let the camera rest
        ctx.mouse_move_to_pos(imgui.get_mouse_pos() + ImVec2(6, 0))
        words.add((stage.side.note(stage.scene), stage.side.reference.pixels is None))
    assert (f"the upsampled picture is drawn while the camera rests; {RAW}", True) in words
    ctx.mouse_up(0)
    rests(ctx, stage)
    assert stage.side.picture_word(stage.scene) == "upsampled"
    camera = stage.scene.camera
    to_pivot = np.array([0, 0, PIVOT]) - camera.position
    assert np.allclose(-camera.matrix[:3, 2], to_pivot / np.linalg.norm(to_pivot))


def beside(ctx: ui.Context, stage: Stage) -> None:
    """One button compares what rays see with what the upsampler makes of it."""
    ctx.window_focus("//Compare")
    ctx.set_ref("//Compare")
    ctx.item_click("###raw beside")
    rests(ctx, stage)
    assert stage.comparison.split(stage.scene).labels == ("A  raw", "B  upsampled")
    assert stage.side.reference.pixels is None
    assert stage.comparison.side.reference.complete
    ctx.item_click("###swap")
    rests(ctx, stage)
    assert stage.comparison.split(stage.scene).labels == ("A  upsampled", "B  raw")
    ctx.combo_click("##view/off")


def families(ctx: ui.Context, studio: Studio, stage: Stage) -> None:
    """The demo, an EpiGRAF, beside the EG3D: it has no upsampler, and nothing is said of one."""
    ctx.yield_(2)
    demo = Other(source=Source(), view="split")
    stage.scene = replace(stage.scene, other=demo, quality=replace(stage.scene.quality, picture="upsampled"))
    rests(ctx, stage)
    labels = stage.comparison.split(stage.scene).labels
    assert "eg3d.safetensors" in labels[0]
    assert labels[0].endswith("upsampled")
    assert labels[1].startswith("B  demo")
    assert "upsampled" not in labels[1]
    assert stage.side.reference.complete
    assert stage.comparison.side.reference.pixels is None


def test_a_pose_that_it_is_told_is_held_until_it_follows(checkpoint, tmp_path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        stage = shown(ctx, studio, checkpoint)
        ctx.set_ref("//Latent")
        ctx.item_click("###conditions")
        ctx.item_click("###pose of camera")
        rests(ctx, stage)
        held, pose = stage.engine.shown.volume.values, stage.scene.latent.pose
        stage.scene = replace(stage.scene, camera=stage.scene.camera.orbited(1.2, 0.2))
        rests(ctx, stage)
        assert stage.engine.shown.volume.values is held, "the viewing pose is not the told one"
        ctx.item_check("###pose follows")
        rests(ctx, stage)
        ui.capture(ctx, tmp_path / "follows.png")
        assert stage.scene.latent.pose == pose, "kept for later"
        camera = stage.scene.camera
        assert stage.engine.sample_of(stage.scene).latent.pose == (camera.yaw, camera.pitch)
        assert np.abs(stage.engine.shown.volume.values - held).max() > 0.01
        ctx.item_click("###mixing")
        ctx.item_input_value("##mix seed", 9)
        ctx.item_uncheck("###pose follows")
        rests(ctx, stage)
        assert stage.engine.sample_of(stage.scene).latent.pose == pose, "also of a mixed sample"

    ui.run_studio(clicks, monkeypatch, tmp_path, str(checkpoint))


def test_its_surface_its_planes_its_rays_and_an_export(checkpoint, tmp_path, monkeypatch):
    def clicks(ctx: ui.Context, studio: Studio) -> None:
        shown(ctx, studio, checkpoint)
        probed(ctx, studio)
        planes = opened(ctx, studio, layout.PLANES)
        assert isinstance(planes, PlanesDesk)
        ui.wait_until(ctx, lambda: planes.planes.answer is not None, 60, "the planes")
        assert planes.planes.answer.axes == ((0, 1), (0, 2), (2, 1)), "as the checkpoint has them"
        ui.capture(ctx, tmp_path / "planes.png")
        exported(ctx, studio)
        scores = opened(ctx, studio, layout.SCORE_MAP)
        assert isinstance(scores, ScoreMapDesk)
        ui.wait_until(
            ctx, lambda: scores.view is not None and scores.view.absent != "", 60, "that there are no patches"
        )
        ui.capture(ctx, tmp_path / "scores.png")
        ctx.window_focus("//Viewport")
        meshed(ctx, studio, tmp_path / "pictures")
        ui.capture(ctx, tmp_path / "surface.png")

    ui.run_studio(clicks, monkeypatch, tmp_path, str(checkpoint))


def probed(ctx: ui.Context, studio: Studio) -> None:
    """The probe tells what the ray sees, before the upsampler."""
    desk = opened(ctx, studio, layout.RAY_PROBE)
    assert isinstance(desk, RayProbeDesk)
    ctx.mouse_move("//Viewport/canvas")
    ctx.key_down(int(Key.mod_alt))
    ctx.mouse_click()
    ctx.key_up(int(Key.mod_alt))
    ui.wait_until(ctx, lambda: desk.asking.complete, 60, "the ray's samples")
    ctx.yield_(2)
    profile = desk.asking.answer.profile
    assert len(profile.samples) == 24
    assert desk.panel.words[-1] == "what the ray sees, before the upsampler"


def exported(ctx: ui.Context, studio: Studio) -> None:
    """An export is the upsampled picture of the viewport."""
    stage = studio.stage
    stage.scene = replace(stage.scene, quality=replace(stage.scene.quality, picture="upsampled"))
    rests(ctx, stage)
    press(ctx, Key.mod_ctrl | Key.e)
    ctx.set_ref("//Export###export")
    ctx.item_input_value("##size/$$0", 32)
    ctx.item_input_value("##size/$$1", 32)
    ctx.item_click("###copy command")
    assert "--picture upsampled" in imgui.get_clipboard_text()
    ctx.item_click("###start export")
    exports = studio.exporting.exports
    ui.wait_until(ctx, lambda: bool(exports.items) and exports.items[0].state == "done", 200, "the export")
    picture = read_picture(exports.items[0].path)
    assert picture.scene.quality.picture == "upsampled"
    assert np.asarray(Image.open(exports.items[0].path)).std() > 5
    press(ctx, Key.mod_ctrl | Key.e)


def meshed(ctx: ui.Context, studio: Studio, pictures: Path) -> None:
    """The surface of the field, at a density that it has, as a file."""
    stage = studio.stage
    press(ctx, Key.g)
    ui.wait_until(ctx, lambda: studio.desks.find(layout.GEOMETRY) is not None, 10, "the panel")
    desk = studio.desks.find(layout.GEOMETRY)
    assert isinstance(desk, GeometryDesk)
    stage.scene = replace(stage.scene, geometry=replace(stage.scene.geometry, resolution=64))
    one = desk.surfaces.sides["a"]
    ui.wait_until(ctx, lambda: one.densities is not None, 60, "the densities")
    stage.scene = replace(stage.scene, quality=replace(stage.scene.quality, threshold=7.0))
    ctx.yield_(3)
    ui.wait_until(ctx, lambda: one.is_complete and one.surface.answer is not None, 120, "the surface")
    assert one.surface.answer is not None
    ctx.set_ref(ctx.window_info("//Geometry/settings").window)
    ctx.item_open("###export")
    ctx.item_click("###save mesh")
    ui.wait_until(ctx, lambda: any(pictures.glob("*.glb")), 60, "the mesh")
    [mesh] = pictures.glob("*.glb")
    scene = saved_mesh_scene(mesh)
    assert isinstance(scene, Scene)
    assert scene.source.path == stage.scene.source.path
