"""Behind the panels that steer training: the form, the runs, and what becomes of a click."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.export.file_manager import opener
from app.form.form_controller import FormController
from app.runs.evaluations import Evaluations
from app.runs.run_actions import RunActions, Started
from app.runs.run_events import flatness
from app.runs.run_news import RunNews
from app.runs.run_watch import RunWatch, Watched, WatchedRun
from app.runs.steering import SteeringController
from core.scene import Source
from widgets.common import sentence
from widgets.notes import Problem
from widgets.runs_view import (
    AskContinue,
    AskDelete,
    AskEnd,
    AskIntent,
    AskWarmStart,
    AttachRun,
    ContinueOffer,
    ContinueRun,
    DeleteOffer,
    DeleteRun,
    DropOffer,
    EndOffer,
    EndTrainer,
    FollowRun,
    Offer,
    OfferIntent,
    ResumeRun,
    RevealRun,
    RunItem,
    RunsView,
    SendCommand,
    ShowEvaluations,
    WarmOffer,
    WarmStart,
)
from widgets.steering_view import SteeringIntent, SteeringView
from widgets.train_view import (
    Browse,
    BrowseKind,
    DismissProblem,
    FieldIntent,
    Intent,
    LookAtData,
    StartRun,
    TrainForm,
    TrainView,
)

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.status import CommandName

log = logging.getLogger(__name__)


class TrainController:
    """Turns intents into runs, and what was seen of runs into the panels' view.

    Args:
        form: As it was last filled in.
        wake: Called from threads when `update` should be called again.
        follow_living: Whether the viewport follows a run that is found alive at the start.
        last: The run that was attached last: if it lives, it is attached again.
    """

    def __init__(
        self, form: TrainForm, wake: Callable[[], None], follow_living: bool = True, last: Path | None = None
    ) -> None:
        self.fields = FormController(form, wake)
        self.steering = SteeringController(wake)
        self.follow = True
        self.look_at_data: Callable[[], None] = lambda: None
        self.browse: BrowseKind | None = None
        self.offer: Offer | None = None
        self._watch = RunWatch(wake)
        self._actions = RunActions(wake)
        self.evaluations = Evaluations(wake)
        self._attached: Path | None = None
        self._chosen = False
        self._follow_living = follow_living
        self._last = last
        self._news = RunNews()
        self._merged: tuple[Watched | None, Path | None, tuple[RunItem, ...]] = (None, None, ())
        self._problem: Problem | None = None
        self._flat = ("", "")  # a run, and what looks wrong with its shapes
        self._alarmed: tuple[tuple[str, int], str] = (("", 0), "")  # which statistics, and what looks wrong with them
        self._dismissed = ""
        self._started = False
        self._has_file_manager = opener() is not None

    @property
    def form(self) -> TrainForm:
        """The form of the next run."""
        return self.fields.form

    @property
    def run(self) -> WatchedRun | None:
        """What is known of the attached run."""
        run = self._watch.seen.attached
        return run if run is not None and run.item.path == self._attached else None

    @property
    def attached(self) -> Path | None:
        """The run that panels show."""
        return self._attached

    @property
    def trouble(self) -> str:
        """Why nothing is known of the attached run; empty if something is, or will be soon."""
        return self._watch.seen.problem if self._attached is not None and self.run is None else ""

    @property
    def source(self) -> Source | None:
        """What the viewport is to follow, if anything."""
        if self._attached is None or not self.follow:
            return None
        return Source("run", str(self._attached))

    def start(self) -> None:
        """Begin to look at runs: after the first frame, since this loads much."""
        self._started = True
        self.fields.start()
        if self._last is not None:
            self._watch.list_too(self._last)
        self._watch.start(self.fields.runs_dir)

    def attach(self, path: Path | None) -> None:
        """Show this run; None shows none."""
        self._attached, self._chosen = path, True
        self._watch.attach(path, self.follow)

    def send(self, command: CommandName, path: Path | None = None) -> None:
        """Tell a run's trainer something; without a path, that of the attached run."""
        path = path or self._attached
        if path is not None:
            self._problem = None
            self._actions.send(path, command)

    def shows(self, source: Source) -> None:
        """The viewport shows this; a snapshot of a run is not removed meanwhile."""
        file = source.path if source.kind == "checkpoint" else source.snapshot_file
        self._watch.show(Path(file) if file else None)

    def set_follow(self, on: bool) -> None:
        """Show the attached run's generator in the viewport while it learns, or keep the viewport as it is."""
        self.follow = on
        self._watch.attach(self._attached, on)

    def update(self) -> None:
        """Take what threads have brought."""
        for outcome in self._actions.take():
            match outcome:
                case Started(path, resumed):
                    if not resumed or self._attached in (None, path):
                        self.follow = True
                        self.attach(path)
                case DeleteOffer() | EndOffer() | WarmOffer() | ContinueOffer():
                    self.offer = outcome
                case Problem():
                    self._problem = outcome
                case _:
                    pass
            self._watch.hurry()
        self._news.look(self.runs)
        self._look_at_shapes()
        self._attach_living()
        self.fields.update()
        self.steering.update()

    def _steering_view(self, attached: RunItem | None) -> SteeringView:
        run = self.run
        return self.steering.view(attached if self._started else None, run.curves.events if run is not None else ())

    def _bad_gradients(self) -> str:
        """What is to be said of gradients of the attached run; nothing unless the last tick had bad ones."""
        from training.health import BAD_STEPS, gradient_warning

        counts = self.run.curves.columns.get(BAD_STEPS) if self.run is not None else None
        if counts is None or not len(counts) or not counts[-1] > 0:
            return ""
        return gradient_warning(int(counts[-1]), int(np.nansum(counts)))

    def _alarms(self) -> str:
        """What else looks wrong with the attached run, in short; worked out once for the same statistics."""
        if self.run is None:
            return ""
        from training.health_alarms import alarms

        curves = self.run.curves
        if self._alarmed[0] != (curves.run, curves.version):
            # Bad gradients have their own words here, and so have shapes where metrics have found them to be flat.
            said = {"gradients", "flat"} if self._flat[1] else {"gradients"}
            found = [alarm for alarm in alarms(curves.columns) if alarm.kind not in said]
            words = "; ".join(f"{alarm.title} since {alarm.since_kimg:.4g} kimg" for alarm in found)
            self._alarmed = ((curves.run, curves.version), words and f"{words} (Health says more)")
        return self._alarmed[1]

    def _look_at_shapes(self) -> None:
        """Say once when the shapes of the attached run are found to be flat."""
        run = self.run
        found = (run.curves.run, flatness(run.curves.columns)) if run is not None else ("", "")
        if found[1] and not (found[0] == self._flat[0] and self._flat[1]):
            log.warning("%s: %s", *found)
        self._flat = found

    def view(self) -> TrainView:
        """What the Train panel shows."""
        seen = self._watch.seen
        problem, form, attached = self._problem, self.fields.view(), self._attached_item()
        said = ("", self._dismissed, attached.problem if attached is not None else "")
        if problem is None and seen.problem not in said and form.folder.kind != "bad":
            problem = Problem(seen.problem)
        return TrainView(
            form=form,
            runs=self.runs,
            attached=attached,
            follow=self.follow,
            waiting=self._actions.waiting,
            problem=problem,
            warning=" ".join(sentence(text) for text in (self._bad_gradients(), self._flat[1], self._alarms()) if text),
            steering=self._steering_view(attached),
        )

    def runs_view(self) -> RunsView:
        """What the Runs panel shows."""
        seen, folder = self._watch.seen, self.fields.runs_dir
        return RunsView(
            folder=str(folder) if folder is not None else "",
            listed=seen.listed,
            problem=seen.folder_problem,
            runs=self.runs,
            attached=self._attached,
            work=self._actions.work,
            trouble=self._problem,
            file_manager=self._has_file_manager,
        )

    def edit(self, form: TrainForm, intents: tuple[Intent, ...]) -> None:
        """Take what the panel gave back."""
        moved = form.runs_dir != self.form.runs_dir
        self.fields.form = form
        if moved and self._started:
            self._watch.set_runs_dir(self.fields.runs_dir)
        for intent in intents:
            self.handle(intent)

    def close(self) -> None:
        """End the threads; trainers go on."""
        self._watch.close()
        self._actions.close()
        self.evaluations.close()
        self.fields.close()
        self.steering.close()

    def handle(self, intent: Intent) -> None:
        """Do what a panel asks for."""
        match intent:
            case StartRun(form, paused):
                self._problem = None
                self.fields.handle(intent)
                self._actions.start(form, paused=paused)
            case ResumeRun(path):
                self._problem = None
                self._actions.resume(path)
            case SendCommand(command, path):
                self.send(command, path)
            case AttachRun(path):
                self.attach(path)
            case FollowRun(on):
                self.set_follow(on)
            case _ if isinstance(intent, FieldIntent):
                self.fields.handle(intent)
            case Browse(kind):
                self.browse = kind
            case LookAtData():
                self.look_at_data()
            case RevealRun(path) if self._has_file_manager:
                self._actions.reveal(path)
            case RevealRun(path):
                log.warning("There is no file manager on this machine: the path was copied: %s", path)
            case ShowEvaluations(path):
                self.evaluations.open(path)
            case AskDelete() | AskEnd() | AskWarmStart() | AskContinue():
                self._ask(intent)
            case _ if isinstance(intent, SteeringIntent):
                self.steering.handle(intent)
            case DismissProblem():
                self._problem, self._dismissed = None, self._watch.seen.problem
            case _:
                self._answer(intent)

    def _ask(self, intent: AskIntent) -> None:
        """Find out what a question needs."""
        self._problem = None
        match intent:
            case AskDelete(path):
                self._actions.offer_deletion(path)
            case AskEnd(path):
                self._actions.offer_end(path)
            case AskWarmStart(path):
                self._actions.offer_warm_start(path)
            case AskContinue(path):
                self._actions.offer_continuation(path)

    def _answer(self, intent: OfferIntent) -> None:
        """A question was answered."""
        self.offer = None
        match intent:
            case DeleteRun(path):
                if path == self._attached:
                    self.attach(None)
                self._actions.delete(path)
            case EndTrainer(path):
                self._actions.end(path)
            case WarmStart(path):
                self._actions.warm_start(intent, self.fields.runs_dir or path.parent)
            case ContinueRun(path, kimg):
                self._actions.go_on(path, kimg)
            case DropOffer():
                pass

    def _attach_living(self) -> None:
        """At the first look: show the run that was shown last if it lives, or else the newest that does."""
        seen = self._watch.seen
        if self._chosen or not seen.listed:
            return
        self._chosen = True
        living = [item.path for item in seen.runs if item.view.active]
        if living:
            last = self._last.resolve() if self._last is not None else None
            self.follow = self._follow_living
            self.attach(next((path for path in living if path.resolve() == last), living[0]))

    @property
    def runs(self) -> tuple[RunItem, ...]:
        """The runs of the list, the attached one as it was seen last."""
        seen, run = self._watch.seen, self.run
        known, attached, items = self._merged
        if known is not seen or attached != self._attached:
            items = tuple(_merged(item, run) for item in seen.runs)
            self._merged = (seen, self._attached, items)
        return items

    def _attached_item(self) -> RunItem | None:
        run = self.run
        if run is not None:
            return run.item
        return next((item for item in self._watch.seen.runs if item.path == self._attached), None)


def _merged(item: RunItem, run: WatchedRun | None) -> RunItem:
    """A run of the list; of the attached one, which may go by another path, more is known."""
    if run is None or item.name != run.item.name:
        return item
    path = run.item.path
    if item.path != path and item.path.resolve() != path.resolve():
        return item
    view = run.item.view
    touched = max(view.status.heartbeat, item.touched) if view.status is not None else item.touched
    return replace(item, path=path, view=view, problem=run.item.problem, touched=touched)
