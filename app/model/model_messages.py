"""Requests to the model worker and the values of its answers; torch-free, since the window uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np

from core.baked import BakedVolume
from core.camera import Camera
from core.description import UNKNOWN, Description
from core.field_parts import Summation
from core.folded import FoldedField
from core.scene import ALL_PLANES, Backdrop, Latent

BAKE = "bake"
# The same work for later: done while nothing else is asked, and given up as soon as something is.
PREFETCH = "prefetch"
# A picture by the generator's own renderer.
PICTURE = "picture"
VOLUME_ARRAYS = ("values", "surround")
FIELD_ARRAYS = ("planes", "hidden_bias", "out_weight", "out_bias", "empty")


# Where the worker computes: on a GPU if it has one, or on the processor because somebody else needs the GPU.
WorkerDevice = Literal["any", "cpu"]


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
        latent: Which sample.
        resolution: Voxels along an edge.
        preview: Voxels along an edge of a coarse volume that is answered first; 0 for none.
        exact: Whether the field itself is wanted too.
        device: Where to compute; the answer is the same but for rounding.
        leave: GPUs that somebody else needs.
        field_will_do: Whether a coarse volume will do if the exact field comes with it: the window bakes the rest.
        planes: Of the tri-plane those that count.
    """

    checkpoint: CheckpointId
    latent: Latent
    resolution: int
    preview: int = 0
    exact: bool = False
    device: WorkerDevice = field(default="any", compare=False)
    leave: tuple[int, ...] = field(default=(), compare=False)
    field_will_do: bool = False
    planes: tuple[int, ...] = ALL_PLANES


@dataclass(frozen=True)
class Effort:
    """What an answer has cost, stage by stage.  Milliseconds; none for what was at hand already.

    Attributes:
        read: Reading the checkpoint.
        map: From z to w.
        synthesise: From w to the planes.
        bake: Evaluating the field on the grid.
        fold: Multiplying the decoder's first layer into the planes.
        occupancy: Looking for empty space.
        sent: When the answer left the worker, by `time.perf_counter`, which all processes of a machine share.
        device: What computed, for people.
        gpu_bytes: Memory that the worker's tensors take on a GPU; none without one.
    """

    read: float | None = None
    map: float | None = None
    synthesise: float | None = None
    bake: float | None = None
    fold: float | None = None
    occupancy: float | None = None
    sent: float | None = None
    device: str = "cpu"
    gpu_bytes: int | None = None


@dataclass(frozen=True)
class PictureRequest:
    """Draw one sample by the generator's own renderer, tile by tile.

    Attributes:
        sample: Which one; its resolution does not count.
        camera: From where.
        width: Pixels.
        height: Pixels.
        backdrop: What is seen through the field.
        upsampled: Whether an upsampler makes it, where there is one, or else rays.
    """

    sample: BakeRequest
    camera: Camera
    width: int
    height: int
    backdrop: Backdrop
    upsampled: bool = False


@dataclass(frozen=True)
class TileAnswer:
    """A part of a picture; its pixels travel beside it: [height, width, 3], uint8, top row first.

    Attributes:
        left: Where it lies in the picture, pixels from the left.
        top: Likewise from above.
        fraction: How much of the picture is there with it, in (0, 1].
    """

    left: int
    top: int
    fraction: float


@dataclass(frozen=True)
class Prefetched:
    """What a request asks for is at hand now.

    Attributes:
        request: What was asked.
        seconds: Time of the processor, or of a GPU, that it has taken.
    """

    request: BakeRequest
    seconds: float


@dataclass(frozen=True)
class BakeAnswer:
    """A baked volume, and the exact field if that was asked for, without their arrays, which travel beside them.

    Attributes:
        request: What was asked.
        preview: Whether the fine volume is still to come.
        kimg: How long these weights were trained, thousands of images; none if unknown.
        seconds: Time of the processor, or of a GPU, that the request has taken so far.
        arrays: Names of the arrays, in their order.
        exact: Of the exact field all that is no array, by name; none without.
        half: As in BakedVolume; likewise the rest.
        effort: What it has cost.
        made_of: What the generator is.
    """

    request: BakeRequest
    preview: bool
    kimg: float | None
    seconds: float
    arrays: tuple[str, ...]
    exact: dict[str, Any] | None
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
    summation: Summation
    pivot: float = 0.0
    effort: Effort = field(default_factory=Effort)
    made_of: Description = UNKNOWN

    @classmethod
    def of(
        cls,
        volume: BakedVolume,
        folded: FoldedField | None,
        request: BakeRequest,
        preview: bool,
        kimg: float | None,
        seconds: float,
        effort: Effort | None = None,
        made_of: Description = UNKNOWN,
    ) -> BakeAnswer:
        """Describe a volume and a field."""
        exact = None if folded is None else _but_arrays(folded)
        arrays, effort = tuple(arrays_of(volume, folded)), effort or Effort()
        rest = {**_but_values(volume), "effort": effort, "made_of": made_of}
        return cls(request, preview, kimg, seconds, arrays, exact, **rest)

    def volume(self, arrays: Mapping[str, np.ndarray]) -> BakedVolume:
        """Join the voxels, and what lies behind them, again.  `arrays` by their names."""
        return BakedVolume(arrays["values"], **_but_values(self), surround=arrays.get("surround"))

    def field(self, arrays: Mapping[str, np.ndarray]) -> FoldedField | None:
        """Join the exact field again, if it was sent.  `arrays` by their names."""
        if self.exact is None:
            return None
        return FoldedField(**{name: arrays[name] for name in FIELD_ARRAYS if name in arrays}, **self.exact)


def arrays_of(volume: BakedVolume, folded: FoldedField | None = None) -> dict[str, np.ndarray]:
    """What travels beside an answer, by name."""
    found = {name: getattr(volume, name) for name in VOLUME_ARRAYS}
    if folded is not None:
        found |= {name: getattr(folded, name) for name in FIELD_ARRAYS}
    return {name: array for name, array in found.items() if array is not None}


def _but_values(source: BakedVolume | BakeAnswer) -> dict[str, Any]:
    """What a volume and its answer share."""
    names = [each.name for each in fields(BakedVolume) if each.name not in VOLUME_ARRAYS]
    return {name: getattr(source, name) for name in names}


def _but_arrays(folded: FoldedField) -> dict[str, Any]:
    """What of a field is no array."""
    return {each.name: getattr(folded, each.name) for each in fields(FoldedField) if each.name not in FIELD_ARRAYS}
