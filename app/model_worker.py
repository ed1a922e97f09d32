"""The model worker: checkpoint → planes → baked volume.  The only module of app/ that imports torch.

Each stage is kept under the inputs that made it, so that a new seed does not read the checkpoint again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import torch

from app.model_messages import BAKE, BakeAnswer, BakeRequest, CheckpointId, arrays_of
from app.worker_child import Cancelled, Port
from core import bake as baking
from core.baked import BakedVolume
from core.checkpoint import Checkpoint, load_checkpoint
from core.fold import fold_sample
from core.folded import FoldedField
from core.generator import Sample
from core.memory import is_out_of_memory

# The share of the progress bar that reading and synthesis take.
READ_SHARE, PLANES_SHARE = 0.15, 0.4


class Stage:
    """The latest values of one stage by their inputs."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of these inputs; made if it is not at hand."""
        if key not in self._values:
            self._values[key] = make()
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return self._values[key]


class ModelHandler:
    """Bakes samples of checkpoints on the processor."""

    def __init__(self) -> None:
        torch.set_num_threads(min(2, torch.get_num_threads()))
        self._checkpoints = Stage(2)
        self._fields = Stage(2)
        self._volumes = Stage(6)
        self._folded = Stage(1)

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        """Answer a request.  Raises ValueError or OSError with a message for people."""
        if kind != BAKE or not isinstance(payload, BakeRequest):
            raise ValueError(f"the model worker does not know requests of kind {kind}")
        try:
            self._bake(payload, port)
        except (RuntimeError, MemoryError, OSError) as error:
            if not is_out_of_memory(error):
                raise
            for stage in (self._volumes, self._folded, self._fields, self._checkpoints):
                stage.clear()
            raise MemoryError(
                f"there is not enough memory for a volume of {payload.resolution}³ of "
                f"{Path(payload.checkpoint.path).name}: choose a smaller Volume in Camera, or close other programs"
            ) from error

    def _bake(self, request: BakeRequest, port: Port) -> None:
        begun = time.process_time()
        port.progress(0, "reading the checkpoint")
        checkpoint = self._checkpoint(request.checkpoint)
        port.stop_if_cancelled()
        port.progress(READ_SHARE, "computing the planes")
        field = self._field(checkpoint, request)
        # The preview is never given up: dragging a seed shall show something at each rest.
        for resolution in (request.preview, request.resolution):
            if not resolution or (resolution == request.preview and resolution >= request.resolution):
                continue
            volume = self._volume(checkpoint, field, request, resolution, port)
            kimg = checkpoint.progress.get("kimg")
            preview = resolution != request.resolution
            folded = self._exact(checkpoint, field, request, port) if request.exact and not preview else None
            seconds = time.process_time() - begun
            answer = BakeAnswer.of(volume, folded, request, preview, kimg, seconds)
            port.answer(answer, tuple(arrays_of(volume, folded).values()))

    def _checkpoint(self, identity: CheckpointId) -> Checkpoint:
        return self._checkpoints.get(identity, lambda: load_checkpoint(Path(identity.path)))

    def _field(self, checkpoint: Checkpoint, request: BakeRequest) -> Sample:
        generator = checkpoint.generator

        def make() -> Sample:
            with torch.inference_mode():
                z = baking.z_from_seed(request.seed, generator.config.z_dim)
                return generator.field(generator.mapping(z, psi=request.psi))

        return self._fields.get((request.checkpoint, request.seed, request.psi), make)

    def _exact(self, checkpoint: Checkpoint, field: Sample, request: BakeRequest, port: Port) -> FoldedField | None:
        """The field itself for the viewport; none where there is none, or where it depends on the view."""
        key = (request.checkpoint, request.seed, request.psi)

        def tell(done: float) -> None:
            port.stop_if_cancelled()
            port.progress(done, "looking for empty space")

        return self._folded.get(key, lambda: fold_sample(field, checkpoint.generator.config.rays, tell))

    def _volume(
        self, checkpoint: Checkpoint, field: Sample, request: BakeRequest, resolution: int, port: Port
    ) -> BakedVolume:
        preview = resolution == request.preview

        def make() -> BakedVolume:
            try:
                return baking.bake_sample(
                    field,
                    checkpoint.generator.config.rays,
                    resolution,
                    source=f"{Path(request.checkpoint.path).name}, seed {request.seed}, psi {request.psi:g}",
                    on_progress=lambda done: port.progress(
                        PLANES_SHARE + (1 - PLANES_SHARE) * done, "baking the volume"
                    ),
                    cancelled=None if preview else port.cancelled,
                )
            except baking.Cancelled as error:
                raise Cancelled from error

        return self._volumes.get((request.checkpoint, request.seed, request.psi, resolution), make)
