"""Read OBJ, PLY, STL and GLB files, with vertex colours and textures where they have any."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from PIL import Image
from trimesh.visual.material import SimpleMaterial

from app.data.mesh_model import Model, Surface, bounding_sphere
from core.srgb import srgb

MESH_SUFFIXES = frozenset({".obj", ".ply", ".stl", ".glb"})
# What trimesh's many readers raise on damaged files.
READER_ERRORS = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError, OSError,
    EOFError, struct.error, zlib.error,
)  # fmt: skip


class MeshError(ValueError):
    """A mesh that cannot be used; the message names the file."""


def mesh_files(folder: Path) -> list[Path]:
    """The meshes directly in a folder, by name.

    Raises:
        MeshError: It is no folder, or there is none.
    """
    if not folder.is_dir():
        raise MeshError(f"{folder}: there is no such folder. Give a folder of OBJ, PLY, STL or GLB files.")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in MESH_SUFFIXES and file.is_file())
    files = [file for file in files if not file.name.startswith(".")]
    if not files:
        kinds = ", ".join(sorted(suffix[1:].upper() for suffix in MESH_SUFFIXES))
        raise MeshError(f"{folder}: holds no meshes ({kinds}). Folders inside it are not searched.")
    return files


def load_model(path: Path) -> Model:
    """Read one mesh file with all its parts, placed as the file says.

    Raises:
        MeshError: It is damaged, or holds no triangles.
    """
    try:
        scene = trimesh.load_scene(path, process=False)
        parts = scene.dump(concatenate=False)
    except READER_ERRORS as error:
        raise MeshError(f"{path}: cannot be read as a mesh ({type(error).__name__}: {error}).") from error
    meshes = [part for part in parts if isinstance(part, trimesh.Trimesh) and len(part.faces)]
    # The copies have lost the colours of vertices that have a material too.
    surfaces = [_surface(part, scene.geometry[part.metadata["name"]].visual) for part in meshes]
    surfaces = [surface for surface in surfaces if surface is not None]
    if not surfaces:
        raise MeshError(f"{path}: holds no triangles (point clouds and curves cannot be rendered).")
    model = Model(path.stem, tuple(surfaces))
    if bounding_sphere(model.points)[1] <= 0:
        raise MeshError(f"{path}: all its points are in one place.")
    return model


def _surface(mesh: trimesh.Trimesh, visual: Any) -> Surface | None:
    """One part, and how it looks; triangles with broken points are left out."""
    points, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)
    whole = np.isfinite(points).all(axis=1)
    faces = faces[whole[faces].all(axis=1)]
    if not len(faces):
        return None
    points = np.where(whole[:, None], points, 0)
    colours, uv, texture = _appearance(visual, len(points))
    return Surface(points, faces, colours=colours, uv=uv, texture=texture)


def _appearance(visual: Any, count: int) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """Colours, texture coordinates and texture of a part; colours None when the file says nothing about its looks."""
    if visual is None or not visual.defined:
        return None, None, None
    if visual.kind == "texture":
        image, factor, uv = _image(visual.material), _base_colour(visual.material), visual.uv
        if image is not None and uv is not None and len(uv) == count:
            return np.tile(np.ones(3) if factor is None else factor, (count, 1)), np.asarray(uv, np.float64), image
        painted = visual.vertex_attributes.get("color")  # glTF: light, which the base colour multiplies
        if painted is not None and len(painted) == count:
            return srgb(_unit(painted)[:, :3] * (1 if factor is None else factor)), None, None
        return (None if factor is None else np.tile(factor, (count, 1))), None, None
    colours = np.asarray(visual.vertex_colors, np.float64)[:, :3] / 255
    return (colours if len(colours) == count else None), None, None


def _image(material: Any) -> np.ndarray | None:
    """The base colour texture of a material.  [h, w, 3], uint8."""
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if not isinstance(image, Image.Image) or _says_nothing(material):
        return None
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.asarray(image.convert("RGB"))


def _base_colour(material: Any) -> np.ndarray | None:
    """The plain colour of a material, or the one that multiplies its texture (glTF only).  [3] in [0, 1], or None."""
    factor = getattr(material, "baseColorFactor", None)
    if factor is None and getattr(material, "image", None) is None and not _says_nothing(material):
        factor = getattr(material, "diffuse", None)
    if factor is None:
        return None
    return np.clip(_unit(factor)[:3], 0, 1)


def _unit(values: Any) -> np.ndarray:
    """Values of any type that stand for 0 to 1, as such."""
    values = np.asarray(values)
    return values / (np.iinfo(values.dtype).max if values.dtype.kind in "ui" else 1.0)


def _says_nothing(material: Any) -> bool:
    """Whether the reader made the material up, since the file names none or its MTL file is missing."""
    return (
        isinstance(material, SimpleMaterial) and not material.kwargs and np.array_equal(material.diffuse[:3], [102] * 3)
    )
