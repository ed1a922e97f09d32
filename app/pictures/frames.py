"""The pictures of a film one by one: a folder of numbered PNG files, each of which carries its Scene."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from app.pictures.picture_file import save_picture
from core.scene import Scene


def save_frames(folder: Path, pictures: Iterable[tuple[np.ndarray, Scene]]) -> int:
    """Write a folder, aside and renamed; pictures are taken one after the other.

    Args:
        folder: It must not exist.
        pictures: [height, width, 3], uint8, top row first, and what made it.

    Returns:
        How many were written.

    Raises:
        OSError: The folder exists, or cannot be written.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} is there already: choose another name for the pictures")
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    count = 0
    try:
        for picture, scene in pictures:
            save_picture(aside / f"{count:06d}.png", picture, scene)
            count += 1
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return count
