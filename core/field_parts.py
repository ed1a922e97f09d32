"""What a tri-plane field and its rays are made of, by name: which parts the viewport's shaders are put together from.

A family's decoder, point sampler and integrator say themselves which of these they are; those that are none of them
have no exact picture (core/fold.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Each is a file of shaders/: activation_NAME.glsl and so on.
Activation = Literal["leaky_relu", "softplus"]
Colours = Literal["linear", "sigmoid"]
Placement = Literal["by_weight", "smoothed"]
Summation = Literal["samples", "midpoints"]
# Which coordinates span each plane; the first runs along its width.
Axes = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
PLANE_AXES: Axes = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True)
class DecoderForm:
    """What a decoder does beside its two linear layers.

    Attributes:
        activation: Between them.
        colours: What makes colours, as they are integrated, of the second layer's; the density stays as it is.
    """

    activation: Activation = "leaky_relu"
    colours: Colours = "linear"


@dataclass(frozen=True)
class FieldParts:
    """A field and its rays, as shaders are put together for them.

    Attributes:
        axes: Which coordinates span each plane.
        aligned: Whether the centres of a plane's outermost texels lie on the faces of the box, or else their edges do.
        decoder: What is not linear in it.
        placement: Where a training ray's fine samples lie.
        summation: What samples along a ray add up to.
    """

    axes: Axes = PLANE_AXES
    aligned: bool = True
    decoder: DecoderForm = DecoderForm()
    placement: Placement = "by_weight"
    summation: Summation = "samples"
