"""Folding: a tri-plane field's first decoder layer multiplied into its planes, for the viewport's exact picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.description import RAW
from core.field_parts import FieldParts
from core.folded import UNITS_PER_TEXEL, FoldedField
from core.generator import Sample
from core.model_config import RenderConfig
from core.occupancy import occupancy
from core.surround import HALF_MAX
from core.triplane import TriPlaneField
from core.volume import QUADRATURE, Marching


def without_exact_form(sample: Sample, marching: Marching = QUADRATURE) -> str:
    """Why shaders cannot draw a sample exactly, for people; empty if they can."""
    if not isinstance(sample, TriPlaneField):
        return "it is a flat picture"
    if sample.decoder.view_direction:
        return "its colours depend on the direction of view"
    if parts_of(sample, marching) is None:
        return "its decoder, or how its rays are sampled, is none that the viewport's shaders know"
    return ""


def parts_of(field: TriPlaneField, marching: Marching) -> FieldParts | None:
    """What shaders put together for a field and its rays; none if they lack one of the parts."""
    form, placement, summation = field.decoder.form, marching.sampler.placement, marching.integrator.summation
    if form is None or placement is None or summation is None or field.decoder.view_direction:
        return None
    return FieldParts(field.axes, field.aligned, form, placement, summation)


@torch.no_grad()
def fold(field: TriPlaneField, render: RenderConfig, marching: Marching = QUADRATURE) -> FoldedField | None:
    """Fold one sample's field; none if there is no exact form of it.

    Args:
        field: Of one sample.
        render: How its generator samples rays.
        marching: And marches along them.

    Returns:
        The field as shaders evaluate it, its planes rounded to half precision.
    """
    parts = parts_of(field, marching)
    if parts is None:
        return None
    hidden, size, count = field.decoder.hidden, field.planes.shape[-1], len(field.axes)
    weight = hidden.weight * (hidden.weight_gain / count)  # [units, features]; the planes' mean is taken too
    bias = _padded(hidden.bias * hidden.bias_gain)
    mixed = _padded(weight) @ field.planes.reshape(count, -1, size * size)  # [3, units, size^2]
    layers = mixed.reshape(count, -1, UNITS_PER_TEXEL, size, size).permute(0, 1, 3, 4, 2).flatten(0, 1)
    (colour_weight, colour_bias), (density_weight, density_bias) = (
        field.decoder.colour_rows(), field.decoder.density_row(),
    )  # fmt: skip
    rows, biases = torch.cat([colour_weight, density_weight[None]]), torch.cat([colour_bias, density_bias[None]])
    return FoldedField(
        planes=np.ascontiguousarray(layers.clamp(-HALF_MAX, HALF_MAX).to(torch.float16).cpu().numpy()),
        hidden_bias=bias.cpu().numpy(),
        out_weight=_padded(rows.t()).cpu().numpy(),
        out_bias=biases.cpu().numpy(),
        half=field.box,
        coarse=render.coarse_samples,
        fine=render.fine_samples,
        cut=render.bounds == "box",
        parts=parts,
        note="" if field.style is None else RAW,
    )


def fold_sample(
    sample: Sample,
    render: RenderConfig,
    marching: Marching = QUADRATURE,
    on_progress: Callable[[float], None] | None = None,
) -> FoldedField | None:
    """`fold` with its empty cells, for whatever a generator has made.

    Args:
        sample: One of them; flat pictures give none, since the volume's surround shows these exactly.
        render: How the generator samples rays.
        marching: And marches along them.
        on_progress: Called with the fraction done; it may raise to give up.
    """
    folded = fold(sample, render, marching) if isinstance(sample, TriPlaneField) else None
    if folded is None or not isinstance(sample, TriPlaneField):
        return None
    return replace(folded, empty=occupancy(sample, on_progress))


def _padded(rows: Tensor) -> Tensor:
    """Rows for whole texels: units of zeros add nothing.  [units, ...] -> [multiple of 4, ...]."""
    missing = -len(rows) % UNITS_PER_TEXEL
    return torch.cat([rows, rows.new_zeros(missing, *rows.shape[1:])]) if missing else rows
