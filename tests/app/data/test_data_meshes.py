"""`epigraf data meshes`: files of all kinds, both protocols, and jobs that end early."""

import math
import os
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
import trimesh
from PIL import Image

from app.cli import main
from app.data.mesh_folder import render_folder
from app.data.mesh_load import MeshError, load_model, mesh_files
from app.data.mesh_texture import object_colours
from app.data.meshes import MEGASCANS, OBJECTS, coloured, sphere_poses
from core.camera import sphere_points
from training.data_check import check
from training.data_set import ImageDataSet


def textured_quad(path) -> None:
    """A square in the plane z = 0: its left half red, its right half green."""
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:, :2, 0] = picture[:, 2:, 1] = 255
    material = trimesh.visual.texture.SimpleMaterial(image=Image.fromarray(picture))
    visual = trimesh.visual.TextureVisuals(uv=[[0, 0], [1, 0], [1, 1], [0, 1]], material=material)
    points = [[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]
    trimesh.Trimesh(points, [[0, 1, 2], [0, 2, 3]], visual=visual, process=False).export(path)


@pytest.fixture
def meshes(tmp_path):
    folder = tmp_path / "things"
    folder.mkdir()
    trimesh.creation.box((1, 2, 3)).export(folder / "box.stl")
    trimesh.creation.icosphere(2).export(folder / "ball.obj", include_normals=False)
    torus = trimesh.creation.torus(1, 0.4)
    torus.visual.vertex_colors = np.tile(np.array([255, 0, 0, 255], np.uint8), (len(torus.vertices), 1))
    torus.export(folder / "ring.ply")
    textured_quad(folder / "card.glb")
    (folder / "SOURCES.md").write_text("not a mesh")
    return folder


def test_the_command_makes_a_data_set(meshes, tmp_path, capsys):
    out = tmp_path / "made" / "set.zip"
    arguments = ["data", "meshes", str(meshes), "--views", "3", "--resolution", "16", "--out", str(out)]
    assert main(arguments) == 0
    assert "12 pictures of 16 px, 4 objects" in capsys.readouterr().out
    with ImageDataSet.open(out) as data:
        info = data.info
        assert (info.count, info.resolution, info.name) == (12, 16, "things")
        assert info.objects == ("ball", "box", "card", "ring")
        assert (info.fov, info.radius, info.near, info.far, info.cube_scale) == (30, 1, 0.74, 1.26, 0.35)
        assert [data.label(i) for i in range(12)] == [i // 3 for i in range(12)]
        ring = np.concatenate([data.image(i) for i in (9, 10, 11)]).astype(int)
        assert (ring[..., 0] >= ring[..., 1:].max(axis=-1)).all()
        assert ring[..., 1].min() < 60
    assert check(out).ok
    before = out.read_bytes()
    assert main(arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*arguments, "--force"]) == 0
    assert out.read_bytes() == before
    assert [file.name for file in out.parent.iterdir()] == ["set.zip"]


def test_textures_of_a_glb_are_read_the_right_way_round(meshes):
    surface = load_model(meshes / "card.glb").surfaces[0]
    assert surface.texture is not None
    assert tuple(surface.texture[0, 0]) == (255, 0, 0)
    left, right = surface.uv[surface.points[:, 0] < 0], surface.uv[surface.points[:, 0] > 0]
    assert left[:, 0].max() < right[:, 0].min()


def test_parts_of_a_glb_stand_where_the_file_puts_them(tmp_path):
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.icosphere(1), transform=trimesh.transformations.translation_matrix([5, 0, 0]))
    scene.add_geometry(trimesh.creation.icosphere(1))
    scene.export(tmp_path / "two.glb")
    model = load_model(tmp_path / "two.glb")
    assert len(model.surfaces) == 2
    assert np.ptp(model.points[:, 0]) == pytest.approx(7)


def test_plain_materials_give_their_colour(tmp_path):
    (tmp_path / "a.mtl").write_text("newmtl paint\nKd 0.2 0.4 0.6\n")
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nusemtl paint\nf 1/1 2/1 3/1\n")
    (tmp_path / "b.obj").write_text("mtllib lost.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nusemtl paint\nf 1/1 2/1 3/1\n")
    np.testing.assert_allclose(load_model(tmp_path / "a.obj").surfaces[0].colours[0], [0.2, 0.4, 0.6], atol=0.005)
    assert load_model(tmp_path / "b.obj").surfaces[0].colours is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.obj", "v 0 0 0\nv 1 0 0\n", "no triangles"),
        ("a.obj", "v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n", "one place"),
        ("a.obj", "v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "no triangles"),
        ("a.glb", "<html>", "cannot be read"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex 9\n", "a.ply"),
        ("a.stl", "", "a.stl"),
    ],
)
def test_damaged_meshes_are_named(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(MeshError, match=words) as caught:
        load_model(tmp_path / name)
    assert name in str(caught.value)


def test_a_damaged_mesh_is_left_out_and_named(meshes, tmp_path, capsys):
    (meshes / "zz.glb").write_bytes(b"glTF")
    out = tmp_path / "set.zip"
    assert main(["data", "meshes", str(meshes), "--views", "1", "--resolution", "8", "--out", str(out)]) == 0
    assert "left out zz" in capsys.readouterr().out
    with ImageDataSet.open(out) as data:
        assert len(data) == 4


def test_only_damaged_meshes_leave_nothing(tmp_path, capsys):
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "zz.glb").write_bytes(b"glTF")
    out = tmp_path / "set.zip"
    assert main(["data", "meshes", str(folder), "--views", "1", "--resolution", "8", "--out", str(out)]) == 2
    assert "zz.glb" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["things"]


def test_protocols_have_their_own_number_of_views():
    assert (OBJECTS.views, MEGASCANS.views) == (64, 128)


