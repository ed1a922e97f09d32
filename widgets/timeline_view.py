"""What the Timeline panel shows, and what it asks for; values only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.scene import Scene
from core.timeline import Ease, Timeline

# Seconds of a journey, and from its end back to its beginning.
LONGEST_S, LOOP_RANGE = 600.0, (0.5, 60.0)
DEFAULT_LOOP_S = 2.0


@dataclass(frozen=True)
class TimelineView:
    """Everything.

    Attributes:
        timeline: The journey; None before the first keyframe.
        playhead: Where in it the window is, seconds.
        playing: Whether time runs.
        chosen: Index of the keyframe whose values are shown; None: none.
        lost: Indices of keyframes whose generator is not there any more.
        ready: Whether there is a picture, and so a Scene to keep.
        problem: Why the last wish could not be met; empty if it could.
        replaces: Whether a keyframe that is added takes the place of the one at the playhead.
        refused: Why what is shown cannot be a keyframe; empty if it can.
    """

    timeline: Timeline | None = None
    playhead: float = 0.0
    playing: bool = False
    chosen: int | None = None
    lost: frozenset[int] = frozenset()
    ready: bool = True
    problem: str = ""
    replaces: bool = False
    refused: str = ""


@dataclass(frozen=True)
class AddKey:
    """Keep what is shown as a keyframe, at the playhead."""


@dataclass(frozen=True)
class UpdateKey:
    """Give a keyframe what is shown."""

    index: int


@dataclass(frozen=True)
class CopyKey:
    """Put a keyframe in once more, behind itself."""

    index: int


@dataclass(frozen=True)
class RemoveKey:
    """Take a keyframe away."""

    index: int


@dataclass(frozen=True)
class MoveKey:
    """Put a keyframe at another time, seconds."""

    index: int
    at: float


@dataclass(frozen=True)
class EaseKey:
    """Let time run evenly or softly from a keyframe to the next."""

    index: int
    ease: Ease


@dataclass(frozen=True)
class ChooseKey:
    """Go to a keyframe, and show its values."""

    index: int


@dataclass(frozen=True)
class Scrub:
    """Go to a time, seconds."""

    at: float


@dataclass(frozen=True)
class PlayJourney:
    """Let time run, or stop it."""

    on: bool


@dataclass(frozen=True)
class SetLoop:
    """Seconds from the end back to the beginning; 0 ends at the end."""

    seconds: float


@dataclass(frozen=True)
class OpenJourney:
    """Choose a timeline's file."""


@dataclass(frozen=True)
class SaveJourney:
    """Save the timeline as a file."""


@dataclass(frozen=True)
class FilmJourney:
    """Export a film of it."""


@dataclass(frozen=True)
class ClearJourney:
    """Take all keyframes away."""


TimelineIntent = (
    AddKey
    | UpdateKey
    | CopyKey
    | RemoveKey
    | MoveKey
    | EaseKey
    | ChooseKey
    | Scrub
    | PlayJourney
    | SetLoop
    | OpenJourney
    | SaveJourney
    | FilmJourney
    | ClearJourney
)


def keyframe_words(scene: Scene) -> str:
    """What a keyframe shows, for people."""
    camera, source = scene.camera, scene.source
    path = source.snapshot.removesuffix(".safetensors") or source.path
    generator = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    yaw, pitch = math.degrees(camera.yaw), math.degrees(camera.pitch)
    where = f"yaw {yaw:.0f}°, pitch {pitch:.0f}°, distance {camera.radius:.2f}"
    return f"{scene.latent.name}  ·  {where}  ·  {generator or 'demo'}"
