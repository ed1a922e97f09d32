import json
import math
import re
from dataclasses import replace

import av
import numpy as np
import pytest
import torch
from PIL import Image

from app.cli import main
from app.export.saving import free_path
from app.pictures.film import read_film
from app.pictures.picture_file import read_picture, save_picture
from app.pictures.render import sample_of
from core.camera import Camera
from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig
from core.scene import Latent, Other, Quality, Scene, Source
from core.timeline import Keyframe, Timeline
from tests.app.gl.fields import blob_volume
from training.run_dir import RunDirectory


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    path = tmp_path_factory.mktemp("render") / "blobs.npz"
    blob_volume().save(path)
    return path


def test_a_picture_of_a_volume_carries_its_scene(volume, tmp_path):
    out = tmp_path / "new folder" / "picture.png"
    assert main(["render", str(volume), "--yaw", "60", "--pitch", "70", "--size", "80x60", "--out", str(out)]) == 0
    with Image.open(out) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (60, 80, 3)
    assert (pixels[0, 0] == 255).all()
    assert (pixels < 100).any()
    scene = read_picture(out).scene
    assert scene.source == Source("checkpoint", str(volume))
    assert (scene.camera.yaw, scene.camera.fov) == (pytest.approx(math.radians(60)), 30)
    assert [path.name for path in out.parent.iterdir()] == ["picture.png"]


def test_a_view_by_name_and_a_roll_turn_the_camera(volume, tmp_path):
    out = tmp_path / "right.png"
    assert main(["render", str(volume), "--view", "right", "--roll", "90", "--size", "48", "--out", str(out)]) == 0
    camera = read_picture(out).scene.camera
    assert (camera.yaw, camera.pitch, camera.roll) == (0, pytest.approx(math.pi / 2), pytest.approx(math.pi / 2))
    pixels = np.asarray(Image.open(out))
    green = (pixels[..., 1] > 150) & (pixels[..., [0, 2]].max(axis=-1) < 100)
    assert np.nonzero(green)[1].mean() > 24 + 5, "what was above is seen at the right"
    assert main(["render", str(volume), "--view", "mean", "--out", str(out)]) != 0


def test_faces_are_drawn_from_where_their_training_saw_them(tmp_path):
    checkpoint, out = tmp_path / "faces.safetensors", tmp_path / "picture.png"
    config = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16)
    save_checkpoint(checkpoint, EpigrafGenerator(config).eval(), None, {"mean_pose": [0.25, 1.5]})
    small = ["--voxels", "32", "--size", "32", "--out"]
    assert main(["render", str(checkpoint), *small, str(out)]) == 0
    camera = read_picture(out).scene.camera
    assert (camera.yaw, camera.pitch) == (0.25, 1.5)
    assert main(["render", str(checkpoint), "--yaw", "60", *small, str(tmp_path / "aside.png")]) == 0
    camera = read_picture(tmp_path / "aside.png").scene.camera
    assert (camera.yaw, camera.pitch) == (pytest.approx(math.radians(60)), 1.5)


def test_a_turntable_is_a_strip_that_begins_with_the_picture(volume, tmp_path):
    one, strip = tmp_path / "one.png", tmp_path / "strip.png"
    assert main(["render", str(volume), "--size", "48", "--out", str(one)]) == 0
    assert main(["render", str(volume), "--size", "48", "--turntable", "4", "--out", str(strip)]) == 0
    pixels = np.asarray(Image.open(strip))
    assert pixels.shape == (48, 192, 3)
    assert (pixels[:, :48] == np.asarray(Image.open(one))).all()
    red = [(view[..., 0] > 150) & (view[..., 1:].max(axis=-1) < 100) for view in np.split(pixels, 4, axis=1)]
    columns = [np.nonzero(mask)[1].mean() for mask in (red[0], red[2])]
    assert columns[0] > 24 > columns[1]  # from the back, +x lies at the left


