"""Milliseconds per frame of the viewport's renderer, without a window.

    python -m benchmarks.viewport [--frames 9] [--sizes 128 256 512]

Each frame is another view of a white-backed torus, drawn at full resolution; time runs until the picture is there.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.gl.headless import open_context
from core.baked import BakedVolume
from core.camera import Camera
from core.scene import Quality

if TYPE_CHECKING:  # imported when there is a context
    from app.gl.volume_renderer import VolumeRenderer

HALF = 0.35
STEPS = (48, 96)
VOLUMES = (64, 128)


def torus(resolution: int) -> BakedVolume:
    """A torus of changing colour with a soft rim; half of all rays miss it."""
    line = np.linspace(-HALF, HALF, resolution, dtype=np.float32)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    distance = np.hypot(np.hypot(x, z) - 0.15, y) - 0.06
    inside = 1 / (1 + np.exp(np.clip(distance * 200, -40, 40)))
    turn = np.arctan2(z, x)
    colours = [np.cos(turn), np.sin(turn), np.cos(3 * turn)]
    channels = [1 + inside * (colour - 1) for colour in colours]
    values = np.stack([*channels, np.clip(-distance * 1500, -14, 60)], axis=-1)
    return BakedVolume(values.astype(np.float16), HALF, 0.74, 1.26, 1.0, 30.0, 96, "torus")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=9, help="frames per row (default: 9)")
    parser.add_argument("--sizes", type=int, nargs="+", default=(128, 256, 512), help="pixels of a side")
    args = parser.parse_args()
    with open_context() as context:
        print(
            f"{context.renderer}\nOpenGL {context.version}, {os.cpu_count()} processors, {args.frames} frames a row\n"
        )
        measure(args.sizes, args.frames)


def measure(sizes: Sequence[int], frames: int) -> None:
    from app.gl.volume_renderer import VolumeRenderer

    renderer = VolumeRenderer()
    print("\nvolume   size  steps    min ms  median ms  GPU ms")
    for resolution in VOLUMES:
        renderer.upload(torus(resolution))
        for size in sizes:
            for steps in STEPS:
                elapsed, gpu = row(renderer, size, Quality(steps=steps), frames)
                shown = f"{gpu:8.1f}" if gpu is not None else "       -"
                shortest, middle = min(elapsed), statistics.median(elapsed)
                print(f"{resolution:4d}³  {size:4d}²  {steps:5d}  {shortest:8.1f}   {middle:8.1f}{shown}", flush=True)
    renderer.close()


def row(renderer: VolumeRenderer, size: int, quality: Quality, frames: int) -> tuple[list[float], float | None]:
    """Times of so many frames after one to warm up, and the renderer's own measure of one of the last ones."""
    elapsed = []
    for index in range(frames + 1):
        camera = Camera(yaw=math.tau * index / (frames + 1), pitch=1.1)
        begun = time.perf_counter()
        renderer.render(camera, quality, size, size)
        renderer.wait()
        elapsed.append(1000 * (time.perf_counter() - begun))
    shown = renderer.picture(camera, quality, size, size)
    return elapsed[1:], shown.milliseconds


if __name__ == "__main__":
    main()
