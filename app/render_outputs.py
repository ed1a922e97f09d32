"""What `epigraf render` writes: pictures, films and depths, each with the Scene inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from app.film import save_film
from app.picture_file import save_depth, save_picture
from app.progress import ProgressLine
from app.render import journey_of
from app.render_order import Order, notes_of
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
    """Write a film of all views.  Returns its size and length, and what it shows."""
    scene, pictures, name = draw(order)
    with ProgressLine("drawing") as line:

        def told() -> Iterator[np.ndarray]:
            for number, picture in enumerate(pictures, start=1):
                yield picture[..., :3]
                line.update(number, order.views)

        count = save_film(path, told(), fps, scene)
    return f"{order.size[0]} x {order.size[1]}, {count} pictures, {count / fps:.1f} s", name


def write_journey(path: Path, timeline: Timeline, size: tuple[int, int], fps: int) -> tuple[str, str]:
    """Write a film of a timeline.  Returns its size and length, and what it shows."""
    times = timeline.times(fps)
    with ProgressLine("drawing") as line:

        def told() -> Iterator[np.ndarray]:
            pictures = journey_of((timeline.at(time) for time in times), *size)
            for number, picture in enumerate(pictures, start=1):
                yield picture[..., :3]
                line.update(number, len(times))

        count = save_film(path, told(), fps, timeline.keyframes[0].scene)
    text = f"{size[0]} x {size[1]}, {count} pictures, {count / fps:.1f} s"
    return text, f"{len(timeline.keyframes)} keyframes"


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
