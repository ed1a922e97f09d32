"""Labels of marks on a picture: each beside its mark, none over another or over a mark, none beyond the picture."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
# Left, top, right, bottom.
Box = tuple[float, float, float, float]
# Sides of a mark, the best first: across and down.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


def beside(marks: Sequence[Point], sizes: Sequence[Point], gap: float, picture: Box) -> list[Box | None]:
    """Where labels lie.

    Args:
        marks: What they belong to, the most important first.
        sizes: Width and height of each label, pixels.
        gap: From the middle of a mark to its label; it is also the room that a mark takes for itself.
        picture: What they are drawn on.

    Returns:
        A box for each; None where there is no room left, or the mark is not on the picture.
    """
    reach = 0.6 * gap
    taken: list[Box] = [(x - reach, y - reach, x + reach, y + reach) for x, y in marks]
    found: list[Box | None] = []
    for mark, size in zip(marks, sizes, strict=True):
        # Further away where it is crowded.
        places = [_at(mark, size, away, side) for away in (gap, gap + size[1], gap + 2 * size[1]) for side in SIDES]
        boxes = (_shifted(box, picture) for box in places)
        free = (box for box in boxes if _within(box, picture) and not any(_meet(box, each) for each in taken))
        box = next(free, None) if _within((*mark, *mark), picture) else None
        found.append(box)
        if box is not None:
            taken.append(box)
    return found


def _at(mark: Point, size: Point, gap: float, side: tuple[int, int]) -> Box:
    (x, y), (width, height), (across, down) = mark, size, side
    middle = x + across * (gap + width / 2), y + down * (gap + height / 2)
    return middle[0] - width / 2, middle[1] - height / 2, middle[0] + width / 2, middle[1] + height / 2


def _shifted(box: Box, picture: Box) -> Box:
    """As much of it on the picture as possible."""
    right = max(picture[0] - box[0], 0) + min(picture[2] - box[2], 0)
    down = max(picture[1] - box[1], 0) + min(picture[3] - box[3], 0)
    return box[0] + right, box[1] + down, box[2] + right, box[3] + down


def _within(box: Box, picture: Box) -> bool:
    return picture[0] <= box[0] and picture[1] <= box[1] and box[2] <= picture[2] and box[3] <= picture[3]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
