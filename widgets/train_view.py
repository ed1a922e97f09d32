"""What the Train panel shows, and what it asks for: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from widgets.notes import Note, Problem
from widgets.preset_view import PresetIntent, PresetItem, PresetQuestion
from widgets.runs_view import RunIntent, RunItem
from widgets.setting_view import Changes, EstimateView, SettingsView
from widgets.steering_view import SteeringIntent, SteeringView

DataChoice = Literal["shapes", "own"]
BrowseKind = Literal["zip", "folder", "runs", "open folder"]


@dataclass(frozen=True)
class TrainForm:
    """What somebody has filled in for the next run.

    Attributes:
        preset: Name of the preset.
        choice: The built-in data, or somebody's own.
        data_path: Zip or folder of their own data.
        runs_dir: Folder in which runs are kept.
        name: Of the run, part of its folder's name; empty takes the preset's.
        changes: Settings that differ from what preset and data have.
    """

    preset: str = ""
    choice: DataChoice = "shapes"
    data_path: str = ""
    runs_dir: str = ""
    name: str = ""
    changes: Changes = ()


@dataclass(frozen=True)
class FormView:
    """What the form shows beside what is filled in.

    Attributes:
        presets: To choose from, the lightest first; empty while they are being read.
        preset: The chosen one; None if it is not among them.
        question: About presets, that waits for its answer.
        data: About the chosen data.
        settings: What a run started now would have, and what there is to say about it.
        estimate: Memory and time that the settings need.
        folder: About the folder for runs.
        name: About the run's name.
    """

    presets: tuple[PresetItem, ...] = ()
    preset: PresetItem | None = None
    question: PresetQuestion | None = None
    data: Note = field(default_factory=Note)
    settings: SettingsView = field(default_factory=SettingsView)
    estimate: EstimateView = field(default_factory=EstimateView)
    folder: Note = field(default_factory=Note)
    name: Note = field(default_factory=Note)

    @property
    def blocked(self) -> str:
        """Why the form cannot be started as it is, in a sentence; empty if it can."""
        if not self.presets:
            return "The presets are being read."
        if self.preset is None or self.preset.problem:
            return "Choose a preset that works."
        if self.data.kind != "good":
            return "The data set is being read." if self.data.kind == "checking" else "Choose a data set that works."
        for note, what in ((self.name, "name"), (self.folder, "folder for runs")):
            if note.kind == "bad":
                return f"See the note beside the {what}."
        return self.settings.blocked

    @property
    def can_start(self) -> bool:
        """Whether the form can be started as it is; not before its settings were looked at."""
        return not self.blocked and not self.settings.busy


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
        steering: What can be changed of the attached run.
        warning: What looks wrong with what the attached run learns; empty if nothing does.
    """

    form: FormView = field(default_factory=FormView)
    runs: tuple[RunItem, ...] = ()
    attached: RunItem | None = None
    follow: bool = True
    waiting: str = ""
    problem: Problem | None = None
    steering: SteeringView = field(default_factory=SteeringView)
    warning: str = ""

    @property
    def can_start(self) -> bool:
        """Whether the form can be started now."""
        return self.form.can_start and not self.waiting


@dataclass(frozen=True)
class StartRun:
    """Start a run from the form, or let it wait before its first step."""

    form: TrainForm
    paused: bool = False


@dataclass(frozen=True)
class Browse:
    """Let somebody choose a path for a field of the form."""

    kind: BrowseKind


@dataclass(frozen=True)
class LookAtData:
    """Show the Data panel."""


@dataclass(frozen=True)
class DismissProblem:
    """The problem has been read."""


@dataclass(frozen=True)
class Measure:
    """Find out, by a few steps, what the settings need."""


@dataclass(frozen=True)
class CancelMeasure:
    """Stop finding out."""


FieldIntent = Measure | CancelMeasure | PresetIntent
FormIntent = StartRun | Browse | LookAtData | FieldIntent
Intent = RunIntent | FormIntent | SteeringIntent | DismissProblem