def test_a_sample_of_a_checkpoint(tmp_path):
    checkpoint, out = tmp_path / "tiny.safetensors", tmp_path / "picture.png"
    config = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16)
    save_checkpoint(checkpoint, EpigrafGenerator(config).eval(), None, {})
    small = ["--voxels", "32", "--size", "32", "--backdrop", "black"]
    assert main(["render", str(checkpoint), "--seed", "5", *small, "--out", str(out)]) == 0
    scene = read_picture(out).scene
    assert (scene.latent.seed, scene.quality.volume, scene.quality.backdrop) == (5, 32, "black")
    assert scene.camera.radius == config.render.radius


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.npz", "--out", "a.png"], "there is no file .*nowhere.npz"),
        (["nowhere.npz", "--out", "a.jpg"], "ends in .png"),
        (["nowhere.npz", "--grid", "2x2", "--out", "a.mp4"], "--grid"),
        (["nowhere.npz", "--transparent", "--out", "a.mp4"], "--transparent"),
        (["nowhere.npz", "--depth", "--field", "reference", "--out", "a.png"], "--depth"),
        (["nowhere.npz", "--steps", "2", "--out", "a.png"], "quality.steps"),
        (["nowhere.npz", "--psi", "7", "--out", "a.png"], "latent.psi"),
        (["nowhere.npz", "--slice", "w", "0", "--out", "a.png"], "expected x, y or z"),
        (["nowhere.npz", "--slice", "x", "half", "--out", "a.png"], "--slice x half"),
        (["nowhere.npz", "--slice", "x", "2", "--out", "a.png"], "quality.slice_at"),
        (["nowhere.npz", "--threshold", "0", "--out", "a.png"], "quality.threshold"),
        (["nowhere.npz", "--turntable", "0", "--out", "a.png"], "at least one view"),
    ],
)
def test_mistakes_are_explained(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["render", *arguments]) == 2
    assert not list(tmp_path.iterdir())
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert re.search(message, error)


def test_modes_of_the_picture(volume, tmp_path):
    modes = {
        "surface": ["--show", "surface", "--threshold", "3"],
        "slice": ["--slice", "y", "0.2"],
        "foreground": ["--parts", "foreground"],
        "smooth": ["--smooth", "3"],
    }
    pictures = {}
    for name, options in modes.items():
        out = tmp_path / f"{name}.png"
        assert main(["render", str(volume), *options, "--size", "24", "--out", str(out)]) == 0
        pictures[name] = (np.asarray(Image.open(out)), read_picture(out).scene.quality)
    assert pictures["surface"][1].threshold == 3
    sliced = pictures["slice"][1]
    assert (sliced.show, sliced.slice_axis, sliced.slice_at) == ("slice", "y", 0.2)
    assert (pictures["foreground"][1].parts, pictures["smooth"][1].smooth) == ("foreground", 3)
    arrays = [picture for picture, _ in pictures.values()]
    assert all((one != other).any() for at, one in enumerate(arrays) for other in arrays[:at])


def test_a_film_goes_once_around_and_is_made_again(volume, tmp_path):
    film, again, still = tmp_path / "turn.mp4", tmp_path / "again.gif", tmp_path / "still.png"
    options = ["--turntable", "6", "--fps", "12", "--size", "32", "--yaw", "20"]
    assert main(["render", str(volume), *options, "--out", str(film)]) == 0
    found = read_film(film)
    assert (found.pictures, found.size, found.fps) == (6, (32, 32), 12)
    assert math.degrees(found.scene.camera.yaw) == pytest.approx(20)
    assert main(["render", str(film), "--turntable", "6", "--out", str(again)]) == 0
    assert (read_film(again).scene, read_film(again).size) == (found.scene, (32, 32))
    assert main(["render", str(film), "--out", str(still)]) == 0
    with av.open(str(film)) as container:
        shown = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    errors = [np.abs(frame - np.asarray(Image.open(still))).mean() for frame in shown]
    assert errors[0] == min(errors) < 8


def test_a_grid_counts_seeds(tmp_path):
    torch.manual_seed(0)
    generator = EpigrafGenerator(GeneratorConfig(z_dim=8, w_dim=8, plane_resolution=8, plane_features=4, channel_max=8))
    save_checkpoint(tmp_path / "small.safetensors", generator, None, {})
    source, small = str(tmp_path / "small.safetensors"), ["--size", "16", "--voxels", "32", "--steps", "16"]
    assert main(["render", source, "--seed", "3", "--grid", "3x2", *small, "--out", str(tmp_path / "grid.png")]) == 0
    assert main(["render", source, "--seed", "7", *small, "--out", str(tmp_path / "one.png")]) == 0
    grid = np.asarray(Image.open(tmp_path / "grid.png"))
    assert grid.shape == (32, 48, 3)
    assert (grid[16:, 16:32] == np.asarray(Image.open(tmp_path / "one.png"))).all(), "the fifth has seed 3 + 4"
    assert main(["render", str(tmp_path / "grid.png"), "--out", str(tmp_path / "again.png")]) == 0
    assert (np.asarray(Image.open(tmp_path / "again.png")) == grid).all()


