"""Behind the Score map panel: which pictures are judged, from which pose, and what has come of it so far."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.geometry.surfaces import is_newer
from app.inside.score_client import ScoreClient, Wanted
from app.inside.score_textures import ScoreTextures
from app.model.model_messages import BakeRequest, CheckpointId
from app.model.score_messages import DESK, NO_PATCHES, Facts, Judged, RealData
from app.paths import asset
from app.view.training_poses import CONFIG_FILE, config_of
from core.camera import Camera
from core.scene import Source
from training.built_in import SHAPES
from widgets.score_map import ScoreMapPanel
from widgets.score_view import KINDS, Kind, ScorePane, ScoreSetup, ScoreView

if TYPE_CHECKING:
    from app.runs.train_controller import TrainController
    from app.view.stage import Stage

# A camera that has stood still for so long is where somebody wants it.
REST_S = 0.3
NO_DATA = (
    "No data set is at hand: this generator comes without its run, and no run is attached. Choose a run in Runs whose "
    "data set shall be judged."
)
MOVING = "The camera moves: the generated picture stays as it was seen before, until it rests."
LEAST_LIMIT = 1e-3


class ScoreMapDesk:
    """Made when somebody first looks at the panel; nothing is computed while nobody does.

    All methods are called on the window's thread, with its context current.

    Args:
        stage: Whose sample and camera are taken.
        train: Whose attached run has data.
        clock: Seconds; replaced in tests.

    Attributes:
        client: What is asked of the model worker.
        setup: What somebody has chosen.
        panel: What draws it.
    """

    def __init__(self, stage: Stage, train: TrainController, clock: Callable[[], float] = time.monotonic) -> None:
        self._stage, self._train, self._clock = stage, train, clock
        self.client, self.setup, self.panel = ScoreClient(stage.share.desk(DESK)), ScoreSetup(), ScoreMapPanel()
        self._textures = ScoreTextures()
        self.view: ScoreView | None = None  # as it was drawn last
        self._resting = RestingCamera(clock)
        self._sample: BakeRequest | None = None
        self._patchless: CheckpointId | None = None  # whose discriminator judges whole pictures
        self._complete_at = -math.inf
        self._data: tuple[tuple[Source, Path | None], RealData] | None = None
        self._looked_at = False

    def update(self) -> None:
        """Once a frame, before the panel may be drawn."""
        self.client.take()
        if not self._looked_at:
            self.client.update(None)
        self._looked_at = False

    def draw(self) -> None:
        """The panel is seen: draw it, and ask for what it lacks."""
        self._looked_at = True
        was_complete = self.client.complete
        self.client.update(self._wanted())
        if self.client.complete and not was_complete:
            self._complete_at = self._clock()
        self.view = self._view()
        wish = self.panel.draw(self.view)
        self.setup = wish.setup
        if wish.cancel:
            self.client.cancel()
        if wish.retry:
            self.client.retry()

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        self._textures.free_gpu()

    def close(self) -> None:
        """Give up what was asked."""
        self.client.update(None)

    # What is wanted

    def _wanted(self) -> Wanted | None:
        camera = self._resting.of(self._stage.scene.camera)
        sample, setup, data = self._shown_sample(), self.setup, self._real_data()
        if sample is None:
            return None
        from_real = setup.pose == "real" and data.known
        pose = None if from_real else (camera.yaw, camera.pitch)
        judged = [Judged("generated", data, setup.index if from_real else 0, pose)]
        if data.known:
            judged.append(Judged("real", data, setup.index))
        return Wanted(sample, tuple(judged), setup.scale, setup.count, setup.place)

    def _shown_sample(self) -> BakeRequest | None:
        """The sample that is shown; newer weights of a run only when those before are judged, and after a rest."""
        engine, before = self._stage.engine, self._sample
        sample = engine.sample_of(self._stage.scene)
        if sample is None:
            return None
        sample = replace(sample, resolution=0, preview=0, exact=False, field_will_do=False)
        if before is not None and sample != before and is_newer(sample, before):
            rest = engine.sharing.pause_s(self.client.seconds)
            if not self.client.complete or self._clock() < self._complete_at + rest:
                return before
        self._sample = sample
        return sample

    def _real_data(self) -> RealData:
        """Where real pictures are: those of the generator's run, else of the attached one, or the demo's."""
        source, attached = replace(self._stage.scene.source, snapshot=""), self._train.attached
        if self._data is None or self._data[0] != (source, attached):
            self._data = (source, attached), real_data(source, attached)
        return self._data[1]

    # What is shown

    @property
    def panel_hint(self) -> str:
        """Why the generated picture is not seen as the viewport's is, for people; empty if it is."""
        return MOVING if self.setup.pose == "viewport" and self._resting.moves else ""

    def _view(self) -> ScoreView:
        panes = {kind: self._pane(kind) for kind in KINDS}
        facts = next((facts for kind in KINDS if (facts := self._facts(kind)) is not None), None)
        known = [pane.scores for pane in panes.values() if pane.scores is not None]
        limit = self.setup.limit or max((_largest(scores) for scores in known), default=1.0)
        limit = max(limit, LEAST_LIMIT)
        panes = {kind: self._coloured(kind, pane, limit) for kind, pane in panes.items()}
        return ScoreView(
            setup=self.setup,
            panes=panes,
            least_scale=None if facts is None else facts.least_scale,
            resolution=None if facts is None else facts.resolution,
            group=None if facts is None else facts.group,
            blur=0.0 if facts is None else facts.blur,
            pictures=None if facts is None else facts.pictures,
            limit=limit,
            work=(self.client.progress or "judging patches") if self.client.waits else "",
            cancelled=self.client.cancelled,
            hint=self.panel_hint,
            absent=self._absent(panes),
        )

    def _absent(self, panes: Mapping[Kind, ScorePane]) -> str:
        """That the discriminator knows no patches, once the checkpoint has refused; to ask again clears a problem."""
        checkpoint = None if self._sample is None else self._sample.checkpoint
        if any(_lacks_patches(pane) for pane in panes.values()):
            self._patchless = checkpoint
        return NO_PATCHES if checkpoint is not None and checkpoint == self._patchless else ""

    def _facts(self, kind: Kind) -> Facts | None:
        answer = self.client.maps[kind].answer
        return None if answer is None else answer.facts

    def _pane(self, kind: Kind) -> ScorePane:
        """What has come of one picture; its colours are not made yet."""
        asking, curve = self.client.maps[kind], self.client.curves[kind]
        problem = asking.problem or curve.problem
        if kind == "real" and not self._real_data().known:
            return ScorePane(missing=NO_DATA)
        if asking.answer is None or problem is not None:
            return ScorePane(problem=problem)
        scores, _ = asking.arrays
        known = curve.answer is not None and curve.answer.question.judged == asking.answer.question.judged
        return ScorePane(
            scores=scores,
            scale=asking.answer.scale,
            caption=caption(asking.answer.facts, scores),
            curve=(curve.arrays[0], curve.arrays[1]) if known else None,
        )

    def _coloured(self, kind: Kind, pane: ScorePane, limit: float) -> ScorePane:
        if pane.scores is None:
            return pane
        picture = self._textures.picture(kind, self.client.maps[kind].arrays[1])
        return replace(pane, picture=picture, overlay=self._textures.overlay(kind, pane.scores, limit))


