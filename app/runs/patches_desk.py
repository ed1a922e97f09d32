"""Behind the Patch scales panel: reads laws and draws of the attached run, and sends a law that was tried out."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from app.runs.coverage_so_far import SoFarWatch
from app.runs.drawn_patches import DrawnKey, DrawnReader
from app.runs.law_study import LawKey, read_laws
from app.runs.steering import Answered, apply_changes, blocked
from app.workers.loader import RETRY_S, Loader, LoadFailure
from app.workers.tasks import Tasks
from widgets import tick_strip
from widgets.common import empty_state, icons, sentence
from widgets.notes import Note, Problem
from widgets.patch_scales import PatchesPanel
from widgets.patch_views import (
    TICKS,
    ApplyLaw,
    CoverageView,
    DrawnView,
    LawSettings,
    LawsView,
    LookAt,
    PatchesView,
    PatchWish,
)  # fmt: skip
from widgets.setting_view import Changes
from widgets.tick_strip import GoToTick

if TYPE_CHECKING:
    from app.runs.run_watch import WatchedRun
    from app.studio import Studio

MEAN = "Patch/scale_mean"
Shown = TypeVar("Shown", bound=CoverageView)


class PatchesDesk:
    """Made when somebody first looks at the panel.  All methods are called on the window's thread.

    Args:
        studio: Whose attached run and moment are shown.
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        self._studio = studio
        self.panel = PatchesPanel()
        self._laws: Loader[LawKey, LawsView] = Loader(read_laws, wake)
        self._draws: Loader[DrawnKey, DrawnView] = Loader(DrawnReader().read, wake, keep=8)
        self._so_far = SoFarWatch(wake)
        self._tasks: Tasks[Answered] = Tasks("law", wake)
        self._path: Path | None = None
        self._held: int | None = None  # the tick that somebody has chosen, as the panel has seen it last
        self._answer = Note()
        self._answered_to: LawSettings | None = None
        self._attempt, self._try_again = 0, 0.0  # a torn file may only have been copied
        self.view = PatchesView()

    def update(self) -> None:
        """Once a frame: take what threads have brought."""
        for outcome in self._tasks.take():
            match outcome:
                case Problem():
                    self._answer = Note("bad", outcome.message)
                case Answered(path=path, note=note) if path == self._path:
                    self._answer = note

    def draw(self) -> None:
        """The panel is seen."""
        train = self._studio.train
        if train.trouble:
            empty_state(icons.ICON_FA_TRIANGLE_EXCLAMATION, "This run cannot be read", sentence(train.trouble))
            return
        if train.attached is None:
            hint = "Start a training in Train, or choose a run there: its patches are counted here."
            empty_state(icons.ICON_FA_CROP_SIMPLE, "No patch scales yet", hint)
            return
        run = train.run
        if run is not None:
            self.view = self._view(run)
        wish = tick_strip.draw(self._studio.ticks.view)
        if wish is not None:
            self._studio.ticks.go(wish)
        asked = self.panel.draw(self.view if run is not None else PatchesView())
        if asked is not None:
            self._handle(asked)

    def free_gpu(self) -> None:
        """Nothing of this lies on the GPU."""

    def close(self) -> None:
        """End the threads."""
        self._laws.close()
        self._draws.close()
        self._so_far.close()
        self._tasks.close()

    def _view(self, run: WatchedRun) -> PatchesView:
        path, status = run.item.path, run.item.view.status
        if path != self._path:
            self._path, self._answer, self.view = path, Note(), PatchesView()
            self.panel.forget_run()
        curves, ticks, setup = run.curves, self._studio.ticks, self.panel.setup
        if setup.trial != self._answered_to and setup.trial is not None:
            self._answered_to, self._answer = setup.trial, Note()
        now = status.kimg if status is not None else float(curves.kimg[-1]) if len(curves.kimg) else 0.0
        held, ahead = ticks.view.held, self.panel.ahead
        if held != self._held or (ahead is not None and now >= ahead):
            self.panel.look_here()
        self._held = held
        made = tuple(event for event in curves.events if event.kind == "set")
        laws = self._laws.get(LawKey(path, made, now, setup.span, setup.trial))
        counted = self.panel.counted
        window = ticks.last(TICKS[counted if counted != "so far" else setup.window])
        drawn = self._draws.get(DrawnKey(path, made, window, self._attempt)) if window else None
        if isinstance(drawn, DrawnView) and drawn.problem and time.monotonic() >= self._try_again:
            self._attempt, self._try_again = self._attempt + 1, time.monotonic() + RETRY_S
        so_far = self._so_far.get(path, made, ticks) if counted == "so far" else None
        shown = so_far if counted == "so far" else drawn
        failures = [each.message for each in (laws, shown) if isinstance(each, LoadFailure)]
        means = curves.columns.get(MEAN, np.full(len(curves.kimg), np.nan))
        return PatchesView(
            laws=laws if isinstance(laws, LawsView) else self.view.laws,
            drawn=_latest(drawn, self.view.drawn) if window else None,
            so_far=_latest(so_far, None),
            ticks=len(ticks.view.ticks),
            moment=ticks.view.at_kimg,
            curve_kimg=curves.kimg,
            curve_means=means,
            blocked=blocked(run.item),
            waiting=self._tasks.waiting,
            answer=self._answer,
            problem=failures[0] if failures else "",
        )

    def _handle(self, wish: PatchWish) -> None:
        laws = self.view.laws
        match wish:
            case LookAt(kimg=kimg):
                self._studio.ticks.go(nearest(self._studio.ticks.view, kimg))
            case ApplyLaw() if laws is not None and self._path is not None:
                self._answer = Note()
                changes = changes_of(laws.settings, laws.trial)
                self._tasks.submit("Waiting for the trainer…", partial(apply_changes, self._path, changes))
            case ApplyLaw():
                pass


def _latest(found: Shown | LoadFailure | None, before: Shown | None) -> Shown | None:
    """What was read; while it is being read, what was shown before."""
    return before if found is None else None if isinstance(found, LoadFailure) else found


def nearest(view: tick_strip.TickView, kimg: float) -> GoToTick:
    """The tick that ended nearest to a moment; the newest is followed."""
    place = int(np.argmin(np.abs(view.kimg - kimg)))
    return GoToTick(None if place == len(view.ticks) - 1 else int(view.ticks[place]))


def changes_of(settings: LawSettings, trial: LawSettings) -> Changes:
    """What `set` is to change, of what can change while a run goes on."""
    pairs = (("patches.anneal_kimg", "anneal_kimg"), ("patches.beta_end", "beta_end"))
    return tuple((name, getattr(trial, key)) for name, key in pairs if getattr(trial, key) != getattr(settings, key))
