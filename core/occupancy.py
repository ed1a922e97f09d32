"""Which parts of a field are empty, so that rays need not sample them (docs/design.md, Rendering)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from core.bake import grid_points
from core.triplane import TriPlaneField

# Of an edge: two samples per texel of the planes, and small cells, as far as that is computed in a moment.
MOST_SAMPLES, MOST_CELLS = 256, 128
# A ray that crosses the whole box through empty cells absorbs at most this: half a step of an 8-bit picture.
MOST_ABSORBED = 1 / 512
# In cells; a ray that has passed over so many looks again.
LARGEST_DISTANCE = 24
CHUNK_POINTS = 65_536


@torch.no_grad()
def occupancy(field: TriPlaneField, on_progress: Callable[[float], None] | None = None) -> np.ndarray:
    """How far each cell of the box is from matter.

    The density is sampled twice per texel, faces of the cells included; a cell that holds too much of it anywhere is
    occupied, and so are its neighbours, for what lies between the samples.

    Args:
        field: Of one sample.
        on_progress: Called with the fraction done; it may raise to give up.

    Returns:
        [cells z, cells y, cells x], uint8: cells to the next occupied one along the axis where they are most, 0 for
        occupied ones, at most LARGEST_DISTANCE. All cells that are nearer are empty.
    """
    samples = min(2 * field.planes.shape[-1], MOST_SAMPLES)
    per_cell = math.ceil(samples / MOST_CELLS)
    lines = max(samples // per_cell, 1) * per_cell + 1
    limit = math.log(math.expm1(MOST_ABSORBED / (2 * math.sqrt(3) * field.box)))  # of the density before softplus
    layers = max(1, CHUNK_POINTS // lines**2)
    dense = torch.empty(lines, lines, lines, dtype=torch.bool, device=field.planes.device)
    for start in range(0, lines, layers):
        if on_progress is not None:
            on_progress(start / lines)
        points = grid_points(lines, field.box, slice(start, start + layers), field.planes.device)
        _, density = field(points.reshape(1, -1, 3))
        dense[start : start + layers] = (density > limit).reshape(points.shape[:3])
    occupied = F.max_pool3d(dense[None, None].float(), per_cell + 1, per_cell)[0, 0] > 0
    return _distances(_dilated(occupied.cpu().numpy()))


def _dilated(cells: np.ndarray) -> np.ndarray:
    """Cells [z, y, x], bool, with all their neighbours."""
    for axis in range(cells.ndim):
        wide = cells.copy()
        lower, upper = ((slice(None),) * axis + (part,) for part in (slice(None, -1), slice(1, None)))
        wide[upper] |= cells[lower]
        wide[lower] |= cells[upper]
        cells = wide
    return cells


def _distances(occupied: np.ndarray) -> np.ndarray:
    """Cells to the next occupied one, [z, y, x], uint8, at most LARGEST_DISTANCE."""
    distances = np.zeros(occupied.shape, np.uint8)
    reached = occupied
    for _ in range(LARGEST_DISTANCE):
        if reached.all():
            break
        distances += ~reached
        reached = _dilated(reached)
    return distances
