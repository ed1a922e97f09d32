"""What the Gallery shows, and what it asks for; values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from widgets.picture import Picture

# The first picture of a film that is a folder (app/pictures/frames.py).
FIRST_FRAME = "000000.png"
FileKind = Literal["picture", "film", "mesh", "session", "file"]


@dataclass(frozen=True)
class GalleryFile:
    """A file that the studio has saved.

    Attributes:
        path: It.
        kind: What is in it.
        size: Bytes.
        changed: When it was written, seconds since 1970.
    """

    path: Path
    kind: FileKind
    size: int
    changed: float

    @property
    def name(self) -> str:
        """What it is called; a film of single pictures as its folder."""
        return self.path.parent.name if self.path.name == FIRST_FRAME else self.path.name


@dataclass(frozen=True)
class GalleryView:
    """Everything.

    Attributes:
        folder: Where files are saved.
        files: In there, the last one first; None while they are being listed.
        hidden: How many older ones there are beside these.
        problem: Why they cannot be listed; empty if they can.
        thumbnail: Gives a small picture of a file; None where there is none, or none yet.
    """

    folder: Path
    files: tuple[GalleryFile, ...] | None = None
    hidden: int = 0
    problem: str = ""
    thumbnail: Callable[[GalleryFile], Picture | None] = lambda _: None


@dataclass(frozen=True)
class OpenFile:
    """Show what a file was made of."""

    path: Path


@dataclass(frozen=True)
class RevealFile:
    """Show the folder in the file manager."""


@dataclass(frozen=True)
class CloseGallery:
    """Close the window."""


GalleryIntent = OpenFile | RevealFile | CloseGallery
