"""What the discriminator is shown and told."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from core.rays import Patches


@dataclass(frozen=True)
class Shown:
    """Real or generated patches.

    Attributes:
        images: [batch, 3, r, r].
        patches: Their squares.
        angles: Yaw and pitch, radians, [batch, 2]; none if unknown.
        labels: Classes, [batch], int64; none if unknown.
        raw: What rays have seen, [batch, 3, h, w]; none where there is no upsampler.
    """

    images: Tensor
    patches: Patches
    angles: Tensor | None = None
    labels: Tensor | None = None
    raw: Tensor | None = None

    def __getitem__(self, rows: slice) -> Shown:
        """Some of them."""
        rest = (some(each, rows) for each in (self.angles, self.labels, self.raw))
        return Shown(self.images[rows], self.patches[rows], *rest)


def some(values: Tensor | None, rows: slice) -> Tensor | None:
    """Rows of what may be unknown."""
    return None if values is None else values[rows]
