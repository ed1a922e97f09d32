"""Exact pictures of the demo's field: shader against the torch renderer, with and without empty space passed over.

    python -m benchmarks.exact [--checkpoint FILE] [--rounds 5] [--sizes 128 256] [--rays 1000000]

All ways draw the same views in turns, each round another one; minimum and median of the rounds.  Torch takes its own
coarse and fine samples, the shader as many even steps as reach the same closeness to a picture of many samples.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.gl.headless import open_context
from app.paths import asset
from core.camera import Camera
from core.scene import Quality

if TYPE_CHECKING:  # imported when there is a context
    from app.gl.volume_renderer import VolumeRenderer
    from core.folded import FoldedField
    from core.generator import Generator, Sample

STEPS = (8, 10, 12, 13, 14, 16, 18, 20, 24, 32, 48, 64, 96, 128)
TRUTH_SAMPLES = 384
CLOSENESS_SIZE = 96


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=asset("demo.safetensors"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=(128, 256))
    parser.add_argument("--rays", type=int, default=1_000_000, help="random rays for the opacity that is lost")
    args = parser.parse_args()
    import torch

    torch.set_grad_enabled(False)
    with open_context() as context:
        print(f"{context.renderer}\n{os.cpu_count()} processors, torch {torch.__version__}, {args.checkpoint.name}\n")
        Bench(args.checkpoint).run(args.sizes, args.rounds, args.rays)


class Bench:
    """One sample, drawn in every way."""

    def __init__(self, checkpoint: Path) -> None:
        from app.gl.volume_renderer import RendererOptions, VolumeRenderer
        from core.bake import bake_sample, z_from_seed
        from core.checkpoint import load_checkpoint
        from core.fold import fold_sample

        self.generator: Generator = load_checkpoint(checkpoint).generator
        self.rays = self.generator.config.rays
        self.sample: Sample = self.generator.field(self.generator.mapping(z_from_seed(0, self.generator.config.z_dim)))
        begun = time.perf_counter()
        folded = fold_sample(self.sample, self.rays)
        print(f"folding and empty space: {1000 * (time.perf_counter() - begun):.0f} ms")
        assert folded is not None
        assert folded.empty is not None
        print(f"occupied cells: {np.mean(folded.empty == 0):.0%} of {len(folded.empty)}³")
        volume = bake_sample(self.sample, self.rays, 128)
        fields: dict[str, FoldedField | None] = {
            "baked 128³": None,
            "exact, everywhere": replace(folded, empty=None),
            "exact": folded,
        }
        self.folded = folded
        self.renderers: dict[str, VolumeRenderer] = {}
        self.counters: dict[str, VolumeRenderer] = {}
        for name, field in fields.items():
            for kept, options in (
                (self.renderers, RendererOptions("float")),
                (self.counters, RendererOptions("float", counted=True)),
            ):
                kept[name] = VolumeRenderer(options)
                kept[name].upload(volume, field)

    def run(self, sizes: list[int], rounds: int, rays: int) -> None:
        """Print the tables."""
        self.print_lost(rays)
        closeness, steps = self.closeness()
        samples = self.rays.coarse_samples + self.rays.fine_samples
        print(f"\ntorch with {samples} samples: {closeness:.1f} dB; as close in the shader: {steps} even steps\n")
        print("size   way                 min ms  median ms  torch / it (min)  samples a ray")
        for size in sizes:
            self.print_size(size, steps, rounds)

    def closeness(self) -> tuple[float, int]:
        """How close torch is to a picture of many samples, dB, and the steps with which the shader is as close."""
        camera = self.camera(1)
        truth = self.torch_picture(camera, CLOSENESS_SIZE, TRUTH_SAMPLES)
        wanted = psnr(self.torch_picture(camera, CLOSENESS_SIZE, None), truth)
        for steps in STEPS:
            self.draw("exact", camera, CLOSENESS_SIZE, steps)
            if psnr(self.renderers["exact"].read_floats()[0], truth) >= wanted:
                return wanted, steps
        return wanted, STEPS[-1]

    def print_size(self, size: int, steps: int, rounds: int) -> None:
        """Times of all ways at one size, drawn in turns."""
        ways: dict[str, Callable[[Camera], object]] = {
            name: lambda camera, name=name: self.draw(name, camera, size, steps) for name in self.renderers
        }
        ways["torch"] = lambda camera: self.torch_picture(camera, size, None)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, draw in ways.items():
                begun = time.perf_counter()
                draw(self.camera(number))
                if number > 0:  # the first one warms up
                    taken[name].append(1000 * (time.perf_counter() - begun))
        for name, times in taken.items():
            ratio = min(taken["torch"]) / min(times)
            print(
                f"{size:4d}²  {name:18s}  {min(times):7.1f}  {statistics.median(times):9.1f}  {ratio:16.2f}"
                f"  {self.samples_of(name, size, steps):13.1f}",
                flush=True,
            )

    def samples_of(self, name: str, size: int, steps: int) -> float:
        """Mean samples of a ray of the first view."""
        if name == "torch":
            return self.rays.coarse_samples + self.rays.fine_samples
        counter = self.counters[name]
        counter.render(self.camera(1), self.quality(name, steps), size, size)
        return float(counter.read_counts().mean())

    def draw(self, name: str, camera: Camera, size: int, steps: int) -> None:
        """Draw, and wait until it is done."""
        renderer = self.renderers[name]
        renderer.render(camera, self.quality(name, steps), size, size)
        renderer.wait()

    def quality(self, name: str, steps: int) -> Quality:
        """Of a way of drawing."""
        return Quality(steps=steps, field="baked" if name.startswith("baked") else "exact")

    def camera(self, number: int) -> Camera:
        """Views around the object."""
        return Camera(yaw=2.4 * number, pitch=1.1, radius=self.rays.radius, fov=self.rays.fov)

    def torch_picture(self, camera: Camera, size: int, samples: int | None) -> np.ndarray:
        """Raw colours by the torch renderer, [size, size, 3]; with even samples if a number is given."""
        import torch

        matrix = torch.from_numpy(camera.matrix)[None].float()
        rays = self.rays
        if samples is not None:
            rays = rays.model_copy(update={"coarse_samples": samples, "fine_samples": 0})
        picture = self.generator.picture(self.sample, matrix, size, camera.fov, rays=rays)[0, :3]
        return np.moveaxis(picture.numpy(), 0, -1)

    def print_lost(self, count: int) -> None:
        """The opacity that random rays lose in cells that are passed over."""
        import torch
        import torch.nn.functional as F

        from core.camera import cam2world

        random, steps = torch.Generator().manual_seed(0), 96
        rng = np.random.default_rng(0)
        cells = torch.from_numpy(self.folded.empty.astype(np.int64)).flatten()
        edge, lost = len(self.folded.empty), []
        for _ in range(math.ceil(count / 4096)):
            pose = cam2world(
                rng.uniform(-math.pi, math.pi, 1), np.arccos(rng.uniform(-0.99, 0.99, 1)), self.rays.radius
            )
            eye = torch.from_numpy(pose[0, :3, 3]).float()
            aims = (torch.rand(4096, 1, 3, generator=random) * 2 - 1) * self.folded.half
            along = F.normalize(aims - eye, dim=-1)
            depths = torch.linspace(self.rays.near, self.rays.far, steps)[None, :, None]
            points = eye + along * depths  # [rays, steps, 3]
            _, density = self.sample(points.flatten(0, 1)[None])
            places = ((points / self.folded.half + 1) / 2 * edge).floor().long()
            inside = ((places >= 0) & (places < edge)).all(dim=-1)
            x, y, z = places.clamp(0, edge - 1).unbind(dim=-1)
            passed = inside & (cells[(z * edge + y) * edge + x] > 0)
            optical = F.softplus(density.reshape(passed.shape)) * (self.rays.far - self.rays.near) / (steps - 1)
            lost.append(1 - torch.exp(-(optical * passed).sum(dim=1)))
        rays = torch.cat(lost)
        print(
            f"opacity lost on {len(rays)} random rays: at most {float(rays.max()):.2e}, mean {float(rays.mean()):.2e}"
        )


def psnr(picture: np.ndarray, truth: np.ndarray) -> float:
    """Closeness of raw colours, dB."""
    return 10 * math.log10(4 / max(float(np.mean((picture - truth) ** 2)), 1e-20))


if __name__ == "__main__":
    main()
