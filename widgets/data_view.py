"""What the Data panel shows, and what it asks for: values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from widgets.picture import Picture

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.data_findings import Finding
    from training.pose_figures import PoseFigures
    from training.ray_fit import RayFit

MakeKind = Literal["pictures", "meshes"]
MakeState = Literal["waiting", "working", "done", "failed", "cancelled"]
DataBrowse = Literal["look zip", "look folder", "source zip", "source folder", "poses file"]
Unit = Literal["titles", "degrees", "radians"]
Paper = Literal["white", "black"]


@dataclass(frozen=True)
class RayForm:
    """Cameras as somebody has them; what is None is found out.

    Attributes:
        fov: Full angle of view, degrees.
        radius: Distance of the cameras.
        scale: Radius of the objects.
    """

    fov: float | None = None
    radius: float | None = None
    scale: float | None = None


@dataclass(frozen=True)
class MakeForm:
    """What to make a data set of.

    Attributes:
        kind: Of pictures, or of meshes.
        source: Zip or folder.
        out: The data set; empty for one beside the source.
        resolution: Pixels along a side; 0 for the largest power of two that enlarges nothing.
        mirror: Whether to add mirrored copies.
        paper: Colour below what is transparent.
        poses: File of poses; empty looks for one.
        unit: Of angles in a CSV; `titles` takes what its titles say.
        turn: Degrees added to every yaw.
        views: Of each mesh.
        jobs: Processes that render.
        force: Whether to replace a data set of that name.
    """

    kind: MakeKind = "pictures"
    source: str = ""
    out: str = ""
    resolution: int = 0
    mirror: bool = False
    paper: Paper = "white"
    poses: str = ""
    unit: Unit = "titles"
    turn: float = 0.0
    views: int = 64
    jobs: int = 1
    force: bool = False


@dataclass(frozen=True)
class DataForm:
    """What somebody has chosen in the panel.

    Attributes:
        path: The data set that is looked at; empty for that of the Train form.
        rays: Cameras, for the proposal.
        make: The next data set to make.
        only: Pictures that are shown, by index; empty for all.
        only_words: What they are.
        chosen: A picture, by index.
    """

    path: str = ""
    rays: RayForm = field(default_factory=RayForm)
    make: MakeForm = field(default_factory=MakeForm)
    only: tuple[int, ...] = ()
    only_words: str = ""
    chosen: int | None = None


@dataclass(frozen=True)
class DataFacts:
    """What is known of a data set without reading its pictures.

    Attributes:
        path: It.
        names: Of its pictures.
        resolution: Pixels along a side.
        summary: Of all, for people.
        angles: [n, 3] yaw, pitch, roll in radians; None without poses.
        figures: Of the poses; None without.
        box: Half the side of its box, if it says so.
    """

    path: Path
    names: tuple[str, ...]
    resolution: int
    summary: str
    angles: np.ndarray | None = field(default=None, compare=False)
    figures: PoseFigures | None = field(default=None, compare=False)
    box: float | None = None


@dataclass(frozen=True)
class RaysView:
    """The fit of cameras.

    Attributes:
        given: What is used for what nobody has filled in: angle of view, distance, radius of the objects.
        origins: Where each of those comes from, for people.
        fit: The proposal.
        current: What the next run would have, as far as that is known.
        needed: The least cube scale of that; None if it is not known.
        boxed: Whether the next run samples rays in the box alone.
    """

    given: tuple[float, float, float]
    origins: tuple[str, str, str]
    fit: RayFit
    current: RayFit | None = None
    needed: float | None = None
    boxed: bool = False


@dataclass(frozen=True)
class MakeItem:
    """A data set that is made.

    Attributes:
        number: Tells them apart.
        path: It.
        state: How it is.
        text: What came of it, or why nothing did.
        fraction: How far it is, in [0, 1].
        preview: A sheet with its first pictures, if there is one.
    """

    number: int
    path: Path
    state: MakeState = "waiting"
    text: str = ""
    fraction: float = 0.0
    preview: Path | None = None


@dataclass(frozen=True)
class DataView:
    """What there is to show.

    Attributes:
        asked: The path that is looked at.
        facts: Of it; None while it is being opened, or does not open.
        problem: Why it does not open.
        reading: How far its pictures are read, in [0, 1]; None if they are not being read.
        read: Whether all were read.
        stopped: Why they are not read; empty if they are, or will be.
        findings: What is odd, what is likely wrong first.
        broken: What is wrong with pictures that cannot be read, for people.
        rays: The fit of cameras; None without a data set.
        picture: Gives a small picture by its index; None until it is read.
        made: Data sets that are made, the last one first.
        in_form: Whether the Train form names this data set.
        preview: Gives the sheet of a data set that is made.
    """

    asked: str = ""
    facts: DataFacts | None = None
    problem: str = ""
    reading: float | None = None
    read: bool = False
    stopped: str = ""
    findings: tuple[Finding, ...] = ()
    broken: tuple[str, ...] = ()
    rays: RaysView | None = None
    picture: Callable[[int], Picture | None] = lambda _: None
    made: tuple[MakeItem, ...] = ()
    in_form: bool = True
    preview: Callable[[MakeItem], Picture | None] = lambda _: None


@dataclass(frozen=True)
class BrowseData:
    """Let somebody choose a path."""

    kind: DataBrowse


@dataclass(frozen=True)
class ReadAgain:
    """Read the data set and all its pictures anew."""


@dataclass(frozen=True)
class StopReading:
    """Stop reading pictures."""


@dataclass(frozen=True)
class TakePath:
    """Train on this data set."""

    path: Path


@dataclass(frozen=True)
class TakeRays:
    """Train with these cameras."""

    rays: RayFit


@dataclass(frozen=True)
class StartMaking:
    """Make a data set."""


@dataclass(frozen=True)
class CancelMaking:
    """Give up a data set that is made."""

    number: int


DataIntent = BrowseData | ReadAgain | StopReading | TakePath | TakeRays | StartMaking | CancelMaking
