"""Behind the panels that steer training: the form, the runs, and what becomes of a click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.form_controller import FormController
from app.run_actions import RunActions, Started
from app.run_watch import RunWatch, WatchedRun
from core.scene import Source
from widgets.notes import Problem
from widgets.runs_view import AttachRun, FollowRun, ResumeRun, RunItem, SendCommand
from widgets.train_view import Browse, BrowseKind, DismissProblem, Intent, StartRun, TrainForm, TrainView

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.status import CommandName

ALIVE = ("starting", "running", "paused", "stopping", "hung")


class TrainController:
    """Turns intents into runs, and what was seen of runs into the panels' view.

    Args:
        form: As it was last filled in.
        wake: Called from threads when `update` should be called again.
        follow_living: Whether the viewport follows a run that is found alive at the start.
    """

    def __init__(self, form: TrainForm, wake: Callable[[], None], follow_living: bool = True) -> None:
        self.fields = FormController(form, wake)
        self.follow = True
        self.browse: BrowseKind | None = None
        self._watch = RunWatch(wake)
        self._actions = RunActions(wake)
        self._attached: Path | None = None
        self._chosen = False
        self._follow_living = follow_living
        self._problem: Problem | None = None
        self._dismissed = ""
        self._started = False

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
    def source(self) -> Source | None:
        """What the viewport is to follow, if anything."""
        if self._attached is None or not self.follow:
            return None
        return Source("run", str(self._attached))

    def start(self) -> None:
        """Begin to look at runs: after the first frame, since this loads much."""
        self._started = True
        self.fields.start()
        self._watch.start(self.fields.runs_dir)

    def attach(self, path: Path | None) -> None:
        """Show this run; None shows none."""
        self._attached, self._chosen = path, True
        self._watch.attach(path, self.follow)

    def send(self, command: CommandName) -> None:
        """Tell the attached run's trainer something."""
        if self._attached is not None:
            self._actions.send(self._attached, command)

    def set_follow(self, on: bool) -> None:
        """Show the attached run's generator in the viewport while it learns, or keep the viewport as it is."""
        self.follow = on
        self._watch.attach(self._attached, on)

    def update(self) -> None:
        """Take what threads have brought."""
        for outcome in self._actions.take():
            match outcome:
                case Started(path):
                    self.follow = True
                    self.attach(path)
                case Problem():
                    self._problem = outcome
            self._watch.hurry()
        seen = self._watch.seen
        if seen.listed and not self._chosen:
            self._chosen = True
            alive = next((item.path for item in seen.runs if item.view.state in ALIVE), None)
            if alive is not None:
                self.follow = self._follow_living
                self.attach(alive)
        self.fields.update()

    def view(self) -> TrainView:
        """What the panels show."""
        seen = self._watch.seen
        problem, form = self._problem, self.fields.view()
        if problem is None and seen.problem not in ("", self._dismissed) and form.folder.kind != "bad":
            problem = Problem(seen.problem)
        return TrainView(
            form=form,
            runs=seen.runs,
            attached=self._attached_item(),
            follow=self.follow,
            waiting=self._actions.waiting,
            problem=problem,
        )

    def edit(self, form: TrainForm, intents: tuple[Intent, ...]) -> None:
        """Take what the panel gave back."""
        moved = form.runs_dir != self.form.runs_dir
        self.fields.form = form
        if moved and self._started:
            self._watch.set_runs_dir(self.fields.runs_dir)
        for intent in intents:
            self._handle(intent)

    def close(self) -> None:
        """End the threads; trainers go on."""
        self._watch.close()
        self._actions.close()
        self.fields.close()

    def _handle(self, intent: Intent) -> None:
        match intent:
            case StartRun(form):
                self._problem = None
                self._actions.start(form)
            case ResumeRun(path):
                self._problem = None
                self._actions.resume(path)
            case SendCommand(command):
                self.send(command)
            case AttachRun(path):
                self.attach(path)
            case FollowRun(on):
                self.set_follow(on)
            case Browse(kind):
                self.browse = kind
            case DismissProblem():
                self._problem, self._dismissed = None, self._watch.seen.problem

    def _attached_item(self) -> RunItem | None:
        run = self.run
        if run is not None:
            return run.item
        return next((item for item in self._watch.seen.runs if item.path == self._attached), None)
