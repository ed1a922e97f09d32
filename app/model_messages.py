"""Requests to the model worker and the values of its answers; torch-free, since the window uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from core.baked import BakedVolume
from core.folded import FoldedField

BAKE = "bake"
VOLUME_ARRAYS = ("values", "surround")
FIELD_ARRAYS = ("planes", "hidden_bias", "out_weight", "out_bias", "empty")


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
        exact: Whether the field itself is wanted too.
    """

    checkpoint: CheckpointId
    seed: int
    psi: float
    resolution: int
    preview: int = 0
    exact: bool = False


@dataclass(frozen=True)
class BakeAnswer:
    """A baked volume, and the exact field if that was asked for, without their arrays, which travel beside them.

    Attributes:
        request: What was asked.
        preview: Whether the fine volume is still to come.
        kimg: How long these weights were trained, thousands of images; none if unknown.
        seconds: Processor time that the request has taken so far.
        arrays: Names of the arrays, in their order.
        samples_of_field: Coarse and fine samples of the exact field, and whether training cut its rays; none without.
        half: As in BakedVolume; likewise the rest.
    """

    request: BakeRequest
    preview: bool
    kimg: float | None
    seconds: float
    arrays: tuple[str, ...]
    samples_of_field: tuple[int, int, bool] | None
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
        cls,
        volume: BakedVolume,
        field: FoldedField | None,
        request: BakeRequest,
        preview: bool,
        kimg: float | None,
        seconds: float,
    ) -> BakeAnswer:
        """Describe a volume and a field."""
        samples = None if field is None else (field.coarse, field.fine, field.cut)
        arrays = tuple(arrays_of(volume, field))
        return cls(request, preview, kimg, seconds, arrays, samples, **_but_values(volume))

    def volume(self, arrays: Mapping[str, np.ndarray]) -> BakedVolume:
        """Join the voxels, and what lies behind them, again.  `arrays` by their names."""
        return BakedVolume(arrays["values"], **_but_values(self), surround=arrays.get("surround"))

    def field(self, arrays: Mapping[str, np.ndarray]) -> FoldedField | None:
        """Join the exact field again, if it was sent.  `arrays` by their names."""
        if self.samples_of_field is None:
            return None
        coarse, fine, cut = self.samples_of_field
        named = {name: arrays[name] for name in FIELD_ARRAYS if name in arrays}
        return FoldedField(**named, half=self.half, coarse=coarse, fine=fine, cut=cut)


def arrays_of(volume: BakedVolume, field: FoldedField | None = None) -> dict[str, np.ndarray]:
    """What travels beside an answer, by name."""
    found = {name: getattr(volume, name) for name in VOLUME_ARRAYS}
    if field is not None:
        found |= {name: getattr(field, name) for name in FIELD_ARRAYS}
    return {name: array for name, array in found.items() if array is not None}


def _but_values(source: BakedVolume | BakeAnswer) -> dict[str, Any]:
    """What a volume and its answer share."""
    names = [field.name for field in fields(BakedVolume) if field.name not in VOLUME_ARRAYS]
    return {name: getattr(source, name) for name in names}
