"""What the Train panel shows, and what it asks for: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.liveness import RunView
    from training.status import CommandName

DataChoice = Literal["shapes", "own"]
BrowseKind = Literal["zip", "folder", "runs"]
NoteKind = Literal["none", "checking", "good", "warning", "bad"]


@dataclass(frozen=True)
class Note:
    """What is known of a field's content, shown below it."""

    kind: NoteKind = "none"
    text: str = ""


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
class RunItem:
    """A run in the folder for runs.

    Attributes:
        path: Its folder.
        view: Its state as seen from here.
        problem: Why its state cannot be read; empty if it can.
    """

    path: Path
    view: RunView
    problem: str = ""

    @property
    def name(self) -> str:
        """Of the run's folder."""
        return self.path.name


@dataclass(frozen=True)
class Problem:
    """Something that went wrong, for people; `detail` is for the Copy button."""

    message: str
    detail: str = ""


@dataclass(frozen=True)
class TrainView:
    """What the panel shows beside the form.

    Attributes:
        presets: To choose from, the lightest first; empty while they are being read.
        data: About the chosen data.
        advice: What to think about before this preset is started with this data; stops nobody.
        folder: About the folder for runs.
        name: About the run's name.
        runs: In the folder, the newest first.
        attached: The run that is shown, if any.
        follow: Whether the viewport shows the attached run as it learns.
        waiting: What is being done right now (starting a trainer); empty otherwise.
        problem: What went wrong last, until it is dismissed.
    """

    presets: tuple[PresetItem, ...] = ()
    data: Note = field(default_factory=Note)
    advice: tuple[Note, ...] = ()
    folder: Note = field(default_factory=Note)
    name: Note = field(default_factory=Note)
    runs: tuple[RunItem, ...] = ()
    attached: RunItem | None = None
    follow: bool = True
    waiting: str = ""
    problem: Problem | None = None

    @property
    def can_start(self) -> bool:
        """Whether the form can be started as it is."""
        blocked = "bad" in (self.data.kind, self.folder.kind, self.name.kind) or self.data.kind != "good"
        return bool(self.presets) and not blocked and not self.waiting


@dataclass(frozen=True)
class StartRun:
    """Start a run from the form."""

    form: TrainForm


@dataclass(frozen=True)
class ResumeRun:
    """Go on with a run that has ended or died."""

    path: Path


@dataclass(frozen=True)
class AttachRun:
    """Show this run; None shows none."""

    path: Path | None


@dataclass(frozen=True)
class SendCommand:
    """Tell the attached run's trainer something."""

    command: CommandName


@dataclass(frozen=True)
class FollowRun:
    """Show the attached run's generator in the viewport while it learns, or keep the viewport as it is."""

    on: bool


@dataclass(frozen=True)
class Browse:
    """Let somebody choose a path for a field of the form."""

    kind: BrowseKind


@dataclass(frozen=True)
class DismissProblem:
    """The problem has been read."""


Intent = StartRun | ResumeRun | AttachRun | SendCommand | FollowRun | Browse | DismissProblem
