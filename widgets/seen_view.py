"""What the Patch view panel shows: values only, and where a patch lies in its picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from widgets.picture import Picture
from widgets.tick_strip import TickView

Kind = Literal["real", "fake"]
Part = Literal["picture", "patch"]
KINDS: tuple[Kind, ...] = ("real", "fake")
NAMES: dict[Kind, str] = {"real": "real", "fake": "generated"}

# The picture of a patch or the one around it, by the patch's place in its row; None while there is none.
PartProvider = Callable[[Kind, int, Part], Picture | None]


@dataclass(frozen=True)
class SeenPatch:
    """A patch as D was given it.

    Attributes:
        row: Place in the batch.
        scale: In (0, 1].
        offset: Of the lower left corner, x from the left and y from the bottom, in [0, 1 - s].
        score: D's logit; above 0 D takes it for real.
        angles: Yaw and pitch of its camera, radians; none where they are not known.
    """

    row: int
    scale: float
    offset: tuple[float, float]
    score: float
    angles: tuple[float, float] | None = None


@dataclass(frozen=True)
class SeenView:
    """Patches of the last step of a tick.

    Attributes:
        run: Name of the run; empty when none is attached.
        moment: The tick that all panels are about.
        tick: The one whose patches are shown, which may be another; None if there are none.
        kimg: When it ended, thousands of images.
        blur: Deviation of the blur, pixels of a patch.
        p: Probability of each of the augmentation's transformations.
        patches: Of each kind, in the order of the batch.
        loading: They are being read.
        problem: Why they cannot be shown; empty if they can.
    """

    run: str = ""
    moment: TickView = field(default_factory=TickView)
    tick: int | None = None
    kimg: float = 0.0
    blur: float = 0.0
    p: float = 0.0
    patches: dict[Kind, tuple[SeenPatch, ...]] = field(default_factory=dict)
    loading: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Square:
    """A square of a picture: edges as parts of its width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def square_in(patch: SeenPatch, pixels: int) -> Square:
    """Where a patch lies in the whole picture.

    Its corner pixels' centres lie at δ and δ + s of the line between the centres of the picture's outermost pixels
    (METHOD: Rays), so in a picture of few pixels the square does not reach the edges.

    Args:
        patch: Its y offset counts from the bottom.
        pixels: Of the picture, along a side.
    """

    def place(part: float) -> float:
        return (0.5 + part * (pixels - 1)) / pixels

    (x, y), s = patch.offset, patch.scale
    return Square(place(x), place(1 - y - s), place(x + s), place(1 - y))


def patch_words(kind: Kind, patch: SeenPatch) -> str:
    """All there is to say of a patch, line by line."""
    taken = "real" if patch.score > 0 else "generated"
    verdict = f"D takes it for {taken}, {'as it is' if taken == NAMES[kind] else 'and is wrong'}"
    lines = [
        f"{NAMES[kind]}, sample {patch.row + 1} of the batch",
        f"scale s {patch.scale:.3f}",
        f"offset δ {patch.offset[0]:.3f} from the left, {patch.offset[1]:.3f} from the bottom",
        f"score {patch.score:+.3f}: {verdict if isfinite(patch.score) else 'no number'}",
    ]
    if patch.angles is not None:
        yaw, pitch = patch.angles
        lines.append(f"yaw {yaw:.2f}, pitch {pitch:.2f} radians")
    return "\n".join(lines)