def test_a_transparent_picture_is_the_object_alone(volume, tmp_path):
    clear, white, black = (tmp_path / f"{name}.png" for name in ("clear", "white", "black"))
    common = [str(volume), "--size", "32", "--steps", "64", "--yaw", "30"]
    assert main(["render", *common, "--transparent", "--out", str(clear)]) == 0
    for out, backdrop in ((white, "white"), (black, "black")):
        assert main(["render", *common, "--backdrop", backdrop, "--out", str(out)]) == 0
    cutout = np.asarray(Image.open(clear)).astype(float) / 255
    assert cutout.shape == (32, 32, 4)
    assert 0.02 < cutout[..., 3].mean() < 0.9
    for out, ground in ((white, 1.0), (black, 0.0)):
        laid = cutout[..., 3:] * cutout[..., :3] + (1 - cutout[..., 3:]) * ground
        assert np.abs(laid - np.asarray(Image.open(out)) / 255).max() < 0.015
    assert read_picture(clear).scene.camera.yaw == pytest.approx(math.radians(30))


def test_depths_as_numbers_and_in_sixteen_bits(volume, tmp_path):
    common = ["render", str(volume), "--size", "32", "--steps", "64"]
    assert main([*common, "--out", str(tmp_path / "depth.npy")]) == 0
    assert main([*common, "--depth", "--out", str(tmp_path / "depth.png")]) == 0
    depth = np.load(tmp_path / "depth.npy")
    there = np.isfinite(depth)
    assert depth.dtype == np.float32
    assert 0.02 < there.mean() < 0.9
    assert 0.6 < depth[there].min() < depth[there].max() < 1.4, "the object lies around the origin, the eye at 1"
    with Image.open(tmp_path / "depth.png") as picture:
        steps, span = np.asarray(picture).astype(float), json.loads(picture.info["epigraf-depth"])
    assert ((steps > 0) == there).all()
    metric = span["near"] + (steps - 1) / 65534 * (span["far"] - span["near"])
    assert np.abs(metric - depth)[there].max() < 1e-5


def test_a_seed_that_is_named_is_the_seed_itself(volume, tmp_path):
    between = Scene(Source("checkpoint", str(volume)), Latent(seed=4, x=0.5, y=0.25, psi=0.3))
    (tmp_path / "between.json").write_text(between.to_json())
    for options, latent in (([], between.latent), (["--seed", "9"], Latent(seed=9, psi=0.3))):
        out = tmp_path / f"{len(options)}.png"
        command = ["render", str(tmp_path / "between.json"), *options, "--size", "8", "--out", str(out)]
        assert main(command) == 0
        assert read_picture(out).scene.latent == latent


def test_a_timeline_becomes_a_film(tmp_path, monkeypatch):
    torch.manual_seed(0)
    generator = EpigrafGenerator(GeneratorConfig(z_dim=8, w_dim=8, plane_resolution=8, plane_features=4, channel_max=8))
    save_checkpoint(tmp_path / "small.safetensors", generator, None, {})
    source, quality = Source("checkpoint", str(tmp_path / "small.safetensors")), Quality(steps=16, volume=32)
    scenes = [Scene(source, Latent(seed), Camera(yaw=yaw), quality) for seed, yaw in ((1, 0.0), (1, 0.5), (2, 1.0))]
    timeline = Timeline(tuple(Keyframe(0.5 * number, scene) for number, scene in enumerate(scenes)))
    (tmp_path / "journey.json").write_text(timeline.to_json())
    made = []

    def recorded(scene: Scene, *rest, **more):
        made.append(scene.latent)
        return sample_of(scene, *rest, **more)

    monkeypatch.setattr("app.pictures.render.sample_of", recorded)
    out = tmp_path / "journey.mp4"
    command = ["render", str(tmp_path / "journey.json"), "--size", "32", "--fps", "8"]
    assert main([*command, "--out", str(out)]) == 0
    film = read_film(out)
    assert (film.pictures, film.size) == (9, (32, 32))
    assert film.scene == scenes[0]
    assert made[0] == Latent(1)
    assert [latent.share for latent in made[1:]] == [0.25, 0.5, 0.75, 0.0], "one sample for all of the first half"
    assert main([*command, "--out", str(tmp_path / "first.png")]) == 0
    assert read_picture(tmp_path / "first.png").scene == scenes[0]
    assert main([*command, "--field", "reference", "--out", str(tmp_path / "other.mp4")]) == 2


def test_a_wrong_size_is_a_usage_error(capsys):
    with pytest.raises(SystemExit):
        main(["render", "--size", "0", "--out", "a.png"])
    assert "512 or 640x480" in capsys.readouterr().err


