"""Behind the Modulation panel: sigma of ticks and checkpoints, of a place on the picture, and what is saved of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.export.saving import free_path
from app.inside.sigma_export import SigmaSheet, write_sheet
from app.inside.sigma_questions import SigmaQuestions, Slot
from app.inside.sigma_sources import TickKey, read_mode, read_tick, tick_sigma
from app.model.model_messages import BakeRequest
from app.paths import pictures_dir
from app.runs.run_watch import WatchedRun, checkpoint_id
from app.runs.tick_files import TickError
from app.workers.loader import Loader, LoadFailure
from app.workers.tasks import Tasks
from core.filter_kinds import SCALARS
from core.scene import Latent, Source
from widgets import tick_strip
from widgets.common import empty_state, icons, sentence
from widgets.modulation import ModulationPanel, source_names, tick_title
from widgets.modulation_map import shown
from widgets.notes import Problem
from widgets.sigma_views import (
    AT_TICK,
    NOTHING,
    SNAPSHOT,
    TICK,
    VIEWPORT,
    ModulationMode,
    ModulationView,
    PlaceView,
    SaveSigma,
    SigmaSet,
)  # fmt: skip

if TYPE_CHECKING:
    from app.gl.image_texture import ImageTexture
    from app.studio import Studio
    from widgets.picture import Picture

log = logging.getLogger(__name__)

DESK = "modulation"


class ModulationDesk:
    """Made when somebody first looks at the panel.  All methods are called on the window's thread.

    Args:
        studio: Whose attached run, moment and Scene are shown.
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        self._studio = studio
        self.panel = ModulationPanel()
        self._questions = SigmaQuestions(studio.stage.share.desk(DESK))
        self._modes: Loader[Path, ModulationMode] = Loader(read_mode, wake)
        self._ticks: Loader[TickKey, SigmaSet] = Loader(read_tick, wake)
        self._tasks: Tasks[Path] = Tasks("sigma files", wake)
        self._shown: tuple[object, SigmaSet] | None = None  # of the moment that is looked at
        self._snapshots: dict[Path, BakeRequest] = {}
        self._snapshots_of = -1  # version of the statistics at which they were looked at
        self._texture: ImageTexture | None = None
        self.view = ModulationView()

    def update(self) -> None:
        """Once a frame: take what worker and thread have brought."""
        self._questions.update()
        for outcome in self._tasks.take():
            if not isinstance(outcome, Problem):
                log.info("Saved %s", outcome)

    def draw(self) -> None:
        """The panel is seen."""
        train = self._studio.train
        if train.trouble:
            empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "This run cannot be read", sentence(train.trouble))
            return
        self.view = self._view(train.run)
        wish = tick_strip.draw(self._studio.ticks.view)
        if wish is not None:
            self._studio.ticks.go(wish)
        asked = self.panel.draw(self.view)
        if self.panel.again:
            self._questions.retry()
        if asked is not None:
            self._save(asked)

    def free_gpu(self) -> None:
        """Free what lies on the GPU, while the context is still there."""
        if self._texture is not None:
            self._texture.close()
            self._texture = None

    def close(self) -> None:
        """End the threads; what is being written is finished."""
        self._modes.close()
        self._ticks.close()
        self._tasks.close()

    def _view(self, run: WatchedRun | None) -> ModulationView:
        ticks, setup = self._studio.ticks, self.panel.setup
        sample = self._studio.stage.engine.sample_of(self._studio.stage.scene)
        snapshots = run.snapshots if run is not None else ()
        sources = source_names(len(ticks.view.ticks), sample is not None, snapshots)
        if setup.at_place:
            return ModulationView(sources, place=self._place(sample), saving=self._tasks.waiting)
        problems: list[str] = []
        key = setup.first if setup.first in sources else next(iter(sources), NOTHING)
        first = self._source("first", key, run, sample, problems)
        second = self._source("second", setup.second, run, sample, problems) if setup.second != NOTHING else None
        curves = run.curves if run is not None else None
        return ModulationView(
            sources=sources,
            first=first,
            second=second,
            curve_kimg=curves.kimg if curves is not None else np.empty(0),
            curves={name: curves.columns[name] for name in SCALARS.values() if name in curves.columns}
            if curves
            else {},
            problem=problems[0] if problems else "",
            saving=self._tasks.waiting,
            busy=self._questions.busy or (key == TICK and first is None),
            run=self._studio.train.attached is not None,
            tick=ticks.view.tick,
        )

    def _source(
        self, slot: Slot, key: str, run: WatchedRun | None, sample: BakeRequest | None, problems: list[str]
    ) -> SigmaSet | None:
        """Sigma of a source; what is wrong is added to the problems."""
        if key == TICK and run is not None:
            return self._tick(run, problems)
        if key.startswith(AT_TICK) and run is not None:
            return self._other_tick(int(key.removeprefix(AT_TICK)), run, problems)
        wanted = sample if key == VIEWPORT else self._snapshot(key, run)
        if wanted is None:
            return None
        found, problem = self._questions.sigma(slot, wanted), self._questions.problem(slot)
        if problem is not None:
            problems.append(problem.message)
        return found

    def _tick(self, run: WatchedRun, problems: list[str]) -> SigmaSet | None:
        """Sigma of the moment that all panels look at; the last one while another is read."""
        ticks, mode = self._studio.ticks, self._mode(run)
        arrays = ticks.arrays
        if ticks.problem:
            problems.append(ticks.problem)
        if not arrays or ticks.version is None:
            return None
        key = (ticks.version, mode)
        if self._shown is None or self._shown[0] != key:
            tick = int(ticks.version.path.stem)
            span = ticks.find(tick)
            kimg = span.end if span is not None else ticks.view.at_kimg
            try:
                self._shown = (key, tick_sigma(arrays, tick_title(tick, kimg), mode, run.item.path.name, kimg))
            except TickError as error:
                problems.append(f"ticks/{ticks.version.path.name}: {error}")
                return None
        return self._shown[1]

    def _other_tick(self, number: int, run: WatchedRun, problems: list[str]) -> SigmaSet | None:
        span = self._studio.ticks.find(number)
        if span is None:
            return None
        key = TickKey(span.identity, tick_title(number, span.end), self._mode(run), run.item.path.name, span.end)
        found = self._ticks.get(key)
        if isinstance(found, LoadFailure):
            problems.append(found.message)
            return None
        return found

    def _mode(self, run: WatchedRun) -> ModulationMode | None:
        found = self._modes.get(run.item.path)
        return None if found is None or isinstance(found, LoadFailure) else found

    def _snapshot(self, key: str, run: WatchedRun | None) -> BakeRequest | None:
        """What to ask for a snapshot; its file is looked at once a tick: a resume may replace it."""
        name = key.removeprefix(SNAPSHOT)
        if run is None or name not in {each.name for each in run.snapshots}:
            return None
        if run.curves.version != self._snapshots_of:
            self._snapshots_of = run.curves.version
            self._snapshots.clear()
        path = Path(Source("run", str(run.item.path), snapshot=name).snapshot_file)
        if path not in self._snapshots and (identity := checkpoint_id(path)) is not None:
            self._snapshots[path] = BakeRequest(identity, Latent(), 0)
        return self._snapshots.get(path)

    def _place(self, sample: BakeRequest | None) -> PlaceView:
        """Sigma where the patch lies, and the sample that it lies on."""
        if sample is None:
            return PlaceView()
        stage, questions = self._studio.stage, self._questions
        sigma = questions.sigma("place", sample, self.panel.setup.place)
        pixels = questions.picture(sample, stage.training_views.home)
        problem = questions.problem("place") or questions.portrait.problem
        title = Path(sample.checkpoint.path).name
        least = questions.least("place") or PlaceView().least
        return PlaceView(title, sigma, self._portrait(pixels), least, problem, questions.busy)

    def _portrait(self, pixels: np.ndarray | None) -> Picture | None:
        if pixels is None:
            return None
        if self._texture is None:
            from app.gl.image_texture import ImageTexture  # PyOpenGL waits until somebody needs it

            self._texture = ImageTexture()
        return self._texture.show(pixels, smooth=True)

    def _save(self, wish: SaveSigma) -> None:
        view, setup = self.view, self.panel.setup
        first, second = (view.place.sigma, None) if wish.at_place else (view.first, view.second)
        if first is None:
            return
        drawn, place = shown(first, second), setup.place
        where = f"at place {place.x:.3f}, {place.y:.3f}" if wish.at_place else "centred"
        # How a filter behaves is a matter of all places: one alone does not tell.
        kinds = {} if wish.at_place else drawn.kinds
        sheet = SigmaSheet(
            drawn.title, first.run, first.kimg, first.mode, where, drawn.scales,
            {name: drawn.layers[name] for name in wish.layers}, wish.order, kinds, wish.colours, drawn.signed,
        )  # fmt: skip
        self._tasks.submit(f"Saving sigma as {wish.suffix}…", partial(save_sheet, wish.suffix, sheet))


def _shares(run: WatchedRun | None) -> dict[str, np.ndarray]:
    """The shares of kinds over the training, as far as they were recorded."""
    columns = run.curves.columns if run is not None else {}
    return {name: columns[name] for name in SCALARS.values() if name in columns}


def save_sheet(suffix: str, sheet: SigmaSheet) -> Path:
    """Write it into the pictures folder under the time of day.  Returns where it lies; raises OSError."""
    path = free_path(pictures_dir(), f"epigraf-sigma-{time.strftime('%Y%m%d-%H%M%S')}", suffix)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sheet(path, sheet)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"{path} cannot be written: {reason}. Make room there, or make it writable.") from error
    return path
