"""Which part of a picture is seen: zoom and centre as a plain value that gestures change (no toolkit here)."""

from __future__ import annotations

from dataclasses import dataclass, replace

# Pixels of the screen for one of the picture.
LARGEST_SCALE = 32.0
WHEEL_STEP = 1.2

Size = tuple[float, float]


@dataclass(frozen=True)
class PictureView:
    """A part of a picture, the same for pictures of any size.

    Attributes:
        zoom: How many times larger than where the whole picture fits, 1 or more.
        x: What lies in the middle of the pane, as a part of the picture's width, 0 to 1.
        y: Likewise of its height, from the top.
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True)
class Placement:
    """Where a picture lies in its pane, in pixels from the pane's upper left corner.

    Attributes:
        left: Left edge; below zero where it is cut.
        top: Upper edge.
        width: Of the whole picture.
        height: Likewise.
        scale: Pixels of the pane for one of the picture.
    """

    left: float
    top: float
    width: float
    height: float
    scale: float


def fit_scale(size: Size, room: Size) -> float:
    """Pixels of a pane per pixel of a picture where the whole picture fits."""
    return max(min(room[0] / size[0], room[1] / size[1]), 1e-6)


def placed(view: PictureView, size: Size, room: Size) -> Placement:
    """Where a picture of `size` lies in a pane of `room`, width and height each."""
    scale = fit_scale(size, room) * view.zoom
    width, height = size[0] * scale, size[1] * scale
    return Placement(room[0] / 2 - view.x * width, room[1] / 2 - view.y * height, width, height, scale)


def zoomed(view: PictureView, size: Size, room: Size, cursor: Size, steps: float) -> PictureView:
    """The view after so many steps of the wheel; what is under the cursor stays there."""
    return with_scale(view, size, room, placed(view, size, room).scale * WHEEL_STEP**steps, cursor)


def with_scale(view: PictureView, size: Size, room: Size, scale: float, cursor: Size | None = None) -> PictureView:
    """The view with so many pixels for one of the picture, about a place in the pane or its middle."""
    fit = fit_scale(size, room)
    before = placed(view, size, room)
    after = min(max(scale, fit), max(LARGEST_SCALE, fit)) / fit
    x, y = cursor or (room[0] / 2, room[1] / 2)
    under = ((x - before.left) / before.width, (y - before.top) / before.height)
    width, height = size[0] * fit * after, size[1] * fit * after
    moved = PictureView(after, under[0] + (room[0] / 2 - x) / width, under[1] + (room[1] / 2 - y) / height)
    return kept_inside(moved, size, room)


def panned(view: PictureView, size: Size, room: Size, x: float, y: float) -> PictureView:
    """The view after the picture was dragged by so many pixels."""
    now = placed(view, size, room)
    return kept_inside(replace(view, x=view.x - x / now.width, y=view.y - y / now.height), size, room)


def kept_inside(view: PictureView, size: Size, room: Size) -> PictureView:
    """The view moved so that no part of the pane stays empty that the picture could fill."""
    now = placed(view, size, room)
    return replace(view, x=_inside(view.x, room[0] / now.width), y=_inside(view.y, room[1] / now.height))


def _inside(middle: float, seen: float) -> float:
    """The middle of a part `seen` of a line of length 1."""
    return 0.5 if seen >= 1 else min(max(middle, seen / 2), 1 - seen / 2)


def side_by_side(size: Size, room: Size) -> bool:
    """Whether two pictures are larger beside each other than below each other."""
    return fit_scale(size, (room[0] / 2, room[1])) >= fit_scale(size, (room[0], room[1] / 2))