class RestingCamera:
    """The camera as it stood when it last rested.

    Args:
        clock: Seconds.

    Attributes:
        moves: Whether it moves now.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rested: Camera | None = None
        self._seen: Camera | None = None
        self._since = 0.0
        self.moves = False

    def of(self, camera: Camera) -> Camera:
        """The one that counts; asked once a frame."""
        now = self._clock()
        if camera != self._seen:
            self._seen, self._since = camera, now
        if self._rested is None or now - self._since >= REST_S:
            self._rested = camera
        self.moves = camera != self._rested
        return self._rested


def _lacks_patches(pane: ScorePane) -> bool:
    """Whether the discriminator could not be asked because it knows no patches: no trouble, but what it is."""
    return pane.problem is not None and NO_PATCHES in pane.problem.message


def real_data(source: Source, attached: Path | None) -> RealData:
    """Where real pictures are for a generator.

    Args:
        source: Which generator, without a snapshot.
        attached: Folder of the attached run.
    """
    config = config_of(source)
    if config is None and source.kind == "demo":
        shapes = asset(SHAPES)
        return RealData(archive=str(shapes)) if shapes.exists() else RealData()
    if config is None and attached is not None and (attached / CONFIG_FILE).is_file():
        config = attached / CONFIG_FILE
    return RealData() if config is None else RealData(config=str(config))


def caption(facts: Facts, scores: np.ndarray) -> str:
    """A picture and its scores in a few words."""
    pose = ""
    if facts.pose is not None:
        yaw, pitch = (math.degrees(angle) for angle in facts.pose)
        pose = f"yaw {yaw:.0f}°  pitch {pitch:.0f}°\n"
    finite = scores[np.isfinite(scores)]
    if not len(finite):
        return f"{facts.name}\n{pose}no score is a number"
    lost = f", {scores.size - finite.size} are no numbers" if finite.size < scores.size else ""
    return f"{facts.name}\n{pose}mean {finite.mean():+.2f}, {(finite > 0).mean():.0%} above 0{lost}"


def _largest(scores: np.ndarray) -> float:
    """Of the scores that are numbers, how far the farthest lies from 0: a training that has diverged gives others."""
    return float(np.abs(scores[np.isfinite(scores)]).max(initial=0.0))
