"""What a generator is made of, as far as it matters to who looks at it; said by whoever has it at hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Description:
    """Parts of a generator.

    Attributes:
        upsampled: Pixels along a side of its upsampler's pictures; 0 where all that is shown is what rays see.
        raw: Rays along a side of the pictures that the upsampler is given; 0 likewise.
        poses: Whether it is told where a camera stands, so that a sample depends on it.
        planes: Coordinates that span each plane of its tri-plane, as "x–y"; none where it has none.
    """

    upsampled: int = 0
    raw: int = 0
    poses: bool = False
    planes: tuple[str, ...] = ()


# What a picture of rays is called where there is an upsampler.
RAW = "raw: what rays see, before it is upsampled"
# Of who has not said anything yet.
UNKNOWN = Description()
