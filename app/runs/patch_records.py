"""Files of seen patches, patches/NNNNNN.npz, for panels: checked, since a crash or a copy may leave any bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.runs.tick_files import TickError, numbers, read_arrays
from widgets.seen_view import KINDS, Kind, Part, SeenPatch

PARTS: dict[Part, str] = {"picture": "pictures", "patch": "patches"}


@dataclass(frozen=True)
class PatchFile:
    """A file as it was written: after a resume the same tick has another one.

    Attributes:
        tick: Whose patches.
        path: The file.
        written: When, nanoseconds.
    """

    tick: int
    path: Path
    written: int


@dataclass(frozen=True, eq=False)
class PatchRecord:
    """What a file holds.

    Attributes:
        patches: Of each kind.
        pixels: Of each kind, part and patch: [height, width, 4], uint8, top row first.
        blur: Deviation of the blur, pixels.
        p: Probability of each of the augmentation's transformations.
    """

    patches: dict[Kind, tuple[SeenPatch, ...]]
    pixels: dict[tuple[Kind, Part], tuple[np.ndarray, ...]]
    blur: float
    p: float


def list_patches(folder: Path) -> tuple[PatchFile, ...]:
    """The files of a run's folder for patches, by tick; none where there is no such folder.  Raises OSError."""
    from training.patch_files import patch_ticks

    found = []
    for tick in patch_ticks(folder):
        path = folder / f"{tick:06d}.npz"
        try:
            found.append(PatchFile(tick, path, path.stat().st_mtime_ns))
        except FileNotFoundError:
            continue  # the trainer has removed it since
    return tuple(found)


def nearest(files: tuple[PatchFile, ...], tick: int) -> PatchFile | None:
    """The file of a tick, or of the last one before it that has one, or else of the first; None if there is none."""
    if not files:
        return None
    return files[max(bisect_right([file.tick for file in files], tick) - 1, 0)]


def read_patches(path: Path) -> PatchRecord:
    """Read a file.  Raises TickError, OSError."""
    arrays = read_arrays(path)
    try:
        return PatchRecord(
            {kind: _patches(arrays, kind) for kind in KINDS},
            {(kind, part): _pixels(arrays, f"{kind}/{name}") for kind in KINDS for part, name in PARTS.items()},
            float(numbers(arrays, "blur", 0)),
            float(numbers(arrays, "p", 0)),
        )
    except TickError as error:
        raise TickError(f"{path}: {error}") from error
    except (KeyError, ValueError, IndexError) as error:
        raise TickError(f"{path}: it lacks a part of what belongs to seen patches ({error})") from error


def _patches(arrays: Mapping[str, np.ndarray], kind: Kind) -> tuple[SeenPatch, ...]:
    scales, offsets = numbers(arrays, f"{kind}/scales", 1), numbers(arrays, f"{kind}/offsets", 2)
    angles = numbers(arrays, f"{kind}/angles", 2) if f"{kind}/angles" in arrays else None
    scores, rows = arrays[f"{kind}/scores"], arrays["rows"]
    count = len(scales)
    shapes = (offsets.shape, scores.shape, rows.shape, (count, 2) if angles is None else angles.shape)
    if shapes != ((count, 2), (count,), (count,), (count, 2)) or scores.dtype.kind != "f" or rows.dtype.kind != "i":
        raise TickError(f"its {kind} patches and what is told of them differ in number")
    if count != len(arrays[f"{kind}/patches"]) or count != len(arrays[f"{kind}/pictures"]):
        raise TickError(f"its {kind} patches and their pictures differ in number")
    # Scores may be NaN: a training that has gone wrong is looked at as well.
    return tuple(
        SeenPatch(
            int(rows[index]), float(scales[index]), (float(offsets[index, 0]), float(offsets[index, 1])),
            float(scores[index]), None if angles is None else (float(angles[index, 0]), float(angles[index, 1])),
        )
        for index in range(count)
    )  # fmt: skip


def _pixels(arrays: Mapping[str, np.ndarray], name: str) -> tuple[np.ndarray, ...]:
    pictures = arrays[name]
    if pictures.ndim != 4 or pictures.shape[-1] != 3 or pictures.dtype != np.uint8 or not pictures.size:
        raise TickError(f"its {name} are no pictures")
    opaque = np.full((*pictures.shape[:3], 1), 255, np.uint8)
    return tuple(np.ascontiguousarray(np.concatenate([pictures, opaque], axis=-1)))
