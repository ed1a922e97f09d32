"""Requests to the model worker and the values of its answers; torch-free, since the window uses them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from core.baked import BakedVolume

BAKE = "bake"


@dataclass(frozen=True)
class CheckpointId:
    """A checkpoint file as it is now; training replaces some of them.

    Attributes:
        path: Of the file.
        modified: Time of its last change, nanoseconds.
        size: Bytes.
    """

    path: str
    modified: int
    size: int


@dataclass(frozen=True)
class BakeRequest:
    """Bake one sample of a checkpoint.

    Attributes:
        checkpoint: Which weights.
        seed: Of z.
        psi: Truncation.
        resolution: Voxels along an edge.
        preview: Voxels along an edge of a coarse volume that is answered first; 0 for none.
    """

    checkpoint: CheckpointId
    seed: int
    psi: float
    resolution: int
    preview: int = 0


@dataclass(frozen=True)
class BakeAnswer:
    """A baked volume without its voxels, which travel beside it.

    Attributes:
        request: What was asked.
        preview: Whether the fine volume is still to come.
        kimg: How long these weights were trained, thousands of images; none if unknown.
        seconds: Processor time that the request has taken so far.
        half: As in BakedVolume; likewise the rest.
    """

    request: BakeRequest
    preview: bool
    kimg: float | None
    seconds: float
    half: float
    near: float
    far: float
    radius: float
    fov: float
    samples: int
    source: str
    white_back: bool
    last_delta: float
    outside: tuple[float, float, float, float] | None
    note: str

    @classmethod
    def of(
        cls, volume: BakedVolume, request: BakeRequest, preview: bool, kimg: float | None, seconds: float
    ) -> BakeAnswer:
        """Describe a volume."""
        return cls(request, preview, kimg, seconds, **_but_values(volume))

    def volume(self, values: np.ndarray, surround: np.ndarray | None = None) -> BakedVolume:
        """Join the voxels, and what lies behind them, again."""
        return BakedVolume(values, **_but_values(self), surround=surround)


def arrays_of(volume: BakedVolume) -> tuple[np.ndarray, ...]:
    """What travels beside an answer."""
    return (volume.values,) if volume.surround is None else (volume.values, volume.surround)


def _but_values(source: BakedVolume | BakeAnswer) -> dict[str, Any]:
    """What a volume and its answer share."""
    names = [field.name for field in fields(BakedVolume) if field.name not in ("values", "surround")]
    return {name: getattr(source, name) for name in names}
