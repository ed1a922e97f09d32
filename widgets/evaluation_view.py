"""What the window of evaluations shows, and what it asks for: values only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of a report.

    Attributes:
        label: What it is, with its unit.
        count: Number of generated pictures, or of views.
        value: For people.
        floor: As good as possible, for people.
        better: Which way is better; empty for neither.
        protocol: How it was measured.
        alarming: Whether it is what the alarm is about.
    """

    label: str
    count: int
    value: str
    floor: str
    better: str
    protocol: str
    alarming: bool = False


@dataclass(frozen=True)
class Report:
    """What one evaluation found.

    Attributes:
        figures: Its lines.
        alarm: What looks wrong; empty if nothing does.
        text: All of it with the protocols, for the clipboard.
        about: Data, resolution and time it took, on one line.
    """

    figures: tuple[Figure, ...]
    alarm: str
    text: str
    about: str


@dataclass(frozen=True)
class Moment:
    """A time of a run that has a snapshot, a report or both.

    Attributes:
        kimg: When.
        snapshot: Its weights; none if they are gone.
        report: What was found; none if it was not measured.
        best: By which metric it is the best of the run; empty if it is not.
    """

    kimg: float
    snapshot: Path | None
    report: Report | None
    best: str = ""


@dataclass(frozen=True)
class EvaluationView:
    """What the window shows.

    Attributes:
        run: Folder of the run.
        moments: The newest first.
        pictures: Proposal for the number of pictures.
        inception: The Inception file that the run was set to; empty for none.
        work: What is being done; empty if nothing is.
        fraction: Of it that is done.
        measured: Of which moment it is, kimg; none if nothing is measured.
        problem: Why the last one failed; empty if it did not.
        loading: The run has not been read yet.
    """

    run: Path
    moments: tuple[Moment, ...] = ()
    pictures: int = 200
    inception: str = ""
    work: str = ""
    fraction: float = 0.0
    measured: float | None = None
    problem: str = ""
    loading: bool = False


@dataclass(frozen=True)
class Measure:
    """Measure a snapshot.

    Attributes:
        run: Folder of its run.
        kimg: When it was written.
        snapshot: Its file.
        pictures: In each set.
        inception: The Inception file for FID and KID; empty for neither.
        fid_pictures: Generated for them.
    """

    run: Path
    kimg: float
    snapshot: Path
    pictures: int
    inception: str
    fid_pictures: int


@dataclass(frozen=True)
class CancelMeasure:
    """Give up what is being measured."""


@dataclass(frozen=True)
class CloseEvaluations:
    """The window was closed."""


EvaluationIntent = Measure | CancelMeasure | CloseEvaluations