def test_a_foreign_picture_carries_no_scene(tmp_path):
    foreign = tmp_path / "foreign.png"
    Image.new("RGB", (4, 4)).save(foreign)
    with pytest.raises(ValueError, match="carries no Scene"):
        read_picture(foreign)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"text\.png cannot be read"):
        read_picture(tmp_path / "text.png")
    save_picture(tmp_path / "own.png", np.zeros((2, 3, 4), np.uint8), Scene())
    assert read_picture(tmp_path / "own.png").scene == Scene()


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> RunDirectory:
    """A run with two snapshots of different weights and newer live weights."""
    folder = tmp_path_factory.mktemp("runs") / "00001-run"
    (folder / "snapshots").mkdir(parents=True)
    run = RunDirectory(folder)
    config = GeneratorConfig(z_dim=16, w_dim=16, plane_resolution=16, plane_features=4, channel_max=16)
    for path in (run.snapshot_path(1), run.snapshot_path(12), run.live_path):
        save_checkpoint(path, EpigrafGenerator(config).eval(), None, {})
    return run


CAMERA = Camera(0.3, 1.2, 1.5, 40.0, (0.01, 0.0, -0.02))


def saved(path, source: Source, size: tuple[int, int] = (40, 24)):
    """A picture as the window saves it, of which only the Scene matters."""
    scene = Scene(source, Latent(7, 0.4), CAMERA, Quality(16, 32, "black"))
    save_picture(path, np.zeros((size[1], size[0], 3), np.uint8), scene)
    return scene


@pytest.mark.parametrize("suffix", [".png", ".json"])
def test_what_was_saved_can_be_made_again(run, tmp_path, suffix):
    snapshot = run.snapshot_path(12)
    scene = saved(tmp_path / "saved.png", Source("checkpoint", str(snapshot)))
    (tmp_path / "saved.json").write_text(scene.to_json())
    again, third = tmp_path / "again.png", tmp_path / "third.png"
    small = [] if suffix == ".png" else ["--size", "40x24"]
    assert main(["render", str(tmp_path / f"saved{suffix}"), *small, "--out", str(again)]) == 0
    assert read_picture(again).scene == scene
    assert read_picture(again).size == (40, 24), "the size is the picture's"
    degrees = [f"--yaw={math.degrees(0.3)}", f"--pitch={math.degrees(1.2)}", "--radius=1.5", "--fov=40"]
    other = ["--target", "0.01", "0", "-0.02", "--seed=7", "--psi=0.4", "--steps=16", "--voxels=32", "--backdrop=black"]
    assert main(["render", str(snapshot), *degrees, *other, "--size=40x24", "--out", str(third)]) == 0
    assert (np.asarray(Image.open(again)) == np.asarray(Image.open(third))).all()


def test_a_picture_of_a_run_shows_its_newest_snapshot(run, tmp_path):
    scene = saved(tmp_path / "saved.png", Source("run", str(run.path)))
    out = tmp_path / "again.png"
    assert main(["render", str(tmp_path / "saved.png"), "--out", str(out)]) == 0
    again = read_picture(out).scene
    assert again.source == Source("checkpoint", str(run.snapshot_path(12)))
    assert (again.latent, again.camera, again.quality) == (scene.latent, scene.camera, scene.quality)


def test_a_picture_of_a_snapshot_is_made_again_of_that_one(run, tmp_path):
    earlier = Source("run", str(run.path), run.snapshot_path(1).name)
    saved(tmp_path / "saved.png", earlier)
    out, newest = tmp_path / "again.png", tmp_path / "newest.png"
    assert main(["render", str(tmp_path / "saved.png"), "--out", str(out)]) == 0
    assert read_picture(out).scene.source == Source("checkpoint", str(run.snapshot_path(1)))
    assert main(["render", str(tmp_path / "saved.png"), "--snapshot", "12", "--out", str(newest)]) == 0
    assert read_picture(newest).scene.source == Source("checkpoint", str(run.snapshot_path(12)))
    assert (np.asarray(Image.open(out)) != np.asarray(Image.open(newest))).any()


def test_snapshots_of_a_run_by_name(run, tmp_path, capsys):
    small, out = ["--voxels", "32", "--force", "--size", "16"], tmp_path / "picture.png"
    best = {"metric": "fid", "value": 3.0, "kimg": 1.0, "snapshot": run.snapshot_path(1).name}
    (run.path / "best.json").write_text(json.dumps(best))
    for name, kimg in (("best", 1), ("12", 12), (run.snapshot_path(1).name, 1), (None, 12)):
        chosen = [] if name is None else ["--snapshot", name]
        assert main(["render", str(run.path), *chosen, *small, "--out", str(out)]) == 0
        assert read_picture(out).scene.source.path == str(run.snapshot_path(kimg))
    assert main(["render", str(run.path), "--snapshot", "5", "--out", str(out)]) == 2
    assert "there are (kimg): 1, 12" in capsys.readouterr().err
    assert main(["render", str(run.snapshot_path(1)), "--snapshot", "12", "--out", str(out)]) == 2
    assert "SOURCE is no run" in capsys.readouterr().err


