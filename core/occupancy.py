"""Which parts of a field are empty, so that rays need not sample them (docs/design.md, Rendering)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.bake import grid_points
from core.triplane import TriPlaneField

SAMPLES_PER_CELL = 4
# Of an edge: two per texel of the planes, as far as that is computed in a moment.
MOST_SAMPLES = 256
# A ray that crosses the whole box through empty cells absorbs at most this: half a step of an 8-bit picture.
MOST_ABSORBED = 1 / 512
LARGEST_DISTANCE = 255
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
        occupied ones. Rays may pass over all cells but the last of these.
    """
    cells = max(min(2 * field.planes.shape[-1], MOST_SAMPLES) // SAMPLES_PER_CELL, 1)
    lines = SAMPLES_PER_CELL * cells + 1
    limit = math.log(math.expm1(MOST_ABSORBED / (2 * math.sqrt(3) * field.box)))  # of the density before softplus
    layers = max(1, CHUNK_POINTS // lines**2)
    dense = torch.empty(lines, lines, lines, dtype=torch.bool, device=field.planes.device)
    for start in range(0, lines, layers):
        if on_progress is not None:
            on_progress(start / lines)
        points = grid_points(lines, field.box, slice(start, start + layers), field.planes.device)
        _, density = field(points.reshape(1, -1, 3))
        dense[start : start + layers] = (density > limit).reshape(points.shape[:3])
    occupied = F.max_pool3d(dense[None, None].float(), SAMPLES_PER_CELL + 1, SAMPLES_PER_CELL)
    return _distances(_dilated(occupied))


def _dilated(cells: Tensor) -> Tensor:
    """Cells [1, 1, z, y, x] with all their neighbours."""
    return F.max_pool3d(cells, 3, 1, 1)


def _distances(occupied: Tensor) -> np.ndarray:
    """Cells to the next occupied one, [z, y, x], uint8, from occupied ones [1, 1, z, y, x]."""
    distances = torch.zeros_like(occupied)
    reached = occupied
    for _ in range(min(max(occupied.shape), LARGEST_DISTANCE)):
        if bool(reached.all()):
            break
        distances += 1 - reached
        reached = _dilated(reached)
    return distances[0, 0].to(torch.uint8).cpu().numpy()
