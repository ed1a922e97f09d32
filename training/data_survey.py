"""What reading every picture of a data set tells: which are broken, alike, how bright, and how far objects reach."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.files import replacing
from training.data_format import DataSetError
from training.data_set import ImageDataSet
from training.likenesses import COLUMNS, ROWS, tiny_picture

VERSION = 1
# A pixel belongs to an object if it differs from the background by more, of 255.
DIFFERS = 24


@dataclass(frozen=True)
class Survey:
    """What was found, a row for each picture; those of broken ones are zero.

    Attributes:
        digests: [n], uint64: hash of the pixels.
        mirrored: [n], uint64: hash of the pixels flipped left to right.
        tiny: [n, ROWS, COLUMNS], uint8: the picture in grey.
        brightness: [n], float32 in [0, 1]; NaN where broken.
        extent: [n], float32: how far the object reaches from the middle, where the middle of a side is 1; NaN where
            broken, or where the corners do not show a plain background.
        broken: What is wrong with pictures that cannot be read, by index.
    """

    digests: np.ndarray
    mirrored: np.ndarray
    tiny: np.ndarray
    brightness: np.ndarray
    extent: np.ndarray
    broken: tuple[tuple[int, str], ...]

    @property
    def readable(self) -> np.ndarray:
        """Which pictures could be read.  [n], bool."""
        return ~np.isnan(self.brightness)


def survey(data: ImageDataSet, progress: Callable[[int, int], None] | None = None) -> Survey:
    """Decode every picture; what is broken is noted and ends nothing.

    Args:
        data: Opened, at its stored resolution, without mirrored copies.
        progress: Called with (pictures done, pictures in all).
    """
    count = len(data)
    empty = np.full(count, np.nan, np.float32)
    result = Survey(
        np.zeros(count, np.uint64), np.zeros(count, np.uint64), np.zeros((count, ROWS, COLUMNS), np.uint8),
        empty, empty.copy(), (),
    )  # fmt: skip
    broken = []
    reach = _reach(data.resolution)
    for index in range(count):
        try:
            pixels = data.image(index)
        except DataSetError as error:
            broken.append((index, str(error)))
        else:
            result.digests[index], result.mirrored[index] = _digest(pixels), _digest(pixels[:, ::-1])
            result.tiny[index], result.brightness[index] = tiny_picture(pixels), pixels.mean() / 255
            result.extent[index] = _extent(pixels, reach)
        if progress is not None:
            progress(index + 1, count)
    return replace(result, broken=tuple(broken))


def save_survey(path: Path, found: Survey, fingerprint: str) -> None:
    """Keep a survey, with the fingerprint of its data set.  Raises OSError."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, version=VERSION, fingerprint=fingerprint, digests=found.digests, mirrored=found.mirrored,
        tiny=found.tiny, brightness=found.brightness, extent=found.extent,
        broken=np.array([index for index, _ in found.broken], int),
        reasons=np.array([reason for _, reason in found.broken], str),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as aside:
        aside.write_bytes(buffer.getvalue())


def load_survey(path: Path, fingerprint: str) -> Survey | None:
    """A survey that was kept; None if there is none of this data set, or it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if int(kept["version"]) != VERSION or str(kept["fingerprint"]) != fingerprint:
                return None
            broken = zip(kept["broken"].tolist(), kept["reasons"].tolist(), strict=True)
            return Survey(
                kept["digests"], kept["mirrored"], kept["tiny"], kept["brightness"], kept["extent"], tuple(broken)
            )
    except (OSError, ValueError, LookupError, EOFError):
        return None


def _digest(pixels: np.ndarray) -> np.uint64:
    return np.frombuffer(hashlib.blake2b(pixels.tobytes(), digest_size=8).digest(), np.uint64)[0]


def _reach(side: int) -> np.ndarray:
    """Distance of each pixel from the middle, where the centres of the outer pixels of a row are 1.  [side, side]."""
    line = np.linspace(-1, 1, side)
    return np.hypot(line[:, None], line[None]).astype(np.float32)


def _extent(pixels: np.ndarray, reach: np.ndarray) -> float:
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]].astype(np.int16)
    if np.ptp(corners, axis=0).max() > DIFFERS:
        return float("nan")
    differs = np.abs(pixels.astype(np.int16) - corners[0]).max(axis=-1) > DIFFERS
    return float(reach[differs].max(initial=0.0))
