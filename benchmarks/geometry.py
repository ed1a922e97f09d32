"""Seconds and memory from a sample to its surface, stage by stage, at several resolutions.

    python -m benchmarks.geometry [--checkpoint FILE] [--resolutions 128 256 512] [--threshold D] [--rounds 3]

Each resolution runs in a process of its own, so that its peak of memory is its own; what the libraries take by
themselves is measured before and subtracted.  A resolution whose density does not fit is left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import torch

from app.paths import asset

STAGES = ("density", "density before", "threshold", "surface", "figures", "smooth", "decimate", "colours", "glb")
DECIMATED = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=asset("demo.safetensors"))
    parser.add_argument("--resolutions", type=int, nargs="+", default=[128, 256, 512])
    parser.add_argument("--threshold", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"torch {torch.__version__}, {os.cpu_count()} processors, one thread; {args.checkpoint.name}")
    print(f"density {args.threshold:g}; the least of {args.rounds} rounds, seconds; decimated to {DECIMATED:,} faces")
    print("'density before' asks the field for each point of the grid, as baking does\n")
    print("resolution       faces   " + "  ".join(f"{stage:>9s}" for stage in STAGES) + "   peak, MB")
    for resolution in args.resolutions:
        free = psutil.virtual_memory().available
        if 8 * resolution**3 > free:
            print(f"{resolution:10d}   left out: {free / 2**30:.1f} GB of memory are free")
            continue
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            faces, times, peak = pool.apply(measure, (args.checkpoint, resolution, args.threshold, args.rounds))
        figures = "  ".join("        –" if value is None else f"{value:9.2f}" for value in times)
        print(f"{resolution:10d}  {faces:10,}   {figures}  {peak / 1e6:9,.0f}", flush=True)


def measure(checkpoint: Path, resolution: int, threshold: float, rounds: int):
    """Faces, the least seconds of each stage, and the peak of memory beyond the libraries' own, bytes."""
    from app.geometry.density_files import save_density  # noqa: F401  loads what the command loads
    from app.geometry.extract import extract
    from app.geometry.figures import figures_of
    from app.geometry.filters import apply
    from app.geometry.mesh_files import save_mesh
    from app.geometry.polydata import as_mesh, points_of
    from app.model.model_geometry import densities_of, ray_law
    from app.pictures.render import generator_of
    from core.density import colours_at, density_grid, field_of
    from core.geometry import Decimate, Smooth
    from core.latents import sample_of
    from core.scene import Latent, Scene

    torch.set_num_threads(1)
    generator = generator_of(checkpoint)
    field = field_of(sample_of(generator, Latent()))
    density_grid(field, 32)
    before, times = peak_memory(), dict.fromkeys(STAGES)
    with tempfile.TemporaryDirectory() as folder:

        def timed(stage: str, work: Callable):
            begun = time.perf_counter()
            result = work()
            spent = time.perf_counter() - begun
            times[stage] = min(spent, times[stage] if times[stage] is not None else spent)
            return result

        grid = surface = mesh = None
        for _ in range(rounds):
            del grid, surface, mesh  # or two of each would be counted
            grid = timed("density", lambda: density_grid(field, resolution))
            timed("threshold", lambda grid=grid: densities_of(grid, ray_law(generator.config.rays)))
            surface = timed("surface", lambda grid=grid: extract(grid, threshold))
            faces = timed("figures", lambda surface=surface: figures_of(surface)).faces
            timed("smooth", lambda surface=surface: apply(surface, Smooth()))
            colours = timed("colours", lambda surface=surface: colours_at(field, points_of(surface)))
            mesh = as_mesh(surface, colours)
            timed("glb", lambda mesh=mesh: save_mesh(Path(folder) / "mesh.glb", mesh, Scene()))
        peak = peak_memory() - before
        timed("decimate", lambda: apply(surface, Decimate(faces=DECIMATED)))
        if resolution <= 256:
            timed("density before", lambda: density_by_points(field, resolution))
    return faces, list(times.values()), peak


def density_by_points(field, resolution: int) -> None:
    """The density as the field gives it, point by point."""
    from core.bake import CHUNK_POINTS, grid_points

    layers = max(1, CHUNK_POINTS // resolution**2)
    with torch.no_grad():
        for start in range(0, resolution, layers):
            points = grid_points(resolution, field.box, slice(start, min(start + layers, resolution)))
            torch.nn.functional.softplus(field(points.reshape(1, -1, 3))[1])


def peak_memory() -> int:
    """The most memory that this process has had, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
