"""What a picture of the viewport depends on, and how much of it is drawn at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.camera import Camera
from core.scene import FieldMode, Quality, Shown

# Shifts that fill a cube evenly, however many they are: multiples of powers of the root of x^4 = x + 1 (M. Roberts,
# "The Unreasonable Effectiveness of Quasirandom Sequences", 2018).
R3_STEPS = (0.8191725133961645, 0.6710436067037893, 0.5497004779019703)


@dataclass(frozen=True)
class Frame:
    """A picture that is wanted; equal frames are not drawn twice.

    Attributes:
        upload: Number of the sample that is shown.
        camera: From where.
        quality: How finely.
        width: Pixels of the full picture.
        height: Likewise.
        to_the_end: March every ray to its end, even where nothing more is seen.
        scale: Of each side, in (0, 1]: a coarser picture of the same view.
    """

    upload: int
    camera: Camera
    quality: Quality
    width: int
    height: int
    to_the_end: bool = False
    scale: float = 1.0

    @property
    def drawn_size(self) -> tuple[int, int]:
        """Pixels that are drawn: width and height."""
        return max(1, round(self.width * self.scale)), max(1, round(self.height * self.scale))

    @property
    def samples(self) -> int:
        """Samples of all rays."""
        width, height = self.drawn_size
        return width * height * self.quality.steps

    @property
    def kind(self) -> tuple[FieldMode, Shown]:
        """What decides how much time a sample takes."""
        return self.quality.field, self.quality.show

    def of(self, field: FieldMode) -> Frame:
        """The same view of the volume, or of the exact field."""
        return replace(self, quality=replace(self.quality, field=field))

    def shows(self, wanted: Frame) -> bool:
        """Whether this is the wanted frame, or a finer picture of the same."""
        return replace(self, scale=wanted.scale) == wanted and self.scale >= wanted.scale


@dataclass(frozen=True)
class Band:
    """Rows of a frame that are drawn in one go.

    Attributes:
        frame: What they are of.
        above: Rows above them, which were drawn before.
        count: How many, at least 1.
        number: Of the shifted pictures, whose mean is shown: 0 for the first, which is not shifted.
    """

    frame: Frame
    above: int
    count: int
    number: int = 0

    @classmethod
    def whole(cls, frame: Frame, number: int = 0) -> Band:
        """All rows."""
        return cls(frame, 0, frame.drawn_size[1], number)

    @classmethod
    def after(cls, frame: Frame, drawn: int, most: int, number: int = 0) -> Band:
        """The next rows when so many are drawn: as many as `most`, and at least one."""
        return cls(frame, drawn, max(1, min(most, frame.drawn_size[1] - drawn)), number)

    @property
    def drawn(self) -> int:
        """Rows that are drawn with these."""
        return self.above + self.count

    @property
    def fraction(self) -> float:
        """How much of the frame is drawn with these rows, in (0, 1]."""
        return self.drawn / self.frame.drawn_size[1]

    @property
    def samples(self) -> int:
        """Samples of their rays."""
        return self.frame.drawn_size[0] * self.count * self.frame.quality.steps

    @property
    def jitter(self) -> tuple[float, float]:
        """How far its rays lie from the middle of each pixel, right and up, in [-0.5, 0.5) pixels."""
        across, up = (math.fmod(0.5 + self.number * step, 1.0) - 0.5 for step in R3_STEPS[:2])
        return across, up

    @property
    def phase(self) -> float:
        """Where each even sample lies in its part of the ray, in [0, 1); 0 as in training."""
        return math.fmod(self.number * R3_STEPS[2], 1.0)

    @property
    def viewport(self) -> tuple[int, int, int, int]:
        """Where they lie in the picture: left, bottom, width, height."""
        width, height = self.frame.drawn_size
        return 0, height - self.drawn, width, self.count
