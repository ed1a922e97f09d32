"""What the geometry worker needs of a field: a density grid with its proposed threshold, and colours at points."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from app.geometry.geometry_messages import Densities, GridAnswer, GridFile, GridRequest, PaintAnswer, PaintRequest
from app.workers.array_files import mapped, write_array, write_rows
from app.workers.worker_child import Cancelled
from core import bake as baking
from core.density import checked_layers, colours_at, field_of, seen_colours
from core.density_grid import DensityGrid
from core.generator import Sample
from core.model_config import RenderConfig
from core.threshold import RayLaw, histogram, proposed

# Of the time for a grid; the rest is for the threshold.
LAYERS_SHARE = 0.9


class Listener(Protocol):
    """Whom it tells how far it is, and asks whether to go on."""

    def progress(self, fraction: float, text: str) -> None:
        """So much is done."""

    def cancelled(self) -> bool:
        """Whether the work is not wanted any more."""
        ...


def ray_law(rays: RenderConfig) -> RayLaw:
    """How the training looked at its fields."""
    return RayLaw(rays.near, rays.far, rays.radius, rays.fov, rays.coarse_samples + rays.fine_samples)


def densities_of(grid: DensityGrid, law: RayLaw) -> Densities:
    """How the densities of a grid are distributed."""
    edges, counts, least, most = histogram(grid)
    return Densities(least, most, tuple(edges.tolist()), tuple(counts.tolist()), proposed(grid, law))


def make_grid(request: GridRequest, sample: Sample, rays: RenderConfig, port: Listener) -> GridAnswer:
    """Write the density of a sample to a file.

    Raises:
        ValueError: It has none, or it is not finite.
        OSError: The file cannot be written.
        Cancelled: The port says so.
    """
    begun = time.perf_counter()
    name, resolution = Path(request.sample.checkpoint.path).name, request.resolution
    field = field_of(sample, name)
    try:
        layers = checked_layers(
            field,
            resolution,
            on_progress=lambda done: port.progress(LAYERS_SHARE * done, "evaluating the density"),
            cancelled=port.cancelled,
        )
        path = write_rows(Path(request.folder), "density", layers, (resolution,) * 3, "<f4")
    except baking.Cancelled as error:
        raise Cancelled from error
    port.progress(LAYERS_SHARE, "looking for the threshold")
    grid = DensityGrid(mapped(str(path)), field.box)
    law = ray_law(rays)
    densities = densities_of(grid, law)
    file = GridFile(str(path), resolution, field.box, f"{name}, {request.sample.latent.name}")
    return GridAnswer(request, file, densities, law.step, time.perf_counter() - begun)


def paint(request: PaintRequest, sample: Sample, port: Listener) -> PaintAnswer:
    """Write the colours of a sample at points to a file beside theirs.  Raises ValueError, OSError, Cancelled."""
    field = field_of(sample, Path(request.sample.checkpoint.path).name)
    points = Path(request.points)

    def tell(done: float) -> None:
        port.progress(done, "colouring the surface")

    places = mapped(request.points)
    try:
        if request.normals:
            normals = mapped(request.normals)
            colours = seen_colours(field, places, normals, on_progress=tell, cancelled=port.cancelled)
        else:
            colours = colours_at(field, places, on_progress=tell, cancelled=port.cancelled)
    except baking.Cancelled as error:
        raise Cancelled from error
    return PaintAnswer(request, str(write_array(points.parent, "colours", colours)))
