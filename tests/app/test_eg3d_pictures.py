"""A generator with an upsampler and a told pose, by the commands: pictures, films, grids, meshes, and its cameras."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli import main
from app.model.model_messages import BAKE, BakeRequest, CheckpointId
from app.model.model_worker import ModelHandler
from app.pictures import render
from app.pictures.film import read_film
from app.pictures.mesh_scene import saved_mesh_scene
from app.pictures.picture_file import read_picture
from app.shell.mesh_command import mesh_arguments
from app.shell.render_command import render_arguments
from core.baked import BakedVolume
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.description import RAW, Description
from core.latents import ws_of
from core.model_config import RenderConfig
from core.scene import Latent, Quality, Scene, Source
from tests.app.model.test_model_inspect import PlainPort
from tests.core.eg3d_toy import eg3d_toy
from widgets.export_view import ExportForm

PIVOT = 0.15


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("eg3d") / "eg3d.safetensors"
    render = RenderConfig(coarse_samples=12, fine_samples=12, bounds="box", pivot=PIVOT)
    generator = eg3d_toy(render=render, camera_condition=True, plane_axes="fixed")
    generator.mapping.embed.weight *= 20  # else an untrained one hardly listens
    save_checkpoint(path, generator, None, {})
    return path


def rendered(out: Path, *arguments: str) -> np.ndarray:
    assert main(["render", *arguments, "--force", "--out", str(out)]) == 0
    with Image.open(out) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def differs(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def test_the_worker_says_what_the_generator_is_made_of(checkpoint):
    port, stat = PlainPort(), checkpoint.stat()
    request = BakeRequest(CheckpointId(str(checkpoint), stat.st_mtime_ns, stat.st_size), Latent(), 16)
    ModelHandler().handle(BAKE, request, port)
    [answer] = port.answers
    assert answer.made_of == Description(upsampled=16, raw=8, poses=True, planes=("x–y", "x–z", "z–y"))
    assert (answer.pivot, answer.note) == (PIVOT, RAW)


def test_a_baked_volume_keeps_the_pivot(tmp_path):
    volume = BakedVolume(np.zeros((2, 2, 2, 4), np.float16), 0.35, 0.7, 1.3, 1.0, 30.0, 8, pivot=PIVOT)
    volume.save(tmp_path / "volume.npz")
    assert BakedVolume.load(tmp_path / "volume.npz").pivot == PIVOT


def test_a_turntable_goes_round_as_the_cameras_of_the_training_do(checkpoint, tmp_path):
    strip = rendered(tmp_path / "strip.png", str(checkpoint), "--size", "24", "--turntable", "3", "--voxels", "32")
    camera = read_picture(tmp_path / "strip.png").scene.camera
    assert camera == Camera(pivot=PIVOT)
    third = camera.orbited(2 * np.pi * 2 / 3, 0)
    generator = eg3d_toy(render=RenderConfig(pivot=PIVOT))
    assert np.allclose(generator.cameras(np.array([[third.yaw, third.pitch]]))[0], third.matrix, atol=1e-6)
    yaw = str(np.degrees(third.yaw))
    alone = rendered(tmp_path / "third.png", str(checkpoint), "--size", "24", "--yaw", yaw, "--voxels", "32")
    assert np.abs(strip[:, 48:] - alone).max() <= 1
    straight = rendered(tmp_path / "straight.png", *(str(checkpoint), "--size", "24", "--voxels", "32", "--pivot", "0"))
    assert differs(strip[:, :24], straight) <= 1, "from the front both look along z"
    turned = rendered(tmp_path / "t.png", str(checkpoint), "--size", "24", "--yaw", yaw, "--voxels", "32", "--pivot=0")
    assert differs(alone, turned) > 1


def test_the_told_pose_is_held_wherever_the_camera_is_and_follows_only_if_asked(checkpoint, tmp_path, monkeypatch):
    asked = (str(checkpoint), "--size", "24", "--picture", "upsampled", "--psi", "1")
    strip = rendered(tmp_path / "strip.png", *asked, "--pose", "90", "90", "--turntable", "2")
    alone = rendered(tmp_path / "alone.png", *asked, "--pose", "90", "90", "--yaw", "-90")
    assert np.array_equal(strip[:, 24:], alone)
    assert read_picture(tmp_path / "strip.png").scene.latent.pose == (np.pi / 2, np.pi / 2)
    follows = rendered(tmp_path / "follows.png", *asked, "--pose-follows", "--turntable", "2")
    told = rendered(tmp_path / "told.png", *asked, "--pose", "-90", "90", "--yaw", "-90")
    assert np.array_equal(follows[:, 24:], told)
    assert differs(told, alone) > 0.5, "the pose makes another sample"
    baked = (str(checkpoint), "--size", "24", "--psi", "1", "--voxels", "32", "--steps", "64")
    opened, open_context = [], render.open_context
    monkeypatch.setattr(render, "open_context", lambda: opened.append(1) or open_context())
    follows = rendered(tmp_path / "follows.png", *baked, "--pose-follows", "--turntable", "2")
    assert len(opened) == 1, "all views share one context"
    told = rendered(tmp_path / "told.png", *baked, "--pose", "-90", "90", "--yaw", "-90")
    assert np.array_equal(follows[:, 24:], told)


def test_mixing_walking_and_sweeping_hold_the_told_pose(checkpoint):
    generator = eg3d_toy(camera_condition=True)
    generator.mapping.embed.weight *= 20
    pose, elsewhere = (0.3, 1.2), Camera(yaw=2.0, pitch=1.0)
    held = Latent(3, 1.0, 0.5, mix_seed=8, mix_layers=(0, 1), pose=pose, toward=Latent(5, pose=pose), share=0.5)
    assert held.told(elsewhere) == held
    assert held.at_seed(9, 0.25).pose == pose
    follows = replace(held, pose_follows=True)
    told = follows.told(elsewhere)
    assert (told.pose, told.toward.pose) == ((2.0, 1.0), pose)
    assert not np.allclose(ws_of(generator, held), ws_of(generator, told))
    assert np.allclose(ws_of(generator, told), ws_of(generator, replace(held, pose=(2.0, 1.0))))


def test_older_scenes_hold_the_pose_and_show_what_rays_see():
    text = Scene().to_json()
    for line in ('"pose_follows": false', '"picture": "raw"', '"pivot": 0.0'):
        assert line in text
    older = text.replace('"pose_follows": false', "").replace('"picture": "raw"', "").replace('"pivot": 0.0', "")
    older = "".join(older.split()).replace(",}", "}")
    assert Scene.from_json(older) == Scene()


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_films_and_grids_are_upsampled_and_made_again(checkpoint, tmp_path, ending):
    asked = (str(checkpoint), "--size", "32", "--picture", "upsampled")
    grid = rendered(tmp_path / "grid.png", *asked, "--grid", "2x1", "--pose", "60", "80")
    second = rendered(tmp_path / "second.png", *asked, "--seed", "1", "--pose", "60", "80")
    assert np.array_equal(grid[:, 32:], second)
    assert np.array_equal(rendered(tmp_path / "again.png", str(tmp_path / "grid.png")), grid)
    out = tmp_path / f"through.{ending}"
    assert main(["render", *asked, "--pose", "60", "80", "--through", "0,1", "--fps", "1", "--out", str(out)]) == 0
    film = read_film(out)
    assert [frame.scene.quality.picture for frame in film.timeline.keyframes] == ["upsampled"] * 2
    assert {frame.scene.latent.pose for frame in film.timeline.keyframes} == {film.scene.latent.pose}
    assert film.scene.camera.pivot == PIVOT
    frames = tmp_path / f"frames-{ending}"
    assert main(["render", str(out), "--size", "32", "--fps", "1", "--out", str(frames)]) == 0
    first = np.asarray(Image.open(sorted(frames.glob("*.png"))[0]).convert("RGB"), np.int16)
    assert np.array_equal(first, grid[:, :32])


def test_depths_and_cut_outs_are_those_of_the_rays(checkpoint, tmp_path):
    asked = (str(checkpoint), "--size", "16", "--voxels", "32")
    for option in ("--depth", "--transparent"):
        assert main(["render", *asked, option, "--out", str(tmp_path / "raw.png")]) == 0
        upsampled = tmp_path / "upsampled.png"
        assert main(["render", *asked, option, "--picture", "upsampled", "--out", str(upsampled)]) == 0
        pixels = [np.asarray(Image.open(path)) for path in (tmp_path / "raw.png", upsampled)]
        assert np.array_equal(*pixels)
        for path in (tmp_path / "raw.png", upsampled):
            path.unlink()


def test_the_windows_commands_draw_and_cut_the_same(checkpoint, tmp_path):
    latent = Latent(2, 1.0, pose=(0.4, 1.3))
    quality = Quality(32, 32, picture="upsampled", threshold=7.0)
    scene = Scene(Source("checkpoint", str(checkpoint)), latent, Camera(yaw=0.7, pivot=PIVOT), quality)
    form = ExportForm(width=24, height=24)
    arguments = render_arguments(scene, form, tmp_path / "one.png")
    assert "--scene" not in arguments
    assert main(["render", *arguments]) == 0
    drawn = read_picture(tmp_path / "one.png").scene
    assert replace(drawn, quality=replace(drawn.quality, smooth=0)) == replace(scene, quality=quality)
    follows = replace(scene, latent=replace(latent, pose_follows=True), geometry=replace(scene.geometry, resolution=64))
    assert main(["mesh", *mesh_arguments(follows, tmp_path / "follows.ply")]) == 0
    assert saved_mesh_scene(tmp_path / "follows.ply").latent.pose_follows
    told = (str(checkpoint), "--seed", "2", "--psi", "1", "--pose", str(np.degrees(0.7)), "90")
    surface = ("--threshold", "7", "--resolution", "64", "--out", str(tmp_path / "told.stl"))
    assert main(["mesh", *told, *surface]) == 0
    assert main(["mesh", str(tmp_path / "follows.ply"), "--out", str(tmp_path / "again.stl")]) == 0
    one, other = ((tmp_path / name).read_bytes()[80:] for name in ("told.stl", "again.stl"))
    assert one == other
