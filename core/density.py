"""The density of a tri-plane field on a regular grid, layer by layer, and its colours at points of a surface.

A grid whose axes are those of the planes needs no sample of its own for each point: what a plane adds depends on two
coordinates alone.  The decoder's first layer is linear and goes through the planes (core/fold.py); what is
left for a point is the sum of three vectors, the activation and one product: a quarter of the time of asking the field.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.bake import Cancelled
from core.density_grid import DensityGrid
from core.generator import Sample
from core.triplane import TriPlaneField
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
    decoder = field.decoder
    out_weight, out_bias = decoder.density_row()
    xy, xz, yz = _folded(field)  # [units, rows, columns]
    xy = _resized(xy, resolution, resolution, aligned=field.aligned)  # [y, x, units]
    xy = xy + decoder.hidden.bias * decoder.hidden.bias_gain
    xz, yz = (_resized(each, None, resolution, aligned=field.aligned) for each in (xz, yz))  # [z, x or y, units]
    # A few rows at a time, so that a processor's caches hold them; a graphics card wants them all.
    rows = resolution if xy.is_cuda else max(1, min(CACHED_POINTS // resolution, resolution))
    hidden = torch.empty(rows, *xy.shape[1:], device=xy.device)
    for z in range(resolution):
        along_x, along_y = (_row_at(plane, z / (resolution - 1), aligned=field.aligned) for plane in (xz, yz))
        raw = torch.empty(resolution, resolution, device=xy.device)
        for part in (slice(start, min(start + rows, resolution)) for start in range(0, resolution, rows)):
            mixed = torch.add(xy[part], along_x, out=hidden[: part.stop - part.start]).add_(along_y[part, None])
            torch.mv(decoder.activated_(mixed).flatten(0, 1), out_weight, out=raw[part].view(-1))
        yield F.softplus(raw + out_bias)


def _folded(field: TriPlaneField) -> tuple[Tensor, Tensor, Tensor]:
    """What planes of x and y, x and z, y and z add to the hidden units; the first runs along the columns.

    Returns:
        [units, size, size] each; zeros where no plane of the field is spanned by the two.
    """
    first, size, count = field.decoder.hidden, field.planes.shape[-1], len(field.axes)
    weight = first.weight * (first.weight_gain / count)  # the planes' mean is taken too
    folded = weight @ field.planes.reshape(count, -1, size * size)  # [3, units, size^2]
    found: dict[tuple[int, ...], Tensor] = {}
    for (u, v), plane in zip(field.axes, folded.unflatten(-1, (size, size)), strict=True):
        pair, upright = ((u, v), plane) if u < v else ((v, u), plane.transpose(1, 2))
        found[pair] = found[pair] + upright if pair in found else upright
    nothing = torch.zeros_like(folded[0]).unflatten(-1, (size, size))
    xy, xz, yz = (found.get(pair, nothing) for pair in ((0, 1), (0, 2), (1, 2)))
    return xy, xz, yz


def _resized(plane: Tensor, rows: int | None, columns: int, *, aligned: bool) -> Tensor:
    """Bilinear, units last, on places from one face of the box to the other.

    Args:
        plane: [units, size, size].
        rows: How many places along the second axis, both faces included; none leaves the texels as they are.
        columns: How many along the first axis.
        aligned: As of the field.

    Returns:
        [rows, columns, units].
    """
    size = plane.shape[-1]
    if aligned:
        resized = F.interpolate(plane[None], (rows or size, columns), mode="bilinear", align_corners=True)[0]
        return resized.permute(1, 2, 0).contiguous()
    texels = (2 * torch.arange(size, device=plane.device) + 1) / size - 1
    down = texels if rows is None else torch.linspace(-1, 1, rows, device=plane.device)
    y, x = torch.meshgrid(down, torch.linspace(-1, 1, columns, device=plane.device), indexing="ij")
    resized = F.grid_sample(plane[None], torch.stack([x, y], dim=-1)[None], align_corners=False)[0]
    return resized.permute(1, 2, 0).contiguous()


def _row_at(plane: Tensor, part: float, *, aligned: bool) -> Tensor:
    """A row of a plane [size, columns, units], bilinear, zero outside, a part of the way from face to face."""
    size = len(plane)
    if aligned:
        place = part * (size - 1)
        low = min(int(place), size - 2)
        return torch.lerp(plane[low], plane[low + 1], place - low)
    place = part * size - 0.5
    low = math.floor(place)
    below, above = (plane[index] if 0 <= index < size else torch.zeros_like(plane[0]) for index in (low, low + 1))
    return torch.lerp(below, above, place - low)


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
