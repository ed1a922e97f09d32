"""What the Train panel shows, and what it asks for: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from widgets.notes import Note, Problem
from widgets.runs_view import RunIntent, RunItem

DataChoice = Literal["shapes", "own"]
BrowseKind = Literal["zip", "folder", "runs"]


@dataclass(frozen=True)
class TrainForm:
    """What somebody has filled in for the next run.

    Attributes:
        preset: Name of the preset.
        choice: The built-in data, or somebody's own.
        data_path: Zip or folder of their own data.
        runs_dir: Folder in which runs are kept.
        name: Of the run; part of its folder's name.
    """

    preset: str = ""
    choice: DataChoice = "shapes"
    data_path: str = ""
    runs_dir: str = ""
    name: str = "run"


@dataclass(frozen=True)
class PresetItem:
    """A preset to choose from."""

    name: str
    description: str


@dataclass(frozen=True)
class FormView:
    """What the form shows beside what is filled in.

    Attributes:
        presets: To choose from, the lightest first; empty while they are being read.
        data: About the chosen data.
        advice: What to think about before this preset is started with this data; stops nobody.
        folder: About the folder for runs.
        name: About the run's name.
    """

    presets: tuple[PresetItem, ...] = ()
    data: Note = field(default_factory=Note)
    advice: tuple[Note, ...] = ()
    folder: Note = field(default_factory=Note)
    name: Note = field(default_factory=Note)

    @property
    def can_start(self) -> bool:
        """Whether the form can be started as it is."""
        blocked = "bad" in (self.data.kind, self.folder.kind, self.name.kind) or self.data.kind != "good"
        return bool(self.presets) and not blocked


@dataclass(frozen=True)
class TrainView:
    """What the panel shows.

    Attributes:
        form: Beside the form.
        runs: In the folder for runs, the newest first.
        attached: The run that is shown, if any.
        follow: Whether the viewport shows the attached run as it learns.
        waiting: What is being done right now (starting a trainer); empty otherwise.
        problem: What went wrong last, until it is dismissed.
    """

    form: FormView = field(default_factory=FormView)
    runs: tuple[RunItem, ...] = ()
    attached: RunItem | None = None
    follow: bool = True
    waiting: str = ""
    problem: Problem | None = None

    @property
    def can_start(self) -> bool:
        """Whether the form can be started now."""
        return self.form.can_start and not self.waiting


@dataclass(frozen=True)
class StartRun:
    """Start a run from the form."""

    form: TrainForm


@dataclass(frozen=True)
class Browse:
    """Let somebody choose a path for a field of the form."""

    kind: BrowseKind


@dataclass(frozen=True)
class DismissProblem:
    """The problem has been read."""


FormIntent = StartRun | Browse
Intent = RunIntent | FormIntent | DismissProblem
