"""What the Inversion window shows, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from widgets.picture import Picture

SearchState = Literal["waiting", "searching", "found", "failed", "cancelled"]
Layers = Literal["one", "each"]
Pose = Literal["found", "viewport"]


@dataclass(frozen=True)
class InversionForm:
    """What is to be looked for, and how.

    Attributes:
        picture: Path of the file; empty for none yet.
        steps: Of the optimiser.
        layers: One w for all layers, or one for each.
        pose: Found too, or that of the viewport's camera.
        size: Pixels along a side that are compared.
        inception: Path of a network whose answers count too; empty for none.
    """

    picture: str = ""
    steps: int = 200
    layers: Layers = "one"
    pose: Pose = "found"
    size: int = 64
    inception: str = ""


@dataclass(frozen=True)
class SearchItem:
    """One search.

    Attributes:
        number: Counts them.
        picture: The file.
        generator: Whose sample is looked for, for people.
        state: How it goes.
        text: What is being done or was found, or why it failed.
        done: Steps that are done.
        total: All steps.
        curve: Steps and the PSNR after each, dB, as far as they were told.
        left_s: Seconds that it still takes; None if unknown.
        notes: What was done to the picture, sentences.
        kept: Whether it is among the favourites.
    """

    number: int
    picture: Path
    generator: str
    state: SearchState = "waiting"
    text: str = ""
    done: int = 0
    total: int = 0
    curve: tuple[tuple[int, float], ...] = ()
    left_s: float | None = None
    notes: tuple[str, ...] = ()
    kept: bool = False

    @property
    def name(self) -> str:
        """In a list."""
        found = f", {self.curve[-1][1]:.1f} dB" if self.curve else ""
        state = "" if self.state == "found" else f", {self.state}"
        return f"{self.number}  {self.picture.name}{found}{state}"


@dataclass(frozen=True)
class InversionView:
    """Everything.

    Attributes:
        form: As it is filled in.
        items: The searches of this window, the last one first.
        shown: Number of the one that is looked at.
        given: Its picture; None until it was read.
        found: The picture of the sample as it is found so far; None until there is one.
        generator: Whose sample would be looked for, for people; empty while nothing is shown.
    """

    form: InversionForm
    items: tuple[SearchItem, ...]
    shown: int
    given: Picture | None
    found: Picture | None
    generator: str

    @property
    def item(self) -> SearchItem | None:
        """The search that is looked at."""
        return next((item for item in self.items if item.number == self.shown), None)


@dataclass(frozen=True)
class ChoosePicture:
    """Ask for a file."""


@dataclass(frozen=True)
class StartSearch:
    """Look for what the form says."""


@dataclass(frozen=True)
class CancelSearch:
    """Give a search up."""

    number: int


@dataclass(frozen=True)
class LookAt:
    """Look at another search."""

    number: int


@dataclass(frozen=True)
class ShowFound:
    """Put what was found into the viewport."""

    number: int


@dataclass(frozen=True)
class KeepFound:
    """Put what was found among the favourites."""

    number: int


@dataclass(frozen=True)
class CloseInversion:
    """Close the window; searches go on."""


InversionIntent = ChoosePicture | StartSearch | CancelSearch | LookAt | ShowFound | KeepFound | CloseInversion
