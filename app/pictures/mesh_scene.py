"""The Scene that a mesh file was made of, read without the rest of it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from core.scene import Scene

MESH_SCENE_SUFFIXES = (".glb", ".ply", ".obj")
# The Scene stands in the head of the file: in the JSON of a .glb, among the first comments of the others.
HEAD_BYTES = 2**20


def saved_mesh_scene(path: Path) -> Scene:
    """The Scene that a .glb, .ply or .obj was made of.  Raises ValueError if it does not say, OSError."""
    from app.pictures.picture_file import SCENE_KEY  # loads PIL

    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    find = _scene_of_glb if path.suffix.lower() == ".glb" else _scene_of_comments
    try:
        text = find(head, SCENE_KEY)
    except (KeyError, IndexError, struct.error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} does not tell which sample it is of: it was not saved by the studio") from error
    return Scene.from_json(text)


def _scene_of_glb(head: bytes, key: str) -> str:
    (length,) = struct.unpack_from("<I", head, 12)
    tree = json.loads(head[20 : 20 + length])
    return json.dumps(tree["scenes"][0]["extras"][key])


def _scene_of_comments(head: bytes, key: str) -> str:
    return head.split(f" {key} ".encode(), 1)[1].split(b"\n", 1)[0].decode("ascii")
