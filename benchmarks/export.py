"""Seconds per picture of a film: one sample drawn by the shader, against running the generator for every picture.

    python -m benchmarks.export [--checkpoint FILE] [--size 256] [--pictures 12] [--rounds 3]

The ways draw the same turntable in turns, the shader with the steps of the window, torch with the samples of training;
the MP4 is written each time.  What happens once per film (planes, baking) is counted where it happens.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from app.paths import asset
from app.pictures.film import save_film
from app.pictures.render import View, turntable, views_of
from core.bake import bake_sample, z_from_seed
from core.camera import Camera
from core.checkpoint import load_checkpoint
from core.fold import fold_sample
from core.generator import Generator
from core.scene import Quality, Scene

# The window's steps, in a volume twice as fine.
QUALITY = Quality(volume=128)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=asset("demo.safetensors"))
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    film = Film(load_checkpoint(args.checkpoint, device).generator, args.size, args.pictures)
    ways: dict[str, Callable[[], Iterable[np.ndarray]]] = {
        "baked volume, shader": lambda: film.by_shader("baked"),
        "exact field, shader": lambda: film.by_shader("exact"),
        "torch, planes kept": lambda: film.by_torch(keep=True),
        "torch, generator each time": lambda: film.by_torch(keep=False),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.rounds):
            for name, pictures in ways.items():
                begun = time.perf_counter()
                count = save_film(Path(folder) / "film.mp4", pictures(), 30, Scene())
                taken[name].append((time.perf_counter() - begun) / count)
    print(f"torch {torch.__version__} on {device}, {os.cpu_count()} processors, {args.checkpoint.name}")
    steps = f"{QUALITY.steps} steps of the shader"
    print(f"{args.pictures} pictures of {args.size}², {steps}; s per picture, {args.rounds} rounds\n")
    print("way                              min  median  times the last")
    slowest = min(taken["torch, generator each time"])
    for name, times in taken.items():
        print(f"{name:28s}  {min(times):6.3f}  {statistics.median(times):6.3f}  {slowest / min(times):14.1f}")


class Film:
    """A turntable of one sample."""

    def __init__(self, generator: Generator, size: int, pictures: int) -> None:
        self.generator, self.size = generator, size
        self.rays = generator.config.rays
        self.device = next(generator.parameters()).device
        self.cameras = turntable(Camera(radius=self.rays.radius, fov=self.rays.fov), pictures)

    def sample(self):
        """The planes, from the latent on."""
        z = z_from_seed(0, self.generator.config.z_dim).to(self.device)
        return self.generator.field(self.generator.mapping(z))

    def by_shader(self, field: str) -> Iterable[np.ndarray]:
        """As `epigraf render` does."""
        sample, marching = self.sample(), self.generator.marching
        folded = fold_sample(sample, self.rays, marching) if field == "exact" else None
        volume = bake_sample(sample, self.rays, QUALITY.volume, marching)
        quality = replace(QUALITY, field=field)
        views = (View(camera, volume, folded) for camera in self.cameras)
        for picture in views_of(views, quality, self.size, self.size):
            yield picture[..., :3]

    def by_torch(self, *, keep: bool) -> Iterable[np.ndarray]:
        """As visualizers do that have nothing but torch."""
        sample = self.sample()
        for camera in self.cameras:
            sample = sample if keep else self.sample()
            matrix = torch.from_numpy(camera.matrix)[None].float().to(self.device)
            raw = self.generator.picture(sample, matrix, self.size, camera.fov)[0, :3]
            pixels = (127.5 * raw + 127.5).round().clamp(0, 255).to(torch.uint8)
            yield np.ascontiguousarray(np.moveaxis(pixels.cpu().numpy(), 0, -1))


if __name__ == "__main__":
    main()
