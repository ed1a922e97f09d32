"""The density of a tri-plane field on a regular grid, layer by layer, and its colours at points of a surface.

A grid whose axes are those of the planes needs no sample of its own for each point: what the first plane adds depends
on x and y alone, and so on.  The decoder's first layer is linear and goes through the planes (core/fold.py); what is
left for a point is the sum of three vectors, the activation and one product: a quarter of the time of asking the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.bake import Cancelled
from core.density_grid import DensityGrid
from core.generator import Sample
from core.layers import LEAK
from core.triplane import PLANE_AXES, TriPlaneField
from core.volume import compositing_weights

CHUNK_POINTS = 65_536
CACHED_POINTS = 8192
# How far a ray that enters a surface is followed, in halves of the box's edge, and with how many samples.
SEEN_DEPTH, SEEN_SAMPLES = 0.6, 32


def field_of(sample: Sample, name: str = "this generator") -> TriPlaneField:
    """The sample's field.  Raises ValueError if it is a flat picture."""
    if not isinstance(sample, TriPlaneField):
        raise ValueError(f"{name} makes flat pictures: there is no density, and so no surface")
    return sample


@torch.no_grad()
def density_layers(field: TriPlaneField, resolution: int) -> Iterator[Tensor]:
    """Densities on the corners-aligned grid of the box, one z after the other.

    Args:
        field: Of one sample.
        resolution: Points along an edge, at least 2.

    Yields:
        [y, x], float32: per world unit, after softplus.
    """
    first, out = field.decoder.hidden, field.decoder.out
    weight = first.weight * (first.weight_gain / len(PLANE_AXES))  # the planes' mean is taken too
    bias = first.bias * first.bias_gain
    out_weight, out_bias = (out.weight * out.weight_gain)[3], (out.bias * out.bias_gain)[3]
    size = field.planes.shape[-1]
    folded = weight @ field.planes.reshape(len(PLANE_AXES), -1, size * size)  # [3, units, size^2]
    xy, xz, yz = folded.unflatten(-1, (size, size))  # [units, rows, columns]
    xy = _resized(xy, resolution, resolution) + bias  # [y, x, units]
    xz, yz = _resized(xz, size, resolution), _resized(yz, size, resolution)  # [z, x or y, units]
    # A few rows at a time, so that a processor's caches hold them; a graphics card wants them all.
    rows = resolution if xy.is_cuda else max(1, min(CACHED_POINTS // resolution, resolution))
    hidden = torch.empty(rows, *xy.shape[1:], device=xy.device)
    for z in range(resolution):
        place = z * (size - 1) / (resolution - 1)
        low = min(int(place), size - 2)
        along_x, along_y = (torch.lerp(plane[low], plane[low + 1], place - low) for plane in (xz, yz))
        raw = torch.empty(resolution, resolution, device=xy.device)
        for part in (slice(start, min(start + rows, resolution)) for start in range(0, resolution, rows)):
            mixed = torch.add(xy[part], along_x, out=hidden[: part.stop - part.start]).add_(along_y[part, None])
            torch.mv(F.leaky_relu_(mixed, LEAK).flatten(0, 1), out_weight, out=raw[part].view(-1))
        yield F.softplus(raw + out_bias)


def _resized(plane: Tensor, rows: int, columns: int) -> Tensor:
    """Bilinear, corners aligned, units last.  [units, size, size] -> [rows, columns, units]."""
    resized = F.interpolate(plane[None], (rows, columns), mode="bilinear", align_corners=True)[0]
    return resized.permute(1, 2, 0).contiguous()


def checked_layers(
    field: TriPlaneField,
    resolution: int,
    *,
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[np.ndarray]:
    """`density_layers` as arrays [y, x], float32; to be read to the end, where it is known whether all are finite.

    Args:
        field: Of one sample.
        resolution: Points along an edge, at least 2.
        on_progress: Called with the fraction done.
        cancelled: Asked between layers.

    Raises:
        Cancelled: When `cancelled` said so.
        ValueError: The density is not finite somewhere.
    """
    broken = 0
    for z, layer in enumerate(density_layers(field, resolution)):
        if cancelled is not None and cancelled():
            raise Cancelled
        values = layer.cpu().numpy()
        broken += int(np.count_nonzero(~np.isfinite(values)))
        yield values
        if on_progress is not None:
            on_progress((z + 1) / resolution)
    if broken:
        raise ValueError(
            f"the density is not finite at {broken:,} of {resolution**3:,} points of the grid: the weights of this "
            "generator are damaged, perhaps by a training that diverged; take an earlier snapshot"
        )


def density_grid(
    field: TriPlaneField,
    resolution: int,
    *,
    source: str = "",
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DensityGrid:
    """The density of a field on a grid in memory, 4 bytes for each of its points; errors as `checked_layers`."""
    values = np.empty((resolution, resolution, resolution), np.float32)
    layers = checked_layers(field, resolution, on_progress=on_progress, cancelled=cancelled)
    for z, layer in enumerate(layers):
        values[z] = layer
    return DensityGrid(values, field.box, source)


@torch.no_grad()
def colours_at(
    field: TriPlaneField,
    points: np.ndarray,
    *,
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    """The field's colours as pictures show them; those that depend on the direction of view are seen from the front.

    Args:
        field: Of one sample.
        points: [n, 3], world units.
        on_progress: Called with the fraction done, now and then.
        cancelled: Asked between chunks.

    Returns:
        [n, 3], uint8, sRGB.

    Raises:
        Cancelled: When `cancelled` said so.
    """
    return _in_chunks(lambda places: field(places[None])[0][0], field, (points,), CHUNK_POINTS, on_progress, cancelled)


@torch.no_grad()
def seen_colours(
    field: TriPlaneField,
    points: np.ndarray,
    normals: np.ndarray,
    *,
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> np.ndarray:
    """Colours that a ray sees which enters the surface straight: what pictures show where the field is soft.

    There the field's own colour at the surface is that of the first thin layers, which hardly count in a picture.

    Args:
        field: Of one sample.
        points: On the surface, [n, 3], world units.
        normals: Unit vectors out of it, [n, 3].
        on_progress: Called with the fraction done, now and then.
        cancelled: Asked between chunks.

    Returns:
        [n, 3], uint8, sRGB.

    Raises:
        Cancelled: When `cancelled` said so.
    """
    depths = torch.linspace(0, SEEN_DEPTH * field.box, SEEN_SAMPLES, device=field.planes.device)

    def look(places: Tensor, outwards: Tensor) -> Tensor:
        way = places[:, None] - depths[:, None] * outwards[:, None]  # [n, samples, 3]
        raw, density = field(way.reshape(1, -1, 3))
        weights, _ = compositing_weights(density.reshape(1, len(places), -1), depths.expand(1, len(places), -1), 0.0)
        weights = weights[0, ..., None]
        mixed = (weights * raw.reshape(len(places), -1, 3)).sum(dim=1)
        return mixed / weights.sum(dim=1).clamp(min=1e-6)

    size = CHUNK_POINTS // SEEN_SAMPLES
    return _in_chunks(look, field, (points, normals), size, on_progress, cancelled)


def _in_chunks(
    look: Callable[..., Tensor],
    field: TriPlaneField,
    arrays: tuple[np.ndarray, ...],
    size: int,
    on_progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> np.ndarray:
    """Raw colours of rows of arrays, so many at a time, as [n, 3], uint8."""
    count = len(arrays[0])
    colours = np.empty((count, 3), np.uint8)
    for start in range(0, count, size):
        if cancelled is not None and cancelled():
            raise Cancelled
        part = slice(start, min(start + size, count))
        rows = (torch.from_numpy(np.ascontiguousarray(each[part], np.float32)) for each in arrays)
        raw = look(*(row.to(field.planes.device) for row in rows))
        colours[part] = (127.5 * raw + 127.5).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
        if on_progress is not None:
            on_progress(part.stop / count)
    return colours
