"""The exact field of one sample as shaders evaluate it: planes that hold the decoder's first layer (docs/design.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.field_parts import FieldParts

# Hidden units that one texel of a layer holds.
UNITS_PER_TEXEL = 4


@dataclass(frozen=True)
class FoldedField:
    """A tri-plane field after the linear part of its decoder.

    The decoder's first layer is linear, and so is bilinear interpolation: multiplied into the planes once, it costs
    nothing per sample.  A point's colour and density are what the parts make of out_bias + out_weight^T
    activation(hidden_bias + sum of the planes' samples), which are zero outside of the planes.

    Attributes:
        planes: [3 * groups, size, size, 4], float16: layer plane * groups + group holds four hidden units; rows along a
            plane's second axis.
        hidden_bias: [4 * groups], float32.
        out_weight: [4 * groups, 4], float32: what a hidden unit adds to red, green, blue and density.
        out_bias: [4], float32.
        half: Half the edge of the box around the origin, world units.
        coarse: Even samples along a training ray, at least 2.
        fine: Samples drawn where the even ones absorb light; 0 for none.
        cut: Whether training rays end at the faces of the box (bounds `box`), or reach from near to far.
        empty: [cells z, cells y, cells x], uint8: how far a cell of the box is from matter (core/occupancy.py); none
            where nobody has looked.
        parts: All that is not in the arrays.
        note: What the generator's own pictures show and this field does not, for people; empty if it shows all.
    """

    planes: np.ndarray
    hidden_bias: np.ndarray
    out_weight: np.ndarray
    out_bias: np.ndarray
    half: float
    coarse: int
    fine: int
    cut: bool
    empty: np.ndarray | None = None
    parts: FieldParts = field(default_factory=FieldParts)
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        units = UNITS_PER_TEXEL * self.groups
        shapes = (self.planes.shape[3:], self.hidden_bias.shape, self.out_weight.shape, self.out_bias.shape)
        if self.planes.ndim != 4 or shapes != ((UNITS_PER_TEXEL,), (units,), (units, 4), (4,)):
            raise ValueError(f"folded field: shapes {self.planes.shape} and {shapes[1:]} do not belong together")
        if self.planes.dtype != np.float16:
            raise ValueError(f"folded field: expected planes in float16, got {self.planes.dtype}")

    @property
    def groups(self) -> int:
        """Layers of each plane."""
        return len(self.planes) // 3

    @property
    def size(self) -> int:
        """Texels along an edge of a plane."""
        return self.planes.shape[1]
