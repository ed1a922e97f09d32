"""A picture on the GPU, as the viewport's panel shows it; no imgui and no OpenGL here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.camera import Camera


@dataclass(frozen=True)
class Picture:
    """A texture and what is known about its making.

    Attributes:
        texture: OpenGL name of a 2D texture, bottom row first.
        width: Pixels it was drawn with; fewer than asked for while the camera moves.
        height: Likewise.
        milliseconds: GPU time of the last measured frame at this size, or None.
        refined: How much of it is as fine as wanted, in (0, 1), while it grows from frame to frame; None when all is.
        caption: How it was made, where that is told instead of a time.
        over: Name of a texture that is drawn over it, transparent where there is nothing yet.
        beside: The picture that a split shows right of its divider; none where there is no split, or no picture yet.
    """

    texture: int
    width: int
    height: int
    milliseconds: float | None = None
    refined: float | None = None
    caption: str = ""
    over: int | None = None
    beside: Picture | None = None


@dataclass(frozen=True)
class LoadedPicture:
    """A picture of a file, as far as it has come.

    Attributes:
        picture: It, or the last one until it is there; None when there is nothing to show.
        loading: It is being read.
        problem: Why it cannot be shown; empty if it can.
    """

    picture: Picture | None = None
    loading: bool = False
    problem: str = ""


# Draws if needed and returns the picture from a camera for so many screen pixels (width, height); the last argument
# says that the camera is moving and speed counts more than resolution. None as long as there is nothing to show.
PictureProvider = Callable[[Camera, int, int, bool], Picture | None]
