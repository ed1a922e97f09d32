"""What panels show of runs, and what they ask to be done with them: values only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.liveness import RunView
    from training.status import CommandName


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


RunIntent = ResumeRun | AttachRun | SendCommand | FollowRun