def test_options_change_what_was_saved(run, tmp_path):
    scene = saved(tmp_path / "saved.png", Source("run", str(run.path)))
    out = tmp_path / "again.png"
    changes = ["--seed", "0", "--yaw", "0", "--backdrop", "learned", "--size", "16", "--turntable", "2"]
    assert main(["render", str(tmp_path / "saved.png"), *changes, "--out", str(out)]) == 0
    again = read_picture(out)
    assert again.scene.latent == Latent(0, 0.4)
    assert again.scene.camera == Camera(0.0, 1.2, 1.5, 40.0, CAMERA.target)
    assert again.scene.quality == Quality(16, 32, "learned")
    assert again.size == (32, 16)
    last = tmp_path / "last.png"
    assert main(["render", str(out), "--out", str(last)]) == 0
    assert (np.asarray(Image.open(last)) == np.asarray(Image.open(out))).all(), "a turntable is made again as one"
    assert scene.latent.seed == 7


def test_a_picture_of_the_demo(volume, tmp_path, monkeypatch):
    volume_of_demo = tmp_path / "demo.npz"
    volume_of_demo.write_bytes(volume.read_bytes())
    monkeypatch.setattr("app.pictures.render.asset", lambda name: tmp_path / name)
    save_picture(tmp_path / "saved.png", np.zeros((8, 8, 3), np.uint8), Scene())
    out = tmp_path / "again.png"
    assert main(["render", str(tmp_path / "saved.png"), "--out", str(out)]) == 0
    assert read_picture(out).scene == Scene()
    assert main(["render", str(tmp_path / "saved.png"), "--seed", "3", "--out", str(out)]) == 2


def test_what_cannot_be_made_again_is_explained(tmp_path, capsys):
    gone, empty = tmp_path / "gone.safetensors", tmp_path / "00002-empty"
    for name, source in (("a", Source("checkpoint", str(gone))), ("b", Source("run", str(empty)))):
        saved(tmp_path / f"{name}.png", source)
    (tmp_path / "c.json").write_text('{"version": 9}')
    (tmp_path / "d.json").write_bytes(b"\xff")
    Image.new("RGB", (4, 4)).save(tmp_path / "e.png")
    words = {"a.png": "gone.safetensors", "b.png": "snapshot", "c.json": "version 9", "d.json": "d.json",
             "e.png": "carries no Scene", "f.png": "there is no file", "g.json": "there is no file"}  # fmt: skip
    for name, word in words.items():
        assert main(["render", str(tmp_path / name), "--out", str(tmp_path / "out.png")]) == 2
        error = capsys.readouterr().err
        assert name in error, error
        assert word in error, error
        assert "Traceback" not in error
    assert not (tmp_path / "out.png").exists()


def test_no_picture_replaces_another(tmp_path):
    names = []
    for _ in range(3):
        path = free_path(tmp_path, "epigraf-1")
        path.touch()
        names.append(path.name)
    assert names == ["epigraf-1.png", "epigraf-1-2.png", "epigraf-1-3.png"]


def test_what_is_compared_is_made_again_and_measured(volume, tmp_path, capsys):
    source, out = Source("checkpoint", str(volume)), tmp_path / "out.png"
    black = Other(quality=Quality(16, 32, "black"), divider=0.25)
    apart = replace(black, view="difference", gain=4)
    for name, other in (("one", None), ("split", black), ("difference", apart)):
        scene = Scene(source, Latent(), Camera(), Quality(16, 32, "white"), other)
        (tmp_path / f"{name}.json").write_text(scene.to_json())
    pictures = {}
    for name in ("one", "split", "difference"):
        assert main(["render", str(tmp_path / f"{name}.json"), "--size", "40x24", "--force", "--out", str(out)]) == 0
        pictures[name] = np.asarray(Image.open(out)).astype(int)
    assert (pictures["split"][:, :9] == pictures["one"][:, :9]).all()
    assert pictures["split"][2, 30].tolist() == [0, 0, 0]
    assert pictures["difference"][2, 30].tolist() == [255, 255, 255]
    assert re.search(r"PSNR \d\.\d dB in 8 bit", capsys.readouterr().err)
    assert read_picture(out).scene.other == apart
