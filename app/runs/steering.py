"""Behind the form of changes while training: what can be changed of the attached run, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app.form.setting_notes import notes_beside
from app.workers.loader import Loader, LoadFailure
from app.workers.tasks import Tasks
from widgets.notes import Note, Problem
from widgets.runs_view import RunItem
from widgets.setting_view import Changes, SettingsView
from widgets.steering_view import ApplyChanges, EditChanges, SteeringIntent, SteeringView
from widgets.views import RunEvent

# A step of a large training takes this long at most, seconds.
ANSWER_S = 600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SteeringKey:
    """What the form is made of.

    Attributes:
        path: The run.
        made: Changes that were made so far.
        changes: What is filled in.
    """

    path: Path
    made: tuple[RunEvent, ...]
    changes: Changes


@dataclass(frozen=True)
class Answered:
    """What a trainer has said to a change.

    Attributes:
        path: The run.
        changes: What it was asked.
        note: For people.
    """

    path: Path
    changes: Changes
    note: Note


class SteeringController:
    """Keeps what is filled in for the attached run; reads, sends and waits on threads.

    Args:
        wake: Called from threads when `update` should be called again.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._settings: Loader[SteeringKey, SettingsView] = Loader(resolve, wake)
        self._tasks: Tasks[Answered] = Tasks("changes", wake)
        self._path: Path | None = None
        self._changes: Changes = ()
        self._answer = Note()
        self._last = SettingsView()

    def view(self, item: RunItem | None, events: tuple[RunEvent, ...] = ()) -> SteeringView:
        """The form about the attached run; `events` are what happened to it."""
        path = item.path if item is not None else None
        if path != self._path:
            self._path, self._changes, self._answer, self._last = path, (), Note(), SettingsView()
        if item is None:
            return SteeringView()
        made = tuple(event for event in events if event.kind == "set")
        found = self._settings.get(SteeringKey(item.path, made, self._changes))
        if isinstance(found, LoadFailure):
            return SteeringView(replace(self._last, others=(Note("bad", found.message),)), self._changes)
        self._last = found if found is not None else replace(self._last, busy=True)
        return SteeringView(self._last, self._changes, blocked(item), self._tasks.waiting, self._answer)

    def handle(self, intent: SteeringIntent) -> None:
        """Do what the form asks for."""
        match intent:
            case EditChanges(changes):
                self._changes, self._answer = changes, Note()
            case ApplyChanges() if self._path is not None:
                self._answer = Note()
                self._tasks.submit("Waiting for the trainer…", partial(apply_changes, self._path, self._changes))
            case ApplyChanges():
                pass

    def update(self) -> None:
        """Take what threads have brought."""
        for outcome in self._tasks.take():
            match outcome:
                case Problem():
                    self._answer = Note("bad", outcome.message)
                case Answered(path, changes, note) if path == self._path:
                    self._answer = note
                    if note.kind == "good" and self._changes == changes:
                        self._changes = ()
                case _:
                    pass

    def close(self) -> None:
        """End the threads."""
        self._settings.close()
        self._tasks.close()


def blocked(item: RunItem) -> str:
    """Why nothing can be changed of a run now, in a sentence; empty if it can."""
    if "set" in item.view.offered:
        return ""
    if item.view.state in ("starting", "stopping"):
        return f"The run is {item.view.state}: wait a moment."
    return f"The run is {item.view.state}: settings are changed while a trainer runs. Resume it first."


def resolve(key: SteeringKey) -> SettingsView:
    """What can be changed, and what is wrong with what is filled in.  Raises ConfigError, RunError."""
    from training.config import ConfigError
    from training.run_dir import RunDirectory
    from training.setting_schema import SettingGroup, flat_values, setting_groups
    from training.steering import STEERABLE, steered, without_effect

    config = RunDirectory(key.path).steered_config()
    known = {setting.name: setting for group in setting_groups() for setting in group.settings}
    offered = tuple(known[name] for name in STEERABLE if not without_effect(config, name))
    group = SettingGroup("steering", "Change while training", "", offered)
    values = flat_values(config)
    try:
        changed = steered(config, dict(key.changes)).config
    except ConfigError as error:
        problems = [(problem.fields, problem.text) for problem in error.problems] or [((), str(error))]
        notes, others = notes_beside(problems, "bad", known)
    else:
        names = dict(key.changes)
        advice = [((each.field,), each.text) for each in changed.advice() if each.field in names]
        notes, others = notes_beside(advice, "warning", known)
    return SettingsView((group,), values, values, notes, others, changes=key.changes, default_word="Now")


def apply_changes(path: Path, changes: Changes) -> Answered:
    """Tell the trainer, and wait for what it says.  Raises ConfigError, RunError."""
    from training.run_dir import RunDirectory
    from training.set_cli import ask, wait_for_answer
    from training.steering import REFUSED

    run = RunDirectory(path)
    answer = wait_for_answer(run, ask(run, dict(changes)), ANSWER_S)
    if answer is None:
        return Answered(path, changes, Note("warning", "The trainer has not answered yet; it obeys after its step."))
    if answer.result.startswith(REFUSED):
        log.warning("%s: %s", path.name, answer.result)
        return Answered(path, changes, Note("bad", answer.result.removeprefix(REFUSED)))
    log.info("%s: changed at step %d: %s", path.name, answer.step, answer.result)
    return Answered(path, changes, Note("good", f"Counts from step {answer.step} on: {answer.result}"))
