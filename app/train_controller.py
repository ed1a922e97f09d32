"""Behind the Train panel: the form, the runs, and what becomes of a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.loader import Loader, LoadFailure
from app.paths import user_path
from app.run_actions import (
    RunActions,
    Started,
    check_folder,
    check_name,
    data_path,
    describe_data,
    read_advice,
    read_presets,
)
from app.run_watch import RunWatch, WatchedRun
from core.scene import Source
from widgets.train_view import (
    AttachRun,
    Browse,
    BrowseKind,
    DismissProblem,
    FollowRun,
    Intent,
    Note,
    PresetItem,
    Problem,
    ResumeRun,
    RunItem,
    SendCommand,
    StartRun,
    TrainForm,
    TrainView,
)

ALIVE = ("starting", "running", "paused", "stopping", "hung")


class TrainController:
    """Turns intents into runs, and what was seen of runs into the panel's view.

    Args:
        form: As it was last filled in.
        wake: Called from threads when `update` should be called again.
        follow_living: Whether the viewport follows a run that is found alive at the start.
    """

    def __init__(self, form: TrainForm, wake: Callable[[], None], follow_living: bool = True) -> None:
        self.form = form
        self.follow = True
        self.browse: BrowseKind | None = None
        self._watch = RunWatch(wake)
        self._actions = RunActions(wake)
        self._data: Loader[str, Note] = Loader(describe_data, wake)
        self._advice: Loader[tuple[str, str], tuple[Note, ...]] = Loader(read_advice, wake)
        self._names: Loader[str, Note] = Loader(check_name, wake)
        self._folders: Loader[str, Note] = Loader(check_folder, wake)
        self._presets: Loader[str, tuple[PresetItem, ...]] = Loader(read_presets, wake)
        self._attached: Path | None = None
        self._chosen = False
        self._follow_living = follow_living
        self._problem: Problem | None = None
        self._dismissed = ""
        self._started = False

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
        self._watch.start(_runs_dir(self.form))

    def attach(self, path: Path | None) -> None:
        """Show this run; None shows none."""
        self._attached, self._chosen = path, True
        self._watch.attach(path, self.follow)

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
        presets = self._presets_now()
        if presets and self.form.preset not in [item.name for item in presets]:
            self.form = replace(self.form, preset=presets[0].name)

    def view(self) -> TrainView:
        """What the panel shows."""
        seen = self._watch.seen
        problem = self._problem
        folder = self._note(self._folders, self.form.runs_dir)
        data = self._data_note()
        if problem is None and seen.problem not in ("", self._dismissed) and folder.kind != "bad":
            problem = Problem(seen.problem)
        return TrainView(
            presets=self._presets_now(),
            data=data,
            advice=self._advice_notes() if data.kind == "good" else (),
            folder=folder,
            name=self._note(self._names, self.form.name),
            runs=seen.runs,
            attached=self._attached_item(),
            follow=self.follow,
            waiting=self._actions.waiting,
            problem=problem,
        )

    def edit(self, form: TrainForm, intents: tuple[Intent, ...]) -> None:
        """Take what the panel gave back."""
        if form.runs_dir != self.form.runs_dir and self._started:
            self._watch.set_runs_dir(_runs_dir(form))
        self.form = form
        for intent in intents:
            self._handle(intent)

    def close(self) -> None:
        """End the threads; trainers go on."""
        self._watch.close()
        self._actions.close()
        for loader in (self._data, self._advice, self._names, self._folders, self._presets):
            loader.close()

    def _handle(self, intent: Intent) -> None:
        match intent:
            case StartRun(form):
                self._problem = None
                self._actions.start(form)
            case ResumeRun(path):
                self._problem = None
                self._actions.resume(path)
            case SendCommand(command):
                if self._attached is not None:
                    self._actions.send(self._attached, command)
            case AttachRun(path):
                self.attach(path)
            case FollowRun(on):
                self.follow = on
                self._watch.attach(self._attached, on)
            case Browse(kind):
                self.browse = kind
            case DismissProblem():
                self._problem, self._dismissed = None, self._watch.seen.problem

    def _attached_item(self) -> RunItem | None:
        run = self.run
        if run is not None:
            return run.item
        return next((item for item in self._watch.seen.runs if item.path == self._attached), None)

    def _presets_now(self) -> tuple[PresetItem, ...]:
        presets = self._presets.get("") if self._started else None
        return presets if isinstance(presets, tuple) else ()

    def _data_note(self) -> Note:
        if self.form.choice == "own" and not self.form.data_path:
            return Note("none", "Choose a zip or folder of pictures with a dataset.json.")
        try:
            path = data_path(self.form)
        except ValueError as error:
            return Note("bad", str(error))
        note = self._note(self._data, str(path))
        if self.form.choice == "shapes" and note.kind == "bad":
            text = "The built-in shapes are not part of this installation. Make them with `epigraf data shapes`."
            return Note("bad", text)
        return note

    def _advice_notes(self) -> tuple[Note, ...]:
        """On the preset together with data that can be read."""
        if self.form.preset not in [item.name for item in self._presets_now()]:
            return ()
        found = self._advice.get((self.form.preset, str(data_path(self.form))))
        if isinstance(found, LoadFailure):
            return (Note("bad", found.message),)
        return found or ()

    def _note(self, loader: Loader[str, Note], key: str) -> Note:
        if not self._started:
            return Note()
        found = loader.get(key)
        if isinstance(found, LoadFailure):
            return Note("bad", found.message)
        return found if found is not None else Note("checking", "checking…")


def _runs_dir(form: TrainForm) -> Path | None:
    """The folder to look for runs in; None if it cannot be understood, which the note beside the field explains."""
    try:
        return user_path(form.runs_dir)
    except ValueError:
        return None
