"""Scene in, Result out: notices what a new Scene changes, asks the model worker for it, keeps what came back."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.model.model_messages import BAKE, PREFETCH, BakeAnswer, BakeRequest, CheckpointId, Effort, Prefetched
from app.paths import asset
from app.runs.run_watch import checkpoint_id
from app.sharing import Sharing
from app.source_files import DEMO_CHECKPOINT, DEMO_VOLUME, is_shipped
from app.workers.loader import Loader, LoadFailure
from app.workers.worker_messages import Failure, GaveWay, Progress, Result
from core.baked import BakedVolume
from core.camera import Camera
from core.description import UNKNOWN, Description
from core.folded import FoldedField
from core.scene import Latent, Scene, Source
from widgets.notes import Problem

log = logging.getLogger(__name__)

PREVIEW_VOLUME = 32
# Live weights are taken up no more often than this, however large the share of looking is.
LIVE_PAUSE_S = 0.5
# So many fetched samples are remembered.
MOST_AHEAD = 64
# Answers to older requests than these last ones do not come any more.
MOST_OUTSTANDING = 512
NO_EFFORT = Effort()


class ModelWorker(Protocol):
    """What the engine needs of app.workers.worker.Worker."""

    @property
    def busy(self) -> bool:
        """Whether it has something to do."""
        ...

    def request(self, kind: str, payload: object) -> int:
        """Ask; the latest of a kind wins."""

    def cancel(self, kind: str) -> None:
        """Forget what was asked."""

    def take(self) -> tuple[Result | Progress | Failure | GaveWay, ...]:
        """What has come."""


@dataclass(frozen=True)
class Shown:
    """What the viewport shows.

    Attributes:
        volume: The baked sample.
        version: Changes with the volume.
        source: Where its weights came from.
        kimg: How long they were trained, thousands of images; none if unknown.
        preview: Whether a finer volume is on its way.
        field: The sample's exact field, if the Scene asks for it and the viewport can draw it.
        effort: What it has cost the worker.
        transfer_ms: How long its arrays took from the worker to here; none if they did not come from there.
        finer: Voxels along an edge of the volume that is still to be baked from the field; 0 if this is fine enough.
        made_of: What the generator is.
    """

    volume: BakedVolume
    version: int
    source: Source
    kimg: float | None = None
    preview: bool = False
    field: FoldedField | None = None
    effort: Effort = NO_EFFORT
    transfer_ms: float | None = None
    finer: int = 0
    made_of: Description = UNKNOWN


class Engine:
    """Keeps what is shown in step with the Scene; nothing here waits, and nothing here draws.

    Args:
        worker: Computes volumes.
        wake: Called from threads when `update` should be called again.
        clock: Seconds; replaced in tests.
        window_bakes: Whether the window bakes volumes from exact fields, where the worker can give these.
    """

    def __init__(
        self,
        worker: ModelWorker,
        wake: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        window_bakes: Callable[[], bool] = lambda: False,
    ) -> None:
        self._window_bakes = window_bakes
        self._worker = worker
        self._clock = clock
        self._demo: Loader[Path, BakedVolume] = Loader(BakedVolume.load, wake)
        self._run_weights: tuple[str, CheckpointId | None] = ("", None)
        self._asked: BakeRequest | None = None
        self._asked_for: dict[int, Source] = {}
        self._pause_until = 0.0
        self._versions = 0
        self._demo_shown = False
        self.shown: Shown | None = None
        self.progress: Progress | None = None
        self.problem: Problem | None = None
        self.hint = ""
        self.cancelled = False
        self.follows_weights = False
        self._asked_at = 0.0
        self.sharing = Sharing()
        self.picture_s = 0.0  # that a picture of a new sample takes, which is looking, too
        self._done: BakeRequest | None = None  # what is shown, once it is complete
        self._fetching: tuple[int, BakeRequest] | None = None
        self._fetched: OrderedDict[BakeRequest, None] = OrderedDict()

    @property
    def complete(self) -> bool:
        """Whether what the Scene asks for is shown as finely as it asks."""
        return self._demo_shown or (self._asked is not None and self._done == replace(self._asked, preview=0))

    def sample_of(self, scene: Scene) -> BakeRequest | None:
        """What was asked for the sample that is shown, if it is that of the Scene and nothing finer is on its way."""
        shown, latent, done = self.shown, self._latent(scene), self._done
        if shown is None or shown.preview or shown.source != scene.source:
            return None
        if self._demo_shown:
            weights, done = self.weights(scene.source), None
            done = None if weights is None else self._wanted(Scene(), weights)
        return done if done is not None and done.latent == latent else None

    @property
    def waits(self) -> bool:
        """Whether something was asked of the worker that has not come yet."""
        return self._asked is not None and not (self.complete or self.cancelled or self.problem)

    @property
    def busy_s(self) -> float:
        """Seconds since the worker was asked for what it computes now; 0 while it rests."""
        return self._clock() - self._asked_at if self.progress is not None else 0.0

    @property
    def home(self) -> Camera:
        """The camera of the training of what is shown."""
        if self.shown is None:
            return Camera()
        volume = self.shown.volume
        return Camera(radius=volume.radius, fov=volume.fov, pivot=volume.pivot)

    def set_run_weights(self, path: str, weights: CheckpointId | None) -> None:
        """The newest weights of a run, as the watch has seen them."""
        self._run_weights = (path, weights)

    def follow(self, other: Engine) -> None:
        """Know of runs and trainers what another engine knows."""
        self._run_weights, self.sharing = other._run_weights, other.sharing

    def update(self, scene: Scene, ahead: Sequence[Source] = (), *, patient: bool = False) -> bool:
        """Take what has come and ask for what is missing.

        Args:
            scene: What is to be shown.
            ahead: Generators that may be wanted next, with the same latent; fetched while nothing else is to be done.
            patient: Show nothing coarse first.

        Returns:
            Whether something else is shown now.
        """
        version = self._versions
        for event in self._worker.take():
            self._receive(event, scene)
        self._ask(scene, patient)
        self._fetch_ahead(scene, ahead)
        return version != self._versions

    def retry(self) -> None:
        """Ask again for what has failed."""
        self.problem, self._asked, self.cancelled = None, None, False

    def cancel(self) -> None:
        """Give up what is being computed; what is shown stays until the Scene changes, or `retry`."""
        if self._asked is not None and self.progress is not None:
            self._worker.cancel(BAKE)
            self.progress, self.cancelled = None, True

    def close(self) -> None:
        """Give up what was asked, and end the threads."""
        self._forget()
        self._demo.close()

    def _receive(self, event: Result | Progress | Failure | GaveWay, scene: Scene) -> None:
        match event:
            case Progress():
                if self._asked is not None and not self.cancelled:
                    self.progress = event
            case GaveWay(number=number):
                if self._fetching is not None and number == self._fetching[0]:
                    self._fetching = None  # asked again when there is time
            case Failure(number=number) if self._fetching is not None and number == self._fetching[0]:
                self._take_fetched(self._fetching[1], 0.0)  # who goes there will be told
            case Result(value=Prefetched(request=request, seconds=seconds)):
                self._take_fetched(request, seconds)
            case Failure(number=number, message=message, detail=detail, out_of_memory=short):
                self.progress = None
                if number == 0 or self._asked_for.get(number) == scene.source:
                    log.error("%s", message)
                    self.problem = Problem(message, detail, short)
            case Result(number=number, value=BakeAnswer() as answer, arrays=arrays, received=received):
                if self._asked is None or self._asked_for.get(number) != scene.source:
                    return  # the Scene shows another generator by now
                if not answer.preview:
                    self.progress = None
                    self.problem, self.cancelled = None, False
                    self._done = replace(answer.request, preview=0)
                    rest = self.sharing.pause_s(answer.seconds + self.picture_s)
                    self._pause_until = self._clock() + max(rest, LIVE_PAUSE_S)
                sent, named = answer.effort.sent, dict(zip(answer.arrays, arrays, strict=True))
                transfer = None if sent is None else 1000 * (received - sent)
                fields = (answer.kimg, answer.preview, answer.field(named), answer.effort, transfer)
                finer = answer.request.resolution if answer.request.field_will_do else 0
                self._show(Shown(answer.volume(named), 0, scene.source, *fields, finer, answer.made_of))

    def _show(self, what: Shown) -> None:
        """Show it, as a version of its own; it is fine enough where there is no field to bake a finer one from."""
        self._versions += 1
        finer = what.finer if what.field is not None and len(what.volume.values) < what.finer else 0
        self.shown = replace(what, version=self._versions, finer=finer)

    def _ask(self, scene: Scene, patient: bool) -> None:
        self.hint = ""
        if is_shipped(scene) and self._ask_demo(scene):
            return
        self._demo_shown = False
        weights = self.weights(scene.source)
        if weights is None:
            self._forget()
            self.hint = missing_hint(scene.source)
            return
        wanted, asked = self._wanted(scene, weights), self._asked
        if asked is not None and replace(asked, preview=0) == wanted:
            return
        only_weights = asked is not None and replace(wanted, checkpoint=asked.checkpoint) == replace(asked, preview=0)
        live = only_weights and asked is not None and asked.checkpoint.path == weights.path
        if live and (self._worker.busy or self._clock() < self._pause_until):
            return
        if patient and self.waits and asked is not None and _but_latent(asked, wanted):
            return  # what was begun comes first: a told pose that follows the camera is another one in every frame
        if patient and self._fetching is not None and self._fetching[1] == wanted:
            self._asked = self._done = None
            return  # it is on its way: asking would begin it anew
        if not live and not patient and wanted.resolution >= 2 * PREVIEW_VOLUME:
            wanted = replace(wanted, preview=PREVIEW_VOLUME)
        self._fetching = None  # it gives way
        self.problem, self.cancelled = None, False
        self.follows_weights, self._asked_at = live, self._clock()
        self._asked = wanted
        number = self._worker.request(BAKE, wanted)
        recent = {old: source for old, source in self._asked_for.items() if old > number - MOST_OUTSTANDING}
        self._asked_for = {**recent, number: scene.source}

    def _wanted(self, scene: Scene, weights: CheckpointId) -> BakeRequest:
        """What a Scene needs of some weights."""
        latent, quality, gpus = self._latent(scene), scene.quality, self.sharing.gpus
        # Whose number nobody tells may be any.
        device = "cpu" if self.sharing.gpu_taken and not gpus else "any"
        exact = quality.field == "exact"
        return BakeRequest(
            weights, latent, quality.volume,
            exact=exact, device=device, leave=gpus, field_will_do=self._window_bakes(), planes=quality.planes,
        )  # fmt: skip

    def _latent(self, scene: Scene) -> Latent:
        """The sample that a Scene means: where the generator is told a pose and that follows, with the camera's."""
        shown = self.shown
        told = shown is None or shown.source != scene.source or shown.made_of.poses
        return scene.latent.told(scene.camera) if told else scene.latent

    def _fetch_ahead(self, scene: Scene, ahead: Sequence[Source]) -> None:
        """Have the first of these that is not at hand computed, if there is time."""
        resting = self.sharing.training and self._clock() < self._pause_until
        if resting or self._fetching is not None or self._worker.busy or not self.complete:
            return
        for source in ahead:
            weights = self.weights(source)
            wanted = None if weights is None else self._wanted(scene, weights)
            if wanted is not None and wanted not in self._fetched and wanted != self._done:
                self._fetching = (self._worker.request(PREFETCH, wanted), wanted)
                return

    def _take_fetched(self, request: BakeRequest, seconds: float) -> None:
        """A sample is at hand, or cannot be had."""
        if self._fetching is not None and self._fetching[1] == request:
            self._fetching = None
        self._fetched[request] = None
        while len(self._fetched) > MOST_AHEAD:
            self._fetched.popitem(last=False)
        self._pause_until = max(self._pause_until, self._clock() + self.sharing.pause_s(seconds))

    def _ask_demo(self, scene: Scene) -> bool:
        """Show the volume that ships with the program.  Returns whether there is one."""
        path = asset(DEMO_VOLUME)
        if not self._demo_shown and not path.is_file():
            return False
        self._forget()
        if not self._demo_shown:
            volume = self._demo.get(path)
            if isinstance(volume, LoadFailure):
                self.problem = Problem(volume.message)
            elif volume is not None:
                self._show(Shown(volume, 0, scene.source))
                self._demo_shown, self.problem = True, None
        return True

    def _forget(self) -> None:
        self._done = None
        if self._fetching is not None:
            self._worker.cancel(PREFETCH)
            self._fetching = None
        if self._asked is not None:
            self._worker.cancel(BAKE)
            self._asked, self.progress, self.cancelled = None, None, False

    def weights(self, source: Source) -> CheckpointId | None:
        """The file of a source's weights as it is now; None if there is none."""
        match source.kind:
            case "demo":
                return checkpoint_id(asset(DEMO_CHECKPOINT))
            case "checkpoint":
                return checkpoint_id(Path(source.path))
            case "run" if source.snapshot:
                return checkpoint_id(Path(source.snapshot_file))
            case "run":
                path, weights = self._run_weights
                return weights if path == source.path else None


def _but_latent(one: BakeRequest, other: BakeRequest) -> bool:
    """Whether two requests differ in their latent at most, previews aside."""
    return replace(one, latent=other.latent, preview=0) == replace(other, preview=0)


def missing_hint(source: Source) -> str:
    """Why there is nothing to show, and what to do."""
    match source.kind:
        case "demo":
            return "The demo is not part of this installation. Start a training, or choose a run in Train."
        case "checkpoint":
            return f"There is no checkpoint {source.path}."
        case "run" if source.snapshot:
            return f"The snapshot {source.snapshot} is not there any more. Choose another one below."
        case "run":
            return "The run has not written weights yet. The first ones come soon after its trainer has started."


def carried_camera(camera: Camera, old_home: Camera, new_home: Camera) -> Camera:
    """The camera for a new source: untouched distance, pivot and angle of view follow the training."""
    names = [name for name in ("radius", "fov", "pivot") if getattr(camera, name) == getattr(old_home, name)]
    return replace(camera, **{name: getattr(new_home, name) for name in names})
