"""The model worker: checkpoint → planes → baked volume.  The only module of app/ that imports torch.

Each stage is kept under the inputs that made it, so that a new seed does not read the checkpoint again; what was baked
is kept as long as memory allows, so that one can go back and forth between snapshots.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import psutil
import torch

from app.geometry.geometry_messages import GRID, PAINT, GridAnswer, GridRequest, PaintRequest
from app.model.inspection import Inspection
from app.model.model_answers import inspect
from app.model.model_geometry import make_grid, paint
from app.model.model_inspect import Opened
from app.model.model_messages import (
    BakeAnswer,
    BakeRequest,
    CheckpointId,
    PictureRequest,
    Prefetched,
    TileAnswer,
    arrays_of,
)
from app.model.stage_clock import StageClock
from app.workers.memory_cache import MemoryCache
from app.workers.stages import Stage, Stages
from app.workers.worker_child import Cancelled, Port
from app.workers.worker_share import plain_kind
from core import bake as baking
from core.baked import BakedVolume
from core.checkpoint import Checkpoint, load_checkpoint
from core.describe import describe
from core.description import Description
from core.directions import directions_of
from core.discriminator import Discriminator
from core.fold import fold, fold_sample
from core.folded import FoldedField
from core.generator import Sample
from core.latents import sample_of, with_planes, ws_of
from core.memory import is_out_of_memory
from core.scene import Latent
from core.triplane import TriPlaneField
from core.upsampled_viewing import drawing_of
from core.viewing import View, tiles_of

# Voxels along an edge of a volume that shows the sample until the window has baked its own.
COARSE_VOLUME = 32
# The share of the progress bar that reading and synthesis take.
READ_SHARE, PLANES_SHARE = 0.15, 0.4
# Of the memory that is free when the worker starts, but between these, bytes: what was baked.
CACHE_SHARE, LEAST_CACHE, MOST_CACHE = 0.15, 256 * 2**20, 2**31


class Listener(Protocol):
    """Whom a request tells how far it is, and asks whether to go on."""

    def progress(self, fraction: float, text: str) -> None:
        """So much is done."""

    def cancelled(self) -> bool:
        """Whether the work is not wanted any more."""
        ...

    def stop_if_cancelled(self) -> None:
        """Raise Cancelled if so."""


Payload = BakeRequest | PictureRequest | GridRequest | PaintRequest | Inspection
# A volume, the kimg of its weights, and what made it.
Baked = tuple[BakedVolume, float | None, Description]


class ModelHandler:
    """Bakes samples of checkpoints.

    Args:
        cache_bytes: For what was baked; none leaves it to the memory there is.
    """

    def __init__(self, cache_bytes: int | None = None) -> None:
        torch.set_num_threads(min(2, torch.get_num_threads()))
        torch.backends.cudnn.allow_tf32 = False  # the same field on whatever device
        free = psutil.virtual_memory().available
        limit = cache_bytes or int(min(max(CACHE_SHARE * free, LEAST_CACHE), MOST_CACHE))
        self._checkpoints, self._fields = Stage(2), Stage(2)
        self._directions = Stage(4)  # of w, by checkpoint
        self._judges = Stage(1)  # discriminators, by checkpoint
        self._stages = Stages()  # of those who answer questions
        self._backgrounds = Stage(64)  # whether a checkpoint's samples have one
        self._grids = Stage(8)  # which file a density grid is in
        self._volumes: MemoryCache[Baked] = MemoryCache(limit // 2, lambda baked: _bytes_of(baked[0]))
        self._folded: MemoryCache[FoldedField | None] = MemoryCache(limit // 2, _bytes_of)
        self._device, self._gpu_has_room = torch.device("cpu"), True

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        """Answer a request.  Raises ValueError or OSError with a message for people."""
        work, sample = self._work(plain_kind(kind), payload)
        self._choose_device(sample)
        try:
            try:
                work(port)
            except torch.OutOfMemoryError:
                self._forget()
                self._gpu_has_room = False  # somebody else has taken its memory, perhaps a training
                self._choose_device(sample)
                work(port)
        except (RuntimeError, MemoryError, OSError) as error:
            if not is_out_of_memory(error):
                raise
            self._forget()
            raise MemoryError(
                f"there is not enough memory for {_wanted(payload)} of {Path(sample.checkpoint.path).name}: "
                f"choose a smaller {_setting(payload)}, or close other programs"
            ) from error

    def _work(self, kind: str, payload: Any) -> tuple[Callable[[Port], None], BakeRequest]:
        """What answers a request, and the sample it is about."""
        match kind, payload:
            case "bake", BakeRequest():
                return partial(self._bake, payload), payload
            case "prefetch", BakeRequest():
                return partial(self._prefetch, payload), payload
            case "picture", PictureRequest():
                return partial(self._picture, payload), payload.sample
            case kind, GridRequest() if kind == GRID:
                return partial(self._grid, payload), payload.sample
            case kind, PaintRequest() if kind == PAINT:
                return partial(self._paint, payload), payload.sample
            case _, Inspection():
                return partial(self._inspect, payload), payload.sample
        raise ValueError(f"the model worker does not know requests of kind {kind}")

    def _choose_device(self, request: BakeRequest) -> None:
        """Compute on a GPU that nobody else needs; leave the last one without a trace of memory otherwise."""
        may = request.device == "any" and self._gpu_has_room and torch.cuda.is_available()
        free = [gpu for gpu in range(torch.cuda.device_count()) if gpu not in request.leave] if may else []
        device = torch.device("cuda", free[0]) if free else torch.device("cpu")
        if device == self._device:
            return
        before, self._device = self._device, device
        for stage in (self._checkpoints, self._fields, self._directions, self._judges, self._stages):
            stage.clear()
        if before.type == "cuda":
            torch.cuda.empty_cache()

    def _forget(self) -> None:
        for stage in (self._volumes, self._folded, self._fields, self._checkpoints, self._judges, self._stages):
            stage.clear()

    def _bake(self, request: BakeRequest, port: Port) -> None:
        begun, clock = self._spent(), self._clock()
        port.progress(0, "reading the checkpoint")
        # The preview is never given up: dragging a seed shall show something at each rest.
        resolutions = [request.preview] if 0 < request.preview < request.resolution else []
        for resolution in [*(() if self._has(request) else resolutions), request.resolution]:
            preview = resolution != request.resolution
            (volume, kimg, made_of), folded = self._parts(request, resolution, port, clock, preview=preview)
            seconds, effort = self._spent() - begun, clock.effort(self._device.type, self._gpu_bytes())
            answer = BakeAnswer.of(volume, folded, request, preview, kimg, seconds, effort, made_of)
            port.answer(answer, tuple(arrays_of(volume, folded).values()))

    def _parts(
        self, request: BakeRequest, resolution: int, port: Listener, clock: StageClock, *, preview: bool
    ) -> tuple[Baked, FoldedField | None]:
        """The volume, and the field if it is wanted; with it, a coarse volume may do."""
        if preview or not (request.exact or request.field_will_do):
            return self._volume(request, resolution, port, clock), None
        behind = self._backgrounds.get(
            request.checkpoint, lambda: has_background(self._sample(request, port, clock)[1])
        )
        folded = self._exact(request, port, clock) if request.exact or not behind else None
        if request.field_will_do and folded is not None and not behind:  # a background is as fine as its volume
            resolution = min(resolution, COARSE_VOLUME)
        return self._volume(request, resolution, port, clock), folded

    def _picture(self, request: PictureRequest, port: Port) -> None:
        """Draw a picture by the generator's own renderer."""
        port.progress(0, "reading the checkpoint")
        checkpoint, sample = self._sample(request.sample, port, self._clock())
        view = View(request.camera, request.width, request.height, request.backdrop, request.upsampled)
        drawing, tiles = drawing_of(checkpoint.generator, sample, view), list(tiles_of(view.width, view.height))
        for done, tile in enumerate(tiles):
            port.progress(done / len(tiles), "drawing with torch")
            port.stop_if_cancelled()
            pixels = np.ascontiguousarray(drawing.draw(tile)[..., :3])
            port.answer(TileAnswer(tile.left, tile.top, (done + 1) / len(tiles)), (pixels,))

    def _grid(self, request: GridRequest, port: Port) -> None:
        """Evaluate the density on a grid; one that is still there is not made again."""

        def make() -> GridAnswer:
            port.progress(0, "reading the checkpoint")
            checkpoint, sample = self._sample(request.sample, port, self._clock())
            return make_grid(request, sample, checkpoint.generator.config.rays, port)

        kept = self._grids.get(request, make)
        if not Path(kept.grid.path).is_file():  # whoever asked has tidied up meanwhile
            self._grids.clear()
            kept = self._grids.get(request, make)
        port.answer(kept)

    def _paint(self, request: PaintRequest, port: Port) -> None:
        """Evaluate the colours at points."""
        _, sample = self._sample(request.sample, port, self._clock())
        port.answer(paint(request, sample, port))

    def _inspect(self, question: Inspection, port: Port) -> None:
        """Look inside, at what only few panels ask for."""
        request, clock = question.sample, self._clock()
        port.progress(0, "reading the checkpoint")
        checkpoint = self._checkpoint(request.checkpoint, clock)

        def sample(latent: Latent = request.latent) -> Sample:
            return self._sample(replace(request, latent=latent), _Quiet(port), clock)[1]

        def judge() -> Discriminator | None:
            path = Path(request.checkpoint.path)
            return self._judges.get(request.checkpoint, lambda: load_checkpoint(path, self._device).discriminator)

        inspect(question, Opened(checkpoint, sample, sample, judge, self._stages), port)

    def _prefetch(self, request: BakeRequest, port: Port) -> None:
        """Make what a request asks for, and keep it."""
        begun, clock, quiet = self._spent(), self._clock(), _Quiet(port)
        self._parts(request, request.resolution, quiet, clock, preview=False)
        port.answer(Prefetched(request, self._spent() - begun))

    def _clock(self) -> StageClock:
        on_gpu = self._device.type == "cuda"
        return StageClock(partial(torch.cuda.synchronize, self._device)) if on_gpu else StageClock()

    def _spent(self) -> float:
        """Seconds of the device: of a processor that others use too, only its own count."""
        return time.perf_counter() if self._device.type == "cuda" else time.process_time()

    def _gpu_bytes(self) -> int | None:
        return torch.cuda.memory_allocated(self._device) if self._device.type == "cuda" else None

    def _has(self, request: BakeRequest) -> bool:
        """Whether the fine volume is at hand, or the field that will do for it."""
        field = (*_sample_of(request), request.exact)
        return (*_sample_of(request), request.resolution) in self._volumes or (
            request.field_will_do and field in self._folded
        )

    def _checkpoint(self, identity: CheckpointId, clock: StageClock) -> Checkpoint:
        def read() -> Checkpoint:
            with clock.stage("read"):
                # Nobody looks at the discriminator here.
                return replace(load_checkpoint(Path(identity.path), self._device), discriminator=None)

        return self._checkpoints.get(identity, read)

    def _sample(self, request: BakeRequest, port: Listener, clock: StageClock) -> tuple[Checkpoint, Sample]:
        checkpoint = self._checkpoint(request.checkpoint, clock)
        port.stop_if_cancelled()
        port.progress(READ_SHARE, "computing the planes")
        generator = checkpoint.generator

        def along() -> torch.Tensor:
            return self._directions.get(request.checkpoint, lambda: directions_of(generator.mapping))

        def make() -> Sample:
            with torch.inference_mode():
                with clock.stage("map"):
                    ws = ws_of(generator, request.latent, along)
                with clock.stage("synthesise"):
                    return sample_of(generator, request.latent, ws)

        whole = self._fields.get((request.checkpoint, request.latent), make)
        return checkpoint, with_planes(whole, request.planes)

    def _exact(self, request: BakeRequest, port: Listener, clock: StageClock) -> FoldedField | None:
        """The field itself for the viewport; none where there is none, or where it depends on the view."""
        began, looked = time.perf_counter(), 0.0

        def tell(done: float) -> None:
            nonlocal looked
            looked = looked or time.perf_counter()  # what came before was folding
            port.stop_if_cancelled()
            port.progress(done, "looking for empty space")

        def make() -> FoldedField | None:
            nonlocal began
            checkpoint, field = self._sample(request, port, clock)
            began = time.perf_counter()
            rays, marching = checkpoint.generator.config.rays, checkpoint.generator.marching
            folded = fold_sample(field, rays, marching, tell) if request.exact else fold(field, rays, marching)
            ended = time.perf_counter()
            clock.add("fold", 1000 * ((looked or ended) - began))
            if looked:
                clock.add("occupancy", 1000 * (ended - looked))
            return folded

        return self._folded.get((*_sample_of(request), request.exact), make)

    def _volume(self, request: BakeRequest, resolution: int, port: Listener, clock: StageClock) -> Baked:
        preview = resolution == request.preview

        def make() -> Baked:
            checkpoint, field = self._sample(request, port, clock)
            with clock.stage("bake"):
                return self._baked(checkpoint, field, request, resolution, port, preview)

        return self._volumes.get((*_sample_of(request), resolution), make)

    def _baked(
        self,
        checkpoint: Checkpoint,
        field: Sample,
        request: BakeRequest,
        resolution: int,
        port: Listener,
        preview: bool,
    ) -> Baked:
        try:
            volume = baking.bake_sample(
                field,
                checkpoint.generator.config.rays,
                resolution,
                checkpoint.generator.marching,
                source=f"{Path(request.checkpoint.path).name}, {request.latent.name}",
                on_progress=lambda done: port.progress(PLANES_SHARE + (1 - PLANES_SHARE) * done, "baking the volume"),
                cancelled=None if preview else port.cancelled,
            )
        except baking.Cancelled as error:
            raise Cancelled from error
        return volume, checkpoint.progress.get("kimg"), describe(checkpoint.generator)


