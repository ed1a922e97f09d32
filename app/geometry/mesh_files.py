"""Meshes as files that other programs open: GLB, PLY, OBJ and STL, with the Scene that made them where it has a place.

Formats are trimesh's; what it leaves out is added here: colours as glTF means them, and the Scene.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from app.geometry.mesh import Mesh
from app.pictures.picture_file import SCENE_KEY
from core.files import replacing
from core.scene import Scene
from core.srgb import linear

MADE_BY = "EpiGRAF Studio"
STL_HEADER = 80
# What a part of a glTF buffer holds (specification, bufferView.target).
VERTICES, INDICES = 34962, 34963


def save_mesh(path: Path, mesh: Mesh, scene: Scene) -> None:
    """Write a mesh, aside and renamed.

    Args:
        path: Its suffix is the format: .glb, .ply, .obj or .stl.
        mesh: In world units; y is up, as in glTF.
        scene: What made it; STL has no place for it, nor for colours.

    Raises:
        ValueError: Another suffix.
        OSError: The file cannot be written.
    """
    encode = ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise ValueError(
            f"{path}: meshes are written as {', '.join(ENCODERS)}; choose a name that ends in one of these"
        )
    content = encode(mesh, json.dumps(json.loads(scene.to_json()), separators=(",", ":")))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as aside:
        aside.write_bytes(content)


def _trimesh(mesh: Mesh, *, coloured: bool = True) -> trimesh.Trimesh:
    colours = mesh.colours if coloured else None
    return trimesh.Trimesh(mesh.points, mesh.faces, vertex_normals=mesh.normals, vertex_colors=colours, process=False)


def _glb(mesh: Mesh, scene: str) -> bytes:
    model = _trimesh(mesh, coloured=False)
    if mesh.colours is not None:
        # 16 bits: in 8, all dark colours would be the same few.
        light = np.round(65535 * linear(mesh.colours / 255)).astype(np.uint16)
        model.vertex_attributes["COLOR"] = np.concatenate([light, np.full_like(light[:, :1], 65535)], axis=1)

    def finish(tree: dict[str, Any]) -> None:
        tree["asset"]["generator"] = MADE_BY
        tree["scenes"][0]["extras"] = {SCENE_KEY: json.loads(scene)}
        [primitive] = tree["meshes"][0]["primitives"]
        lit = {"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}}
        tree["materials"] = [{"name": "surface", **lit}]
        primitive["material"] = 0
        used_as = [(number, VERTICES) for number in primitive["attributes"].values()]
        for accessor, target in [*used_as, (primitive["indices"], INDICES)]:
            tree["bufferViews"][tree["accessors"][accessor]["bufferView"]]["target"] = target
        colour = primitive["attributes"].pop("_COLOR", None)
        if colour is not None:
            primitive["attributes"]["COLOR_0"] = colour
            tree["accessors"][colour]["normalized"] = True
            # The field's colours have their light in them already.
            tree["materials"][0]["extensions"] = {"KHR_materials_unlit": {}}
            tree["extensionsUsed"] = ["KHR_materials_unlit"]

    return trimesh.exchange.gltf.export_glb(model, include_normals=True, tree_postprocessor=finish)


def _ply(mesh: Mesh, scene: str) -> bytes:
    content = trimesh.exchange.ply.export_ply(_trimesh(mesh), vertex_normal=True, include_attributes=False)
    first, rest = content.split(b"comment", 1)
    comments = f"comment {MADE_BY}; y is up, lengths in world units\ncomment {SCENE_KEY} {scene}\n"
    return first + comments.encode("ascii") + rest.split(b"\n", 1)[1]


def _obj(mesh: Mesh, scene: str) -> bytes:
    header = f"{MADE_BY}; y is up, lengths in world units; colours follow the vertices\n# {SCENE_KEY} {scene}"
    model = _trimesh(mesh)
    return trimesh.exchange.obj.export_obj(model, include_normals=True, header=header).encode("ascii")


def _stl(mesh: Mesh, scene: str) -> bytes:
    content = trimesh.exchange.stl.export_stl(_trimesh(mesh, coloured=False))
    name = f"{MADE_BY}, {Scene.from_json(scene).latent.name}".encode("ascii", "replace")[:STL_HEADER]
    return name.ljust(STL_HEADER) + content[STL_HEADER:]


ENCODERS: dict[str, Callable[[Mesh, str], bytes]] = {".glb": _glb, ".ply": _ply, ".obj": _obj, ".stl": _stl}
