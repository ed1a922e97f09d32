"""What panels show of a run: values only, so that what fills them needs no toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

Level = Literal["info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("info", "warning", "error")
EventKind = Literal["start", "pause", "resume", "set", "snapshot", "best", "flat"]


@dataclass(frozen=True)
class RunEvent:
    """Something that happened to a run, as it is marked in the curves.

    Attributes:
        kind: What it was.
        kimg: When, thousands of images.
        text: What it was, for people.
    """

    kind: EventKind
    kimg: float
    text: str


@dataclass(frozen=True)
class CurvesView:
    """What there is to plot.

    Attributes:
        version: Changes whenever the numbers do.
        kimg: [n], ascending.
        columns: [n] each, by name; NaN where a line of the statistics lacks it.
        run: Name of the run; empty when none is attached.
        events: What happened to the run, by progress.
        loading: The run has not been read yet, or not to its end.
    """

    version: int = 0
    kimg: np.ndarray = field(default_factory=lambda: np.empty(0), compare=False)
    columns: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)
    run: str = ""
    events: tuple[RunEvent, ...] = ()
    loading: bool = False


@dataclass(frozen=True)
class Sample:
    """A sample picture of a run.

    Attributes:
        kimg: Progress at which it was made, thousands of images.
        path: Its file.
    """

    kimg: float
    path: Path


@dataclass(frozen=True)
class SamplesView:
    """The sample pictures there are.

    Attributes:
        run: Name of the run; empty when none is attached.
        samples: By progress.
        reals: Pictures of the data set in the same layout, if there are any.
        loading: The run has not been read yet.
    """

    run: str = ""
    samples: tuple[Sample, ...] = ()
    reals: Path | None = None
    loading: bool = False


@dataclass(frozen=True)
class LogLine:
    """A line of the log.

    Attributes:
        stamp: When, as "2026-01-31 23:59:59"; empty if unknown.
        level: How bad it is.
        source: "studio", or the run's name.
        text: The message.
    """

    stamp: str
    level: Level
    source: str
    text: str

    def __str__(self) -> str:
        """The line as it is copied."""
        return f"{self.stamp}  {self.level:7}  {self.source}  {self.text}"

    @property
    def clock(self) -> str:
        """The time of day."""
        return self.stamp[-8:]
