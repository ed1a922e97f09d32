"""What a picture of the viewport depends on, and how much of it is drawn at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.camera import Camera
from core.scene import FieldMode, Quality


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
    """

    frame: Frame
    above: int
    count: int

    @classmethod
    def whole(cls, frame: Frame) -> Band:
        """All rows."""
        return cls(frame, 0, frame.drawn_size[1])

    @classmethod
    def after(cls, frame: Frame, drawn: int, most: int) -> Band:
        """The next rows when so many are drawn: as many as `most`, and at least one."""
        return cls(frame, drawn, max(1, min(most, frame.drawn_size[1] - drawn)))

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
    def viewport(self) -> tuple[int, int, int, int]:
        """Where they lie in the picture: left, bottom, width, height."""
        width, height = self.frame.drawn_size
        return 0, height - self.drawn, width, self.count
