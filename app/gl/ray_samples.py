"""How many samples the rays of a picture take: the figures; no OpenGL here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RaySamples:
    """The mean over the rays of a picture.

    Attributes:
        taken: Samples that are computed.
        everywhere: How many it would be if empty space were not passed over; none where it never is.
    """

    taken: float
    everywhere: float | None = None
