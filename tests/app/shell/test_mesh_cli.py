"""`epigraf mesh` writes what was asked, says what it holds, and refuses what cannot be."""

import json
from pathlib import Path

import mrcfile
import numpy as np
import pytest
import trimesh

from app.cli import main
from app.paths import asset
from app.pictures.mesh_scene import saved_mesh_scene
from app.pictures.render import generator_of
from app.shell.mesh_order import seeds_of
from core.checkpoint import save_checkpoint
from core.density import density_grid, field_of
from core.epigraf import EpigrafGenerator
from core.geometry import Decimate, Geometry, Largest, Smooth
from core.latents import sample_of as sample_of_latent
from core.model_config import GeneratorConfig
from core.scene import Latent, Quality, Scene
from core.timeline import Keyframe, Timeline

COARSE = ["--resolution", "64"]


def one_mesh(path: Path) -> trimesh.Trimesh:
    [mesh] = trimesh.load_scene(path).geometry.values()
    return mesh


def test_a_mesh_carries_its_scene_and_is_made_again_byte_by_byte(tmp_path, capsys):
    first, again = tmp_path / "new" / "one.ply", tmp_path / "again.ply"
    options = ["--seed", "2", "--largest", "--smooth", "10", "--faces", "5000"]
    assert main(["mesh", *COARSE, *options, "--out", str(first)]) == 0
    told = capsys.readouterr().err
    assert "1 component" in told
    assert "largest: " in told
    scene = saved_mesh_scene(first)
    assert (scene.latent.seed, scene.geometry.resolution) == (2, 64)
    assert scene.geometry.filters == (Largest(), Smooth(passes=10), Decimate(faces=5000))
    assert 0.1 < scene.quality.threshold < 10  # found, and written down
    assert main(["mesh", str(first), "--out", str(again)]) == 0
    assert first.read_bytes() == again.read_bytes()
    assert main(["mesh", str(first), "--compare", str(again)]) == 0
    assert "Chamfer distance" in capsys.readouterr().out


def test_several_seeds_have_names_of_their_own(tmp_path, capsys):
    out = tmp_path / "{seed}.stl"
    assert main(["mesh", *COARSE, "--seeds", "0,2-3", "--threshold", "6", "--out", str(out)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.stl", "2.stl", "3.stl"]
    assert main(["mesh", *COARSE, "--seeds", "0-1", "--out", str(tmp_path / "same.glb")]) == 2
    assert "{seed}" in capsys.readouterr().err


def test_one_of_several_may_fail(tmp_path, capsys):
    generator = generator_of(asset("demo.safetensors"))
    samples = (sample_of_latent(generator, Latent(seed)) for seed in (0, 1))
    most = [float(density_grid(field_of(sample), 64).values.max()) for sample in samples]
    thin, thick = sorted((0, 1), key=most.__getitem__)
    options = [*COARSE, "--seeds", "0,1", "--threshold", f"{sum(most) / 2:.4f}", "--out", str(tmp_path / "{seed}.glb")]
    assert main(["mesh", *options]) == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"{thick}.glb"]
    assert f"{thin}.glb: no surface" in capsys.readouterr().err


def test_a_timeline_has_a_mesh_for_each_keyframe(tmp_path):
    scenes = [Scene(latent=Latent(seed), quality=Quality(threshold=6), geometry=Geometry(64)) for seed in (1, 2)]
    journey = tmp_path / "journey.json"
    journey.write_text(Timeline((Keyframe(0, scenes[0]), Keyframe(1, scenes[1]))).to_json())
    assert main(["mesh", str(journey), "--out", str(tmp_path / "frame{frame}.glb")]) == 0
    made = [saved_mesh_scene(tmp_path / f"frame000{number}.glb") for number in (1, 2)]
    assert [scene.latent.seed for scene in made] == [1, 2]
    assert {scene.quality.threshold for scene in made} == {6}


def test_favourites_are_named(tmp_path):
    favourites = tmp_path / "favourites.json"
    favourites.write_text(json.dumps([{"name": "red / one", "latent": {"seed": 3}}]))
    out = tmp_path / "{name}.glb"
    assert main(["mesh", *COARSE, "--threshold", "6", "--favourites", str(favourites), "--out", str(out)]) == 0
    assert saved_mesh_scene(tmp_path / "red-one.glb").latent.seed == 3


def test_the_density_itself(tmp_path):
    path = tmp_path / "density.mrc"
    assert main(["mesh", *COARSE, "--threshold", "6", "--seed", "1", "--out", str(path)]) == 0
    with mrcfile.open(path) as mrc:
        assert mrc.data.shape == (64, 64, 64)


def test_a_generator_that_has_diverged_is_told(tmp_path, capsys):
    config = GeneratorConfig(z_dim=8, w_dim=8, plane_resolution=8, plane_features=4, channel_base=64, decoder_hidden=8)
    generator = EpigrafGenerator(config)
    generator.decoder.out.weight.data.fill_(np.nan)
    save_checkpoint(tmp_path / "broken.safetensors", generator, None, {})
    assert main(["mesh", str(tmp_path / "broken.safetensors"), *COARSE, "--out", str(tmp_path / "mesh.glb")]) == 2
    assert "not finite" in capsys.readouterr().err
    assert not (tmp_path / "mesh.glb").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "say where the mesh goes"),
        (["--out", "mesh.fbx"], "choose a name that ends in one of"),
        (["--out", "{frame}.glb"], "there is no {frame} here"),
        (["--out", "mesh.glb", "--resolution", "1000"], "geometry.resolution"),
        ([str(asset("demo.npz")), "--out", "mesh.glb"], "is a baked volume: a surface needs a checkpoint"),
        (["missing.png", "--out", "mesh.glb"], "there is no file missing.png"),
        (["missing.glb", "--compare", "other.glb"], "there is no file missing.glb"),
        (["--scene", "{}", "a.png", "--out", "mesh.glb"], "leave one of them out"),
    ],
)
def test_what_cannot_be_is_refused(options, message, capsys):
    assert main(["mesh", *options]) == 2
    assert message in capsys.readouterr().err


def test_no_file_is_replaced_unless_that_is_said(tmp_path, capsys):
    path = tmp_path / "mesh.glb"
    path.write_text("precious")
    assert main(["mesh", *COARSE, "--out", str(path)]) == 2
    assert "say --force" in capsys.readouterr().err
    assert path.read_text() == "precious"
    assert main(["mesh", *COARSE, "--threshold", "6", "--colours", "none", "--force", "--out", str(path)]) == 0
    assert len(one_mesh(path).faces) > 1000


def test_there_is_no_window_without_a_display(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main(["mesh", "--open"]) == 2
    assert "there is no display" in capsys.readouterr().err


def test_more_memory_than_there_is_is_refused_before(monkeypatch, tmp_path, capsys):
    class Little:
        available = 2**20

    monkeypatch.setattr("psutil.virtual_memory", lambda: Little)
    assert main(["mesh", "--resolution", "512", "--threshold", "6", "--out", str(tmp_path / "mesh.glb")]) == 2
    assert "choose a lower --resolution" in capsys.readouterr().err


def test_seeds():
    assert seeds_of("0-3") == [0, 1, 2, 3]
    assert seeds_of("7, 1-2") == [7, 1, 2]
    with pytest.raises(Exception, match="expected seeds"):
        seeds_of("3-1")
