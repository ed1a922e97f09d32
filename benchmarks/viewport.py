"""Pictures of the demo's field, side by side: baked volume, exact field, and the torch renderer.

    python -m benchmarks.viewport [--checkpoint FILE] [--rounds 5] [--sizes 64 128 256 512] [--rays 1000000]

All ways draw the same views in turns, each round another one; minimum and median of the rounds, until the picture is
there.  Torch draws with the samples of the checkpoint's training, and with the paper's 48 coarse and 48 fine ones; the
shader takes as many even steps as come as close to a picture of many samples as torch does.  On a GPU torch draws there
too.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.gl.headless import open_context
from app.paths import asset
from benchmarks._viewport_quality import Scenery, lost_opacity, psnr
from core.camera import Camera
from core.scene import Quality

if TYPE_CHECKING:  # imported when there is a context
    from app.gl.picture_program import Entry
    from app.gl.volume_renderer import VolumeRenderer
    from core.baked import BakedVolume
    from core.folded import FoldedField

STEPS = (8, 10, 12, 13, 14, 16, 18, 20, 24, 32, 48, 64, 96, 128)
BAKED = 128
TRUTH_SAMPLES = 384
CLOSENESS_SIZE = 96
GOAL, GOAL_SIZES = 3.0, (128, 256)


@dataclass(frozen=True)
class Way:
    """One way to draw.

    Attributes:
        name: Of the row.
        draw: Draws a view at a size, and waits for the picture.
        against: Row of torch that it is compared with.
        samples: Of a mean ray, before and after empty space is passed over.
    """

    name: str
    draw: Callable[[Camera, int], object]
    against: str
    samples: tuple[float, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=asset("demo.safetensors"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=(64, 128, 256, 512))
    parser.add_argument("--rays", type=int, default=1_000_000, help="random rays for the opacity that is lost")
    args = parser.parse_args()
    import torch

    torch.set_grad_enabled(False)
    with open_context() as context:
        scenery = Scenery(args.checkpoint)
        print(f"{context.renderer}, OpenGL {context.version}")
        print(f"torch {torch.__version__} on {scenery.device}, {os.cpu_count()} processors, {args.checkpoint.name}\n")
        print(f"occupied cells: {np.mean(scenery.empty == 0):.0%} of {len(scenery.empty)}³")
        most, mean = lost_opacity(scenery, args.rays)
        print(f"opacity lost on {args.rays} random rays: at most {most:.2e}, mean {mean:.2e}\n")
        return Bench(scenery).run(args.sizes, args.rounds)


class Bench:
    """One sample, drawn in every way."""

    def __init__(self, scenery: Scenery) -> None:
        self.scenery = scenery
        self.volume = scenery.baked(BAKED)
        self.torches = {
            f"torch {coarse}+{fine}": (coarse, fine) for coarse, fine in (scenery.training_samples, (48, 48))
        }

    def run(self, sizes: list[int], rounds: int) -> int:
        """Print the tables.  Returns 1 if the goal is missed."""
        ways = self.ways()
        print("size   way                          min ms  median ms  times torch  samples a ray")
        short = [size for size in sizes if not self.print_size(ways, size, rounds) and size in GOAL_SIZES]
        verdict = f"missed at {short}" if short else "reached"
        print(f"\ngoal: exact at least {GOAL:g} times as fast as torch of the same quality at {GOAL_SIZES}: {verdict}")
        return int(bool(short))

    def ways(self) -> list[Way]:
        """All of them; tells how close each comes to a picture of many samples."""
        from app.gl.picture_program import has_compute

        truth = self.scenery.torch_picture(view(1), CLOSENESS_SIZE, (TRUTH_SAMPLES, 0))
        folded, first = self.scenery.folded, next(iter(self.torches))
        ways = [self.by_shader(f"baked {BAKED}³, 96 steps", Quality(steps=96, volume=BAKED), None, first)]
        for name, samples in self.torches.items():
            wanted = psnr(self.scenery.torch_picture(view(1), CLOSENESS_SIZE, samples), truth)
            steps, reached = self.as_close(wanted, truth)
            print(f"{name}: {wanted:.1f} dB; exact with {steps} even steps: {reached:.1f} dB")
            quality = Quality(steps=steps, field="exact")
            ways.append(self.by_shader(f"exact {steps}, everywhere", quality, replace(folded, empty=None), name))
            ways.append(self.by_shader(f"exact {steps}", quality, folded, name))
            if has_compute():
                ways.append(self.by_shader(f"exact {steps}, compute", quality, folded, name, "compute"))
        for name, samples in self.torches.items():
            draw = lambda camera, size, samples=samples: self.scenery.torch_picture(camera, size, samples)  # noqa: E731
            ways.append(Way(name, draw, name, (sum(samples), sum(samples))))
        print()
        return ways

    def by_shader(
        self, name: str, quality: Quality, field: FoldedField | None, against: str, entry: Entry = "fragment"
    ) -> Way:
        """A way to draw with a shader."""
        renderer = renderer_of(self.volume, field, entry=entry)
        counter = renderer_of(self.volume, field, counted=True)
        counter.render(view(1), quality, CLOSENESS_SIZE, CLOSENESS_SIZE)
        after = float(counter.read_counts().mean())
        counter.close()

        def draw(camera: Camera, size: int) -> None:
            renderer.render(camera, quality, size, size)
            renderer.wait()

        return Way(name, draw, against, (quality.steps, after))

    def as_close(self, wanted: float, truth: np.ndarray) -> tuple[int, float]:
        """Even steps with which the exact picture comes as close, and how close; dB."""
        renderer = renderer_of(self.volume, self.scenery.folded)
        closeness = 0.0
        for steps in STEPS:
            renderer.render(view(1), Quality(steps=steps, field="exact"), CLOSENESS_SIZE, CLOSENESS_SIZE)
            closeness = psnr(renderer.read_floats()[0], truth)
            if closeness >= wanted:
                break
        renderer.close()
        return steps, closeness

    def print_size(self, ways: list[Way], size: int, rounds: int) -> bool:
        """Times of all ways at one size, drawn in turns.  Returns whether all exact ones reach the goal."""
        taken: dict[str, list[float]] = {way.name: [] for way in ways}
        for number in range(rounds + 1):
            for way in ways:
                begun = time.perf_counter()
                way.draw(view(number), size)
                if number > 0:  # the first one warms up
                    taken[way.name].append(1000 * (time.perf_counter() - begun))
        reached = True
        for way in ways:
            times = taken[way.name]
            ratio = min(taken[way.against]) / min(times)
            if way.name.startswith("exact") and way.samples[1] < way.samples[0] and "compute" not in way.name:
                reached = reached and ratio >= GOAL
            before, after = way.samples
            print(
                f"{size:4d}²  {way.name:27s}  {min(times):7.1f}  {statistics.median(times):9.1f}  {ratio:11.2f}"
                f"  {before:6.0f} -> {after:.1f}",
                flush=True,
            )
        return reached


def renderer_of(
    volume: BakedVolume, field: FoldedField | None, *, counted: bool = False, entry: Entry = "fragment"
) -> VolumeRenderer:
    """A renderer with the sample on it."""
    from app.gl.volume_renderer import RendererOptions, VolumeRenderer

    renderer = VolumeRenderer(RendererOptions("float", counted=counted, entry=entry))
    renderer.upload(volume, field)
    return renderer


def view(number: int) -> Camera:
    """Views around the object."""
    return Camera(yaw=2.4 * number, pitch=1.1)


if __name__ == "__main__":
    sys.exit(main())
