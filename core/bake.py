"""Baking: a sample's field evaluated on a grid, for the viewport."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from core.background import SphereBackground
from core.baked import BakedVolume
from core.description import RAW
from core.frustum import smallest_cube_scale
from core.generator import Generator, Sample
from core.model_config import LAST_DELTA, RenderConfig
from core.surround import HALF_MAX, bake_picture, bake_surround
from core.triplane import TriPlaneField
from core.volume import QUADRATURE, Marching

CHUNK_POINTS = 65_536
FLAT = "a flat picture: it has no field, and cameras no effect"


class Cancelled(Exception):
    """The work was given up at the caller's wish."""


def z_from_seed(seed: int, z_dim: int) -> Tensor:
    """The latent of a seed: the same numbers on every machine.  Returns [1, z_dim], float32."""
    numbers = np.random.RandomState(seed).randn(1, z_dim)  # frozen by NumPy's policy, unlike the newer generators
    return torch.from_numpy(numbers.astype(np.float32))


def grid_points(resolution: int, box: float, rows: slice, device: torch.device | str = "cpu") -> Tensor:
    """Corners-aligned grid points of some z layers of a box.  Returns [layers, resolution, resolution, 3] (z, y, x)."""
    line = torch.linspace(-box, box, resolution, device=device)
    z, y, x = torch.meshgrid(line[rows], line, line, indexing="ij")
    return torch.stack([x, y, z], dim=-1)


def bake(
    generator: Generator,
    ws: Tensor,
    resolution: int,
    *,
    source: str = "",
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BakedVolume:
    """Evaluate the field of one sample on a grid.

    Args:
        generator: In evaluation mode.
        ws: [1, ws_count, w_dim].
        resolution: Voxels along an edge.
        source: What was baked, for people.
        on_progress: Called with the fraction done, now and then.
        cancelled: Asked between slices.

    Raises:
        Cancelled: When `cancelled` said so.
    """
    with torch.no_grad():
        sample = generator.field(ws)
    return bake_sample(
        sample, generator.config.rays, resolution, generator.marching,
        source=source, on_progress=on_progress, cancelled=cancelled,
    )  # fmt: skip


def bake_sample(
    sample: Sample,
    render: RenderConfig,
    resolution: int,
    marching: Marching = QUADRATURE,
    *,
    source: str = "",
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BakedVolume:
    """Bake what a generator has made of one ws, as `bake` does; several grids of it need its planes only once."""
    if isinstance(sample, TriPlaneField):
        return bake_field(
            sample, render, resolution, marching, source=source, on_progress=on_progress, cancelled=cancelled
        )
    # A picture behind a volume that is empty.
    empty = np.zeros((2, 2, 2, 4), np.float16)
    empty[..., 3] = -HALF_MAX
    cameras = (render.near, render.far, render.radius, render.fov)
    rest = (render.coarse_samples + render.fine_samples, source, False, LAST_DELTA["white"], None)
    return BakedVolume(empty, render.cube_scale, *cameras, *rest, bake_picture(sample.image), FLAT)


@torch.no_grad()
def bake_field(
    field: TriPlaneField,
    render: RenderConfig,
    resolution: int,
    marching: Marching = QUADRATURE,
    *,
    source: str = "",
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BakedVolume:
    """Evaluate a field on a grid, as `bake` does; of how its generator marches, the way of adding up is kept."""

    def tell(done: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if on_progress is not None and done > 0:
            on_progress(done)

    share = 0.5 if isinstance(field.background, SphereBackground) else 1.0  # of the voxels, in the work
    layers = max(1, CHUNK_POINTS // resolution**2)
    values = np.empty((resolution, resolution, resolution, 4), np.float16)
    for start in range(0, resolution, layers):
        tell(share * start / resolution)
        rows = slice(start, min(start + layers, resolution))
        points = grid_points(resolution, field.box, rows, field.planes.device)
        rgb, density = field(points.reshape(1, -1, 3))
        voxels = torch.cat([rgb, density], dim=-1).clamp(-HALF_MAX, HALF_MAX).reshape(*points.shape[:3], 4)
        values[rows] = voxels.to(torch.float16).cpu().numpy()
    tell(share)
    samples = render.coarse_samples + render.fine_samples
    cameras = (render.near, render.far, render.radius, render.fov)
    rest = (render.white_back, render.last_delta, _outside(field, render))
    surround = bake_surround(field.background, resolution, lambda done: tell(share + (1 - share) * done))
    note, summation = "; ".join(left_out(field, render)), marching.integrator.summation or "samples"
    return BakedVolume(values, field.box, *cameras, samples, source, *rest, surround, note, summation, render.pivot)


def left_out(field: TriPlaneField, render: RenderConfig) -> list[str]:
    """What a volume cannot show of a field, each in a few words."""
    notes = [RAW] if field.style is not None else []
    if field.decoder.view_direction:
        notes.append("colours as seen from the front")
    needed = smallest_cube_scale(render.fov, render.radius, render.near, render.far)
    if render.bounds == "range" and needed > field.box:
        notes.append("without the fog outside its box")
    return notes


def _outside(field: TriPlaneField, render: RenderConfig) -> tuple[float, float, float, float] | None:
    """What ends a ray that misses the box: the decoder's answer to no features, where training has seen it."""
    if render.bounds == "range":
        return None
    beyond = torch.full((1, 1, 3), 3 * field.box, device=field.planes.device)
    red, green, blue, density = torch.cat(field(beyond), dim=-1).flatten().tolist()
    return red, green, blue, density
