"""Samples of the same seeds at the same time across runs: which tile of which picture stands where (no toolkit)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from app.board.runs import BoardRun
from widgets.views import Sample

# The layout of a sample picture: a row for each latent (seed), a column for each camera (training/samples.py).
SEEDS, VIEWS = 4, 6


@dataclass(frozen=True)
class SampleRow:
    """What is shown of a run.

    Attributes:
        run: Which.
        sample: Its picture at the time asked for or the last one before; None if it has none.
        exact: Whether the picture is of that very time.
    """

    run: BoardRun
    sample: Sample | None
    exact: bool


def sample_times(runs: Iterable[BoardRun]) -> tuple[float, ...]:
    """Every time of which any run has a picture, kimg, ascending."""
    return tuple(sorted({sample.kimg for run in runs for sample in run.samples}))


def sample_rows(runs: Iterable[BoardRun], kimg: float) -> tuple[SampleRow, ...]:
    """The picture of each run at a time; of a run without one at that time the last one before."""
    rows = []
    for run in runs:
        before = [sample for sample in run.samples if sample.kimg <= kimg]
        chosen = before[-1] if before else None
        rows.append(SampleRow(run, chosen, chosen is not None and chosen.kimg == kimg))
    return tuple(rows)


def common_time(runs: Sequence[BoardRun]) -> float | None:
    """The last time of which all runs that have pictures have one; else the last of any; None without pictures."""
    having = [{sample.kimg for sample in run.samples} for run in runs if run.samples]
    if not having:
        return None
    return max(set.intersection(*having) or set.union(*having))


def strip(path: Path, seeds: Sequence[int], view: int, size: int) -> np.ndarray:
    """The tiles of some seeds from one camera, side by side.

    Args:
        path: A sample picture.
        seeds: Rows of it, 0 to SEEDS - 1.
        view: Column of it, 0 to VIEWS - 1.
        size: Pixels along a side of a tile.

    Returns:
        [size, len(seeds) * size, 4], float32 in [0, 1], opaque.

    Raises:
        ValueError: The picture has another layout, or cannot be read.
        OSError: Likewise.
    """
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    side = pixels.shape[1] // VIEWS
    if side * VIEWS != pixels.shape[1] or side * SEEDS != pixels.shape[0]:
        height, width = pixels.shape[:2]
        raise ValueError(f"{path}: {width} x {height} px are no {VIEWS} views of {SEEDS} samples")
    tiles = []
    for seed in seeds:
        tile = pixels[seed * side : (seed + 1) * side, view * side : (view + 1) * side]
        method = Image.Resampling.BOX if size < side else Image.Resampling.NEAREST
        tiles.append(np.asarray(Image.fromarray(tile).resize((size, size), method)))
    row = np.concatenate(tiles, axis=1).astype(np.float32) / 255
    return np.concatenate([row, np.ones((*row.shape[:2], 1), np.float32)], axis=2)
