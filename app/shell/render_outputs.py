"""What `epigraf render` writes: pictures, films and depths, each with the Scene inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.pictures.film import save_film
from app.pictures.frames import save_frames
from app.pictures.picture_file import save_depth, save_picture
from app.pictures.render import journey_of, turntable
from app.shell.render_order import Order, notes_of
from core.progress import ProgressLine
from core.scene import Scene
from core.timeline import Timeline

# Draws an order: its Scene with its camera, the pictures one after the other, and what they show, for people.
Draw = Callable[[Order], tuple[Scene, Iterable[np.ndarray], str]]


def write_picture(path: Path, order: Order, draw: Draw, channels: int = 3) -> tuple[str, str]:
    """Write a PNG: one view, a strip of views, or a grid of samples.

    Args:
        path: Ends in .png.
        order: What is drawn.
        draw: Gives pictures [height, width, 4], uint8.
        channels: 3, or 4 for a transparent ground.

    Returns:
        (size, what it shows), for people.
    """
    tiles, scene, name = [], order.scene, ""
    for each in order.samples:
        shown, pictures, text = draw(each)
        scene, name = (shown, text) if not tiles else (scene, name)
        tiles.append(np.concatenate([picture[..., :channels] for picture in pictures], axis=1))
    columns = order.grid[0]
    rows = [np.concatenate(tiles[start : start + columns], axis=1) for start in range(0, len(tiles), columns)]
    whole = np.concatenate(rows, axis=0)
    save_picture(path, whole, scene, notes_of(order))
    return f"{whole.shape[1]} x {whole.shape[0]}", name


def write_film(path: Path, order: Order, draw: Draw, fps: int) -> tuple[str, str]:
    """Write a film of all views, arguments as of `write_moving`.  Returns its size and length, and what it shows."""
    scene, pictures, name = draw(order)
    scenes = [replace(scene, camera=camera) for camera in turntable(scene.camera, order.views)]
    return write_moving(path, pictures, scenes, fps, scene), name


def write_journey(path: Path, timeline: Timeline, size: tuple[int, int], fps: int) -> tuple[str, str]:
    """Write a film of a timeline, arguments as of `write_moving`.  Returns its size and length, and what it shows."""
    scenes = [timeline.at(time) for time in timeline.times(fps)]
    text = write_moving(path, journey_of(scenes, *size), scenes, fps, timeline)
    return text, f"{len(timeline.keyframes)} keyframes"


def write_moving(
    path: Path, pictures: Iterable[np.ndarray], scenes: Sequence[Scene], fps: int, made_of: Scene | Timeline
) -> str:
    """Write pictures that follow each other.

    Args:
        path: Ends in .mp4 or .gif; without an ending it becomes a folder of pictures.
        pictures: [height, width, 3 or 4], uint8, top row first.
        scenes: What makes each.
        fps: Pictures per second.
        made_of: What makes all of them; films carry it.

    Returns:
        Size and length, for people.
    """
    size = (0, 0)
    with ProgressLine("drawing", things="pictures") as line:

        def told() -> Iterator[np.ndarray]:
            nonlocal size
            for number, picture in enumerate(pictures, start=1):
                size = (picture.shape[1], picture.shape[0])
                yield picture[..., :3]
                line.update(number, len(scenes))

        if path.suffix:
            count = save_film(path, told(), fps, made_of)
        else:
            count = save_frames(path, zip(told(), scenes, strict=True))
    return f"{size[0]} x {size[1]}, {count} pictures, {count / fps:.1f} s"


def write_depth(path: Path, order: Order, draw: Draw) -> tuple[str, str]:
    """Write depths as .npy, or as a PNG of 16 bits; `draw` gives them [height, width], float32, NaN where nothing is.

    Returns:
        (size and range, what it shows), for people.
    """
    scene, depths, name = draw(order)
    whole = np.concatenate(list(depths), axis=1)
    save_depth(path, whole, scene)
    there = whole[np.isfinite(whole)]
    span = f"{there.min():.3f} to {there.max():.3f}" if len(there) else "nothing to be seen"
    return f"{whole.shape[1]} x {whole.shape[0]}, depths {span}", name
