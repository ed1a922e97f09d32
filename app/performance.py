"""Behind the Performance panel: measures while somebody looks at it, and nothing otherwise."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from imgui_bundle import hello_imgui

from app.footprint import Footprint
from app.performance_report import Facts, groups_of, report, sharing_words
from app.shell.versions import versions
from widgets.performance_view import PerformanceView

if TYPE_CHECKING:  # PyOpenGL and pydantic wait until after the first frame
    from app.gl.ray_samples import RaySamples
    from app.view.engine import Shown
    from app.view.stage import Stage
    from widgets.runs_view import RunItem

log = logging.getLogger(__name__)

# The picture must have been the same for so long before its samples are counted.
REST_S = 0.6
# Of the mean of the window's frames.
SMOOTHING = 0.1


class Performance:
    """What the panel needs beyond what is known anyway.

    Args:
        clock: Seconds; replaced in tests.

    Attributes:
        frame_ms: Mean time of the window's own work for a frame; none while nobody looks.
        looked_at: Whether the panel was drawn since the last frame began.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.frame_ms: float | None = None
        self._clock = clock
        self._footprint = Footprint()
        self.looked_at = False
        self._began: float | None = None
        self._rest = Rest(clock)
        self._counted: tuple[object, RaySamples | None] = (None, None)

    def begin_frame(self) -> None:
        """A frame begins: is it to be measured?"""
        self._began = self._clock() if self.looked_at else None
        if not self.looked_at:
            self.frame_ms = None
        self.looked_at = False

    def end_frame(self) -> None:
        """All of a frame was handed to the GPU."""
        if self._began is not None:
            spent = 1000 * (self._clock() - self._began)
            self.frame_ms = spent if self.frame_ms is None else self.frame_ms + SMOOTHING * (spent - self.frame_ms)

    def view(self, stage: Stage, run: RunItem | None) -> PerformanceView:
        """The panel is drawn: what it shows.  Needs the window's context."""
        self.looked_at = True
        facts = self._facts(stage, run)
        return PerformanceView(
            groups_of(facts), facts.sharing.share, sharing_words(facts.sharing), report(facts, versions())
        )

    def _facts(self, stage: Stage, run: RunItem | None) -> Facts:
        engine, view = stage.engine, stage.view
        shown, picture = engine.shown, view.last
        process = run.view.process if run is not None and run.view.active else None
        trainer = process.pid if process is not None and process.is_local else None
        window, worker, trained = self._footprint.memory([os.getpid(), stage.worker.process_id, trainer])
        folded = shown.field if shown is not None and not shown.preview else None
        cost = {} if shown is None else {"effort": shown.effort, "transfer_ms": shown.transfer_ms}
        return Facts(
            scene=stage.scene,
            graphics=view.device,
            driver=view.driver,
            picture=None if picture is None else (picture.width, picture.height),
            volume=None if shown is None else shown.finer or len(shown.volume.values),
            planes=None if folded is None else (len(folded.planes), folded.size),
            upload_ms=view.upload_ms,
            bake_ms=view.bake_ms,
            march_ms=view.march_ms,
            frame_ms=self.frame_ms,
            fps=hello_imgui.frame_rate(),
            samples=self._samples(stage, shown),
            window=window,
            worker=worker,
            trainer=trained,
            textures=view.texture_bytes,
            sharing=engine.sharing,
            **cost,
        )

    def _samples(self, stage: Stage, shown: Shown | None) -> RaySamples | None:
        """Samples of a ray, counted once the picture rests; none before."""
        picture, scene = stage.view.last, stage.scene
        if shown is None or shown.preview or picture is None or scene.quality.field == "reference":
            return None
        what = (shown.version, scene.camera, scene.quality)
        if self._counted[0] == what:
            return self._counted[1]
        if not self._rest.of(what) or stage.refining:
            hello_imgui.request_refresh()
            return None
        self._counted = (what, _counted(shown, stage, picture.width, picture.height))
        return self._counted[1]


class Rest:
    """Tells when something has not changed for a moment."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._what: object = None
        self._since = 0.0

    def of(self, what: object) -> bool:
        """Whether this was the same for long enough."""
        if what != self._what:
            self._what, self._since = what, self._clock()
        return self._clock() >= self._since + REST_S


def _counted(shown: Shown, stage: Stage, width: int, height: int) -> RaySamples | None:
    from app.gl.sample_counter import count_samples

    try:
        return count_samples(shown.volume, shown.field, stage.scene.camera, stage.scene.quality, width, height)
    except (RuntimeError, ValueError, MemoryError) as error:
        log.warning("The samples of rays cannot be counted: %s", error)
        return None
