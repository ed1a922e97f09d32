"""Pictures as PNG files that carry the Scene they were made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from core.files import replacing
from core.scene import Scene

SCENE_KEY, DEPTH_KEY = "epigraf-scene", "epigraf-depth"
# That 16 bits tell apart, beside nothing.
DEPTH_STEPS = 65535


class NoSceneError(ValueError):
    """A picture that carries no Scene; the message says why that may be."""


@dataclass(frozen=True)
class SavedPicture:
    """What a picture tells of itself.

    Attributes:
        scene: What made it.
        size: Width and height, pixels.
        notes: Its further text chunks by name.
    """

    scene: Scene
    size: tuple[int, int]
    notes: Mapping[str, str]


def save_picture(path: Path, pixels: np.ndarray, scene: Scene, notes: Mapping[str, str] | None = None) -> None:
    """Write a PNG, aside and renamed.

    Args:
        path: Ends in .png.
        pixels: [height, width, 3 or 4], uint8, top row first.
        scene: What made it; kept in the file as a text chunk.
        notes: Further text chunks by name.

    Raises:
        ValueError: The name is not that of a PNG.
        OSError: The file cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise ValueError(f"{path}: pictures are written as PNG; choose a name that ends in .png")
    info = PngInfo()
    for name, text in {SCENE_KEY: scene.to_json(), **(notes or {})}.items():
        info.add_text(name, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as aside:
        Image.fromarray(pixels).save(aside, "PNG", pnginfo=info)


def save_depth(path: Path, depth: np.ndarray, scene: Scene) -> None:
    """Write depths, aside and renamed: .npy as they are, .png in 16 bits.

    In a PNG 0 is nothing, and 1 to 65535 run evenly from the nearest depth to the farthest, which the file names.

    Args:
        path: Ends in .npy or .png.
        depth: [height, width], float32, world units along the ray; NaN where there is nothing.
        scene: What made it; a PNG carries it.

    Raises:
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".npy":
        with replacing(path) as aside:
            np.save(aside, depth)
        return
    there = np.isfinite(depth)
    near, far = (float(depth[there].min()), float(depth[there].max())) if there.any() else (0.0, 0.0)
    steps = 1 + np.round((np.nan_to_num(depth) - near) / max(far - near, 1e-9) * (DEPTH_STEPS - 1))
    info = PngInfo()
    for name, text in {SCENE_KEY: scene.to_json(), DEPTH_KEY: json.dumps({"near": near, "far": far})}.items():
        info.add_text(name, text)
    with replacing(path) as aside:
        Image.fromarray(np.where(there, steps, 0).astype(np.uint16)).save(aside, "PNG", pnginfo=info)


def read_picture(path: Path) -> SavedPicture:
    """The Scene that a picture was made of, and its size.  Raises NoSceneError without one, ValueError if broken."""
    try:
        with Image.open(path) as image:
            image.load()  # text chunks may follow the pixels
            size, texts = image.size, {str(name): text for name, text in image.info.items() if isinstance(text, str)}
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{path} cannot be read as a picture ({error})") from error
    text = texts.pop(SCENE_KEY, None)
    if text is None:
        raise NoSceneError(f"{path} carries no Scene: it was not made by EpiGRAF Studio, or was saved again elsewhere")
    try:
        return SavedPicture(Scene.from_json(text), size, texts)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
