"""What the strip below the viewport shows of a run's past, and what somebody wants of it; needs no toolkit."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field

SLOWEST, FASTEST = 0.25, 30.0
# Offered in the menu, snapshots per second.
RATES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a run.

    Attributes:
        name: Of its file.
        kimg: When it was written, thousands of images.
        written: Likewise, Unix seconds.
        figure: What it was found to be worth, for people; empty if nobody has measured it.
        best: Whether it is the best so far.
    """

    name: str
    kimg: float
    written: float = 0.0
    figure: str = ""
    best: bool = False


@dataclass(frozen=True)
class TimeSetup:
    """How a run's past is played.

    Attributes:
        rate: Snapshots per second at most, 0.25 to 30.
        loop: Begin anew at the end.
    """

    rate: float = 2.0
    loop: bool = True

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not SLOWEST <= self.rate <= FASTEST:
            raise ValueError(f"time: the rate must lie in [{SLOWEST}, {FASTEST}] snapshots a second, got {self.rate}")


@dataclass(frozen=True)
class TimeView:
    """The run's past, and where in it the viewport is.

    Attributes:
        snapshots: Those there are, oldest first.
        held: The snapshot that is to be shown; None for the newest weights.
        missing: It is not there any more.
        waiting: It is not on the screen yet.
        playing: Whether time runs.
        setup: How it does.
        learning: Whether a trainer is at work, so that the newest weights change.
        kimg: How long the newest weights were trained, if that is known.
        loading: The run was not looked at yet.
        broken: Why snapshots cannot be shown, by name.
    """

    snapshots: tuple[Snapshot, ...] = ()
    held: Snapshot | None = None
    missing: bool = False
    waiting: bool = False
    playing: bool = False
    setup: TimeSetup = field(default_factory=TimeSetup)
    learning: bool = False
    kimg: float | None = None
    loading: bool = False
    broken: tuple[tuple[str, str], ...] = ()

    @property
    def index(self) -> int:
        """Where the slider stands: at a snapshot, or behind the last one for the newest weights."""
        return place(self.snapshots, self.held)

    @property
    def trouble(self) -> str:
        """Why what is held cannot be shown, for people; empty if it can."""
        if self.held is None:
            return ""
        if self.missing:
            return f"The snapshot at {self.held.kimg:g} kimg is gone: the run keeps only some of them."
        return dict(self.broken).get(self.held.name, "")


@dataclass(frozen=True)
class GoTo:
    """Show this snapshot; an empty name is the newest weights."""

    name: str


@dataclass(frozen=True)
class Step:
    """Go to the next snapshot, or back to the one before."""

    by: int


@dataclass(frozen=True)
class Play:
    """Let time run, or stop it."""

    on: bool


@dataclass(frozen=True)
class SetTime:
    """Play in this way."""

    setup: TimeSetup


TimeIntent = GoTo | Step | Play | SetTime


def place(snapshots: tuple[Snapshot, ...], held: Snapshot | None) -> int:
    """Index of a snapshot; of one that is gone, that of the next later one; of none, one past the last."""
    if held is None:
        return len(snapshots)
    return bisect_left([each.kimg for each in snapshots], held.kimg)


def when(written: float) -> str:
    """A moment for people; nothing if it is not known."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(written)) if written else ""


def words(view: TimeView) -> list[str]:
    """What is held, in parts, the most important one first."""
    held = view.held
    if held is None:
        kimg = [] if view.kimg is None else [f"{view.kimg:g} kimg"]
        return ["live" if view.learning else "newest", *kimg]
    number = [] if view.missing or view.loading else [f"{view.index + 1} of {len(view.snapshots)}"]
    marks = ["gone"] if view.missing else ["cannot be shown"] if view.trouble else ["best"] if held.best else []
    parts = [f"{held.kimg:g} kimg", *marks, held.figure, *number, when(held.written)]
    return [part for part in parts if part]