def has_background(sample: Sample) -> bool:
    """Whether something lies behind the field, or there is none."""
    return not isinstance(sample, TriPlaneField) or sample.background is not None


class _Quiet:
    """A port for work that nobody waits for: it can be given up, and says nothing."""

    def __init__(self, port: Port) -> None:
        self.cancelled, self.stop_if_cancelled = port.cancelled, port.stop_if_cancelled

    def progress(self, fraction: float, text: str) -> None:
        """Nobody wants to know."""


def _sample_of(request: BakeRequest) -> tuple[CheckpointId, Latent, tuple[int, ...]]:
    """Which sample a request is about, with which of its planes."""
    return request.checkpoint, request.latent, request.planes


def _wanted(payload: Payload) -> str:
    """What a request asks for, for people."""
    match payload:
        case PictureRequest():
            return f"a picture of {payload.width} x {payload.height}"
        case GridRequest():
            return f"a density grid of {payload.resolution}³"
        case PaintRequest():
            return "the colours of the surface"
    return f"a volume of {payload.resolution}³"


def _setting(payload: Payload) -> str:
    """What makes it smaller."""
    match payload:
        case PictureRequest():
            return "Size in Camera"
        case GridRequest() | PaintRequest():
            return "Resolution in Geometry"
    return "Volume in Camera"


def _bytes_of(value: BakedVolume | FoldedField | None) -> int:
    """Bytes of the arrays that travel."""
    match value:
        case BakedVolume():
            return sum(array.nbytes for array in arrays_of(value).values())
        case FoldedField():
            return value.planes.nbytes + (0 if value.empty is None else value.empty.nbytes)
        case None:
            return 0
