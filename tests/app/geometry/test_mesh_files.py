"""Every format is read back by other people's readers: shape, colours, normals, and the Scene."""

import json
import math
import struct
from pathlib import Path

import numpy as np
import pytest
import pyvista
import trimesh

from app.data.mesh_load import load_model
from app.geometry.extract import extract
from app.geometry.mesh import Mesh
from app.geometry.mesh_files import save_mesh
from app.geometry.polydata import as_mesh, points_of
from app.geometry.read import read_mesh
from app.incoming.opening import recognise
from app.pictures.mesh_scene import saved_mesh_scene
from core.density import colours_at, density_grid
from core.scene import Latent, Scene
from core.srgb import srgb
from tests.core.spheres import AREA, CENTRE, RADIUS, THRESHOLD, VOLUME, ball, distance

SCENE = Scene(latent=Latent(seed=7, psi=0.5))
FORMATS = [".glb", ".ply", ".obj", ".stl"]


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    surface = extract(density_grid(ball(65), 64), THRESHOLD)
    return as_mesh(surface, colours_at(ball(65), points_of(surface)))


@pytest.fixture(scope="module")
def files(mesh, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("meshes")
    paths = {suffix: folder / "new" / f"ball{suffix}" for suffix in FORMATS}
    for path in paths.values():
        save_mesh(path, mesh, SCENE)
    return paths


@pytest.mark.parametrize("suffix", FORMATS)
def test_trimesh_reads_the_same_ball(files, mesh, suffix):
    [read] = trimesh.load_scene(files[suffix]).geometry.values()  # vertices of an .stl are merged
    assert read.is_watertight
    assert read.area == pytest.approx(AREA, rel=0.01)
    assert read.volume == pytest.approx(VOLUME, rel=0.01)
    assert np.abs(distance(read.vertices) - RADIUS).max() < 0.7 / 63 / 2
    np.testing.assert_allclose(read.bounds, [mesh.points.min(axis=0), mesh.points.max(axis=0)], atol=1e-6)


@pytest.mark.parametrize("suffix", FORMATS)
def test_vtk_reads_the_same_ball(files, mesh, suffix):
    read = pyvista.read(files[suffix])
    while isinstance(read, pyvista.MultiBlock):
        read = read[0]
    assert read.n_cells == len(mesh.faces)
    assert read.area == pytest.approx(AREA, rel=0.01)
    np.testing.assert_allclose(np.array(read.bounds).reshape(3, 2).mean(axis=1), CENTRE, atol=0.01)
    if suffix in (".ply", ".obj"):
        colours = next(read.point_data[name] for name in ("RGBA", "RGB") if name in read.point_data)
        colours = colours if colours.dtype == np.uint8 else np.round(255 * colours)
        assert np.abs(colours[:, :3].astype(int) - mesh.colours).max() <= 2


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_colours_are_those_of_the_field(files, mesh, suffix):
    [read] = trimesh.load_scene(files[suffix], process=False).geometry.values()
    if suffix == ".glb":
        colours = np.round(255 * srgb(read.visual.vertex_attributes["color"][:, :3] / 65535))
    else:
        colours = read.visual.vertex_colors[:, :3]
    assert np.ptp(mesh.colours) > 100
    order = np.argsort(read.vertices @ [1, 1e2, 1e4]), np.argsort(mesh.points.astype(float) @ [1, 1e2, 1e4])
    expected = colours_at(ball(65), np.asarray(read.vertices, np.float32)).astype(int)
    assert np.abs(colours.astype(int) - expected).max() <= 2
    assert np.abs(colours[order[0]].astype(int) - mesh.colours[order[1]]).max() <= 2


@pytest.mark.parametrize("suffix", FORMATS[:3])
def test_the_scene_comes_back(files, suffix):
    assert saved_mesh_scene(files[suffix]) == SCENE
    assert recognise(str(files[suffix])).scene == SCENE


def test_a_mesh_of_somebody_else_says_so(tmp_path):
    for suffix in (".glb", ".ply", ".obj"):
        path = tmp_path / f"box{suffix}"
        trimesh.creation.box().export(path)
        with pytest.raises(ValueError, match="does not tell which sample"):
            saved_mesh_scene(path)


def test_another_suffix_is_refused(mesh, tmp_path):
    with pytest.raises(ValueError, match="meshes are written as"):
        save_mesh(tmp_path / "ball.fbx", mesh, SCENE)
    assert list(tmp_path.iterdir()) == []


def test_our_own_readers_read_it(files, mesh):
    assert read_mesh(files[".glb"]).GetNumberOfPolys() == read_mesh(files[".stl"]).GetNumberOfPolys()
    for suffix in FORMATS[:3]:  # as a data set of meshes is made of it
        [surface] = load_model(files[suffix]).surfaces
        np.testing.assert_allclose(surface.colours, colours_at(ball(65), surface.points) / 255, atol=2 / 255)


COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}


