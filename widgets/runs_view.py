"""What panels show of runs, and what they ask to be done with them: values only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from widgets.notes import Problem

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.liveness import RunView
    from training.processes import ProcessIdentity
    from training.status import CommandName


@dataclass(frozen=True)
class RunItem:
    """A run in the folder for runs, or one that was opened from elsewhere.

    Attributes:
        path: Its folder.
        view: Its state as seen from here.
        problem: Why its state cannot be read; empty if it can.
        touched: Its last sign of life, Unix seconds.
        preset: Where its settings came from.
        size: Bytes on disk, once they are measured.
        elsewhere: Whether it lies outside the folder for runs.
    """

    path: Path
    view: RunView
    problem: str = ""
    touched: float = 0.0
    preset: str = ""
    size: int | None = None
    elsewhere: bool = False

    @property
    def name(self) -> str:
        """Of the run's folder."""
        return self.path.name

    @property
    def number(self) -> int:
        """The number in front of the name; 0 for a folder that was renamed."""
        digits = self.name.partition("-")[0]
        return int(digits) if digits.isdecimal() else 0

    @property
    def label(self) -> str:
        """The name without its number."""
        return self.name.partition("-")[2] if self.number else self.name

    @property
    def progress(self) -> float:
        """Share of the planned length that is done, 0 to 1."""
        status = self.view.status
        return min(status.kimg / status.total_kimg, 1.0) if status is not None and status.total_kimg else 0.0

    @property
    def can_resume(self) -> bool:
        """Whether a trainer may be started that has something left to do."""
        return self.view.can_start and self.view.state != "finished" and not self.problem

    @property
    def can_continue(self) -> bool:
        """Whether it has reached its planned end, and may go on beyond it."""
        return self.view.can_start and self.view.state == "finished" and not self.problem


@dataclass(frozen=True)
class Snapshot:
    """Weights that a new run can begin with.

    Attributes:
        kimg: When they were written.
        path: Their file.
        best: By which metric they are the run's best; empty if they are not.
    """

    kimg: float
    path: Path
    best: str = ""


@dataclass(frozen=True)
class DeleteOffer:
    """A run that is about to be deleted, if that is confirmed.

    Attributes:
        path: Its folder.
        size: Bytes on disk.
    """

    path: Path
    size: int


@dataclass(frozen=True)
class EndOffer:
    """A trainer whose process is about to be ended, if that is confirmed."""

    path: Path
    process: ProcessIdentity


@dataclass(frozen=True)
class WarmOffer:
    """What a new run can begin with.

    Attributes:
        path: Folder of the run that it continues.
        snapshots: The newest first; at least one.
        name: Proposal for the new run's name.
        name_pattern: What a name must match.
    """

    path: Path
    snapshots: tuple[Snapshot, ...]
    name: str
    name_pattern: str


@dataclass(frozen=True)
class ContinueOffer:
    """A run that has reached its planned end, and may go on.

    Attributes:
        path: Its folder.
        done: What it has done, kimg.
    """

    path: Path
    done: float


Offer = DeleteOffer | EndOffer | WarmOffer | ContinueOffer


@dataclass(frozen=True)
class RunsView:
    """What the Runs panel shows.

    Attributes:
        folder: The folder for runs; empty if it cannot be understood.
        listed: The folder was read.
        problem: Why it cannot be read; empty if it can.
        runs: The newest first.
        attached: The run that the other panels show.
        work: What is being done to runs; empty if nothing is.
        trouble: What went wrong last, until it is dismissed.
        file_manager: Whether folders can be opened in one.
    """

    folder: str = ""
    listed: bool = False
    problem: str = ""
    runs: tuple[RunItem, ...] = ()
    attached: Path | None = None
    work: str = ""
    trouble: Problem | None = None
    file_manager: bool = True


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
    """Tell a run's trainer something; without a path, that of the attached run."""

    command: CommandName
    path: Path | None = None


@dataclass(frozen=True)
class FollowRun:
    """Show the attached run's generator in the viewport while it learns, or keep the viewport as it is."""

    on: bool


@dataclass(frozen=True)
class AskDelete:
    """Somebody wants to delete a run: find out what that means, then ask."""

    path: Path


@dataclass(frozen=True)
class AskEnd:
    """Somebody wants to end the process of a hung trainer: ask."""

    path: Path


@dataclass(frozen=True)
class AskWarmStart:
    """Somebody wants to begin a run with weights of this one: find out which there are, then ask."""

    path: Path


@dataclass(frozen=True)
class ShowEvaluations:
    """Show what a run's snapshots were found to be, and let somebody measure them."""

    path: Path


@dataclass(frozen=True)
class DeleteRun:
    """It was confirmed: delete this run."""

    path: Path


@dataclass(frozen=True)
class EndTrainer:
    """It was confirmed: end the process of this run's trainer."""

    path: Path


@dataclass(frozen=True)
class WarmStart:
    """Begin a new run with a snapshot, and the settings of the run that it belongs to."""

    path: Path
    snapshot: Path
    name: str


@dataclass(frozen=True)
class AskContinue:
    """Somebody wants a run to go on past its planned end: ask how far."""

    path: Path


@dataclass(frozen=True)
class ContinueRun:
    """Go on with a finished run until it has done so many kimg."""

    path: Path
    kimg: float


@dataclass(frozen=True)
class DropOffer:
    """The question was answered with no."""


@dataclass(frozen=True)
class RevealRun:
    """Open a run's folder in the system's file manager, where there is one."""

    path: Path


OfferIntent = DeleteRun | EndTrainer | WarmStart | ContinueRun | DropOffer
AskIntent = AskDelete | AskEnd | AskWarmStart | AskContinue
RunIntent = ResumeRun | AttachRun | SendCommand | FollowRun | RevealRun | ShowEvaluations | AskIntent | OfferIntent
