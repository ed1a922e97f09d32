"""Pictures as PNG files that carry the Scene they were made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from core.files import replacing
from core.scene import Scene

SCENE_KEY = "epigraf-scene"


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


def read_scene(path: Path) -> Scene:
    """The Scene that a picture was made of.  Raises ValueError if the file carries none."""
    try:
        with Image.open(path) as image:
            image.load()  # text chunks may follow the pixels
            text = image.info.get(SCENE_KEY)
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{path} cannot be read as a picture ({error})") from error
    if not isinstance(text, str):
        raise ValueError(f"{path} carries no Scene: it was not made by EpiGRAF Studio, or was saved again elsewhere")
    return Scene.from_json(text)
