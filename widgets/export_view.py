"""What the Export window shows, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from widgets.picture import Picture

ExportKind = Literal["picture", "cutout", "depth", "turntable", "timeline", "grid"]
ExportFormat = Literal["mp4", "gif", "frames"]
FILMS = ("turntable", "timeline")
ExportState = Literal["waiting", "drawing", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class ExportForm:
    """What is to be made of what the viewport shows.

    Attributes:
        kind: One picture, the object on nothing, its depths, a film once around or of the timeline, or a grid of
            samples whose seeds count up.
        film: Format of a film; frames: a folder of pictures.
        width: Of a view, pixels.
        height: Likewise.
        seconds: How long a film once around is.
        fps: Its pictures per second.
        columns: Of a grid.
        rows: Likewise.
        smooth: Pictures with rays shifted a little, whose mean is drawn.
    """

    kind: ExportKind = "picture"
    film: ExportFormat = "mp4"
    width: int = 1024
    height: int = 1024
    seconds: float = 4.0
    fps: int = 30
    columns: int = 4
    rows: int = 3
    smooth: int = 4

    @property
    def views(self) -> int:
        """Pictures of the film."""
        return max(round(self.seconds * self.fps), 1)


@dataclass(frozen=True)
class ExportItem:
    """One export.

    Attributes:
        number: Counts them.
        path: Where the file will be, or is.
        state: How it goes.
        text: What is being done, or why it failed.
        fraction: How much of that is done, in [0, 1].
        left_s: Seconds that it still takes; none if unknown.
    """

    number: int
    path: Path
    state: ExportState
    text: str = ""
    fraction: float = 0.0
    left_s: float | None = None


@dataclass(frozen=True)
class ExportView:
    """Everything.

    Attributes:
        form: As it is filled in.
        items: The exports of this window, the last one first.
        folder: Where files go.
        ready: Whether there is something to export.
        journey_s: How long the timeline is; none where there is none.
        thumbnail: Gives a small picture of a file that is done; None where there is none.
    """

    form: ExportForm
    items: tuple[ExportItem, ...]
    folder: Path
    ready: bool
    journey_s: float | None = None
    thumbnail: Callable[[Path], Picture | None] = lambda _: None


@dataclass(frozen=True)
class StartExport:
    """Draw what the form says."""


@dataclass(frozen=True)
class CopyCommand:
    """Put the command that does the same on the clipboard."""


@dataclass(frozen=True)
class CancelExport:
    """Give an export up."""

    number: int


@dataclass(frozen=True)
class RevealExport:
    """Show the file in the file manager."""

    path: Path


@dataclass(frozen=True)
class CloseExports:
    """Close the window; exports go on."""


ExportIntent = StartExport | CopyCommand | CancelExport | RevealExport | CloseExports