def test_the_glb_keeps_to_the_specification(files, mesh):
    """glTF 2.0, sections 3.6 (buffers), 3.7 (meshes), 4.4 (GLB) and KHR_materials_unlit."""
    content = files[".glb"].read_bytes()
    magic, version, length, json_length, json_type = struct.unpack_from("<4sIII4s", content)
    assert (magic, version, length, json_type) == (b"glTF", 2, len(content), b"JSON")
    assert json_length % 4 == 0
    binary_length, binary_type = struct.unpack_from("<I4s", content, 20 + json_length)
    assert (binary_type, binary_length % 4) == (b"BIN\0", 0)
    assert 28 + json_length + binary_length == length
    text = content[20 : 20 + json_length]
    assert not text.rstrip(b" ").endswith((b"\0", b"\n"))
    tree, binary = json.loads(text), content[28 + json_length :]
    assert tree["asset"]["version"] == "2.0"
    assert set(tree.get("extensionsUsed", [])) == {"KHR_materials_unlit"}
    [buffer] = tree["buffers"]
    assert "uri" not in buffer
    assert buffer["byteLength"] <= binary_length <= buffer["byteLength"] + 3
    arrays = [array_of(tree, accessor, binary) for accessor in tree["accessors"]]
    [primitive] = tree["meshes"][0]["primitives"]
    assert primitive.get("mode", 4) == 4
    indices = arrays[primitive["indices"]]
    assert indices.dtype == np.uint32
    np.testing.assert_array_equal(indices.reshape(-1, 3), mesh.faces)
    attributes = primitive["attributes"]
    assert set(attributes) == {"POSITION", "NORMAL", "COLOR_0"}
    np.testing.assert_array_equal(arrays[attributes["POSITION"]], mesh.points)
    assert {"min", "max"} <= set(tree["accessors"][attributes["POSITION"]])
    assert np.abs(np.linalg.norm(arrays[attributes["NORMAL"]], axis=1) - 1).max() < 5e-4
    assert tree["accessors"][attributes["COLOR_0"]]["normalized"] is True
    assert arrays[attributes["COLOR_0"]].dtype == np.uint16
    assert tree["materials"][primitive["material"]]["extensions"] == {"KHR_materials_unlit": {}}
    views = [tree["bufferViews"][tree["accessors"][number]["bufferView"]] for number in attributes.values()]
    assert {view["target"] for view in views} == {34962}
    assert tree["bufferViews"][tree["accessors"][primitive["indices"]]["bufferView"]]["target"] == 34963
    used = {node["mesh"] for node in tree["nodes"] if "mesh" in node}
    assert used == {0}
    assert tree["scene"] == 0


def array_of(tree: dict, accessor: dict, binary: bytes) -> np.ndarray:
    view, dtype = tree["bufferViews"][accessor["bufferView"]], np.dtype(TYPES[accessor["componentType"]])
    columns, offset = COMPONENTS[accessor["type"]], view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    assert offset % dtype.itemsize == 0
    assert columns * dtype.itemsize % 4 == 0  # attributes begin at multiples of four
    size = accessor["count"] * columns * dtype.itemsize
    assert accessor.get("byteOffset", 0) + size <= view["byteLength"]
    array = np.frombuffer(binary, dtype, accessor["count"] * columns, offset).reshape(-1, columns)
    for name, reduce in (("min", np.min), ("max", np.max)):
        if name in accessor:
            np.testing.assert_allclose(accessor[name], reduce(array, axis=0), rtol=1e-6)
            assert all(math.isfinite(value) for value in accessor[name])
    return array