def test_folders_without_meshes(tmp_path):
    with pytest.raises(MeshError, match="holds no meshes"):
        mesh_files(tmp_path)
    with pytest.raises(MeshError, match="no such folder"):
        mesh_files(tmp_path / "absent")


def test_objects_are_centred_in_their_sphere(meshes):
    for file in mesh_files(meshes):
        model = OBJECTS.placed(load_model(file))
        assert np.linalg.norm(model.points, axis=1).max() == pytest.approx(0.25)


def test_megascans_fills_the_cube_and_says_what_it_drops(meshes, tmp_path):
    trimesh.creation.box((1, 0.03, 0.02)).export(meshes / "stick.stl")
    out = tmp_path / "set"
    dropped = render_folder(meshes, out, views=2, resolution=16, protocol=MEGASCANS)
    assert {item.name for item in dropped} == {"card", "stick", "box"}
    assert all("less than 2" in item.reason for item in dropped)
    with ImageDataSet.open(out) as data:
        assert data.info.objects == ("ball", "ring")
        assert (data.info.radius, data.info.fov) == (3.5, 45)
        assert [data.label(i) for i in range(4)] == [0, 0, 1, 1]
    placed = MEGASCANS.placed(load_model(meshes / "box.stl")).points
    assert np.abs(placed).max() == pytest.approx(1)


def test_an_empty_set_is_refused(tmp_path):
    trimesh.creation.box((1, 0.03, 0.02)).export(tmp_path / "stick.stl")
    with pytest.raises(MeshError, match=r"no object is left: stick its box holds"):
        render_folder(tmp_path, tmp_path / "set.zip", views=1, resolution=8, protocol=MEGASCANS)
    assert [file.name for file in tmp_path.iterdir()] == ["stick.stl"]


def test_poses_are_uniform_on_the_sphere_and_depend_on_the_name():
    assert sphere_poses(5, 0, "a") == sphere_poses(5, 0, "a")
    assert sphere_poses(5, 0, "a") != sphere_poses(5, 0, "b")
    assert sphere_poses(5, 0, "a") != sphere_poses(5, 1, "a")
    poses = np.array([sphere_poses(8, 3, str(name)) for name in range(500)])
    eyes = sphere_points(poses[..., 0], poses[..., 1])
    # Uniform on the sphere: every coordinate is uniform on [-1, 1], for the first pose as for all.
    for some in (eyes.reshape(-1, 3), eyes[:, 0]):
        shares = np.stack([np.histogram(axis, 4, (-1, 1))[0] for axis in some.T]) / len(some)
        assert np.abs(shares - 0.25).max() < 0.08
    assert poses[..., 1].min() > 0
    assert poses[..., 1].max() < math.pi
    gaps = np.linalg.norm(eyes[:, :, None] - eyes[:, None], axis=-1) + 9 * np.eye(8)
    assert gaps.min() > 0.6


def test_procedural_colours_depend_on_the_name_and_differ_from_side_to_side():
    points = np.random.default_rng(0).normal(size=(2000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    first = object_colours(points, "spot")
    np.testing.assert_array_equal(first, object_colours(points, "spot"))
    assert np.abs(first - object_colours(points, "cow")).mean() > 0.05
    assert np.abs(first - object_colours(-points, "spot")).mean() > 0.05
    assert first.min() >= 0
    assert first.max() <= 1


def test_finished_surfaces_stay_as_they_are(meshes):
    once = coloured(OBJECTS.placed(load_model(meshes / "ball.obj")), 0.25)
    assert coloured(once, 0.25).surfaces[0] is once.surfaces[0]
    edges = once.surfaces[0].points[once.surfaces[0].faces]
    assert np.linalg.norm(edges - np.roll(edges, 1, axis=1), axis=-1).max() <= 0.06 * 0.25 + 1e-9


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
@pytest.mark.parametrize(("name", "stop"), [("set.zip", signal.SIGINT), ("set", signal.SIGTERM)])
def test_an_interrupted_job_leaves_only_what_it_goes_on_from(tmp_path, name, stop, repository):
    command = [sys.executable, "-m", "app", "data", "shapes", "--resolution", "16", "--out", str(tmp_path / name)]
    with subprocess.Popen(command, cwd=repository, stderr=subprocess.PIPE, text=True, env=os.environ.copy()) as job:
        try:
            deadline = time.monotonic() + 60
            while not _begun(tmp_path) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert _begun(tmp_path)
            job.send_signal(stop)
            _, errors = job.communicate(timeout=30)
        finally:
            job.kill()
    assert job.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == [f".{name}.parts"], "no data set, and none half written"


def test_help_shows_examples_and_needs_no_vtk(capsys):
    before = set(sys.modules)
    for command in ("meshes", "shapes", "check", "convert"):
        with pytest.raises(SystemExit):
            main(["data", command, "--help"])
        assert f"epigraf data {command}" in capsys.readouterr().out.split("examp")[1]
    assert not {"app.data.shapes", "torch"} & (set(sys.modules) - before)


def test_check_says_with_its_exit_code_what_it_found(meshes, tmp_path, capsys):
    render_folder(meshes, tmp_path / "set.zip", views=2, resolution=8)
    assert main(["data", "check", str(tmp_path / "set.zip")]) == 0
    assert "8 of 8 x 8" in capsys.readouterr().out
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as archive:
        archive.writestr("a.png", b"no picture")
        archive.writestr("dataset.json", "{}")
    assert main(["data", "check", str(tmp_path / "broken.zip")]) == 1
    assert "a.png" in capsys.readouterr().out


def _begun(folder) -> bool:
    """Whether something is being written."""
    return any(file.stat().st_size > 2000 or file.is_dir() for file in folder.iterdir())
