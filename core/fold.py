"""Folding: a tri-plane field's first decoder layer multiplied into its planes, for the viewport's exact picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.folded import UNITS_PER_TEXEL, FoldedField
from core.generator import Sample
from core.model_config import RenderConfig
from core.occupancy import occupancy
from core.surround import HALF_MAX
from core.triplane import PLANE_AXES, TriPlaneDecoder, TriPlaneField


def without_exact_form(sample: Sample) -> str:
    """Why shaders cannot evaluate a sample exactly, for people; empty if they can."""
    if not isinstance(sample, TriPlaneField):
        return "it is a flat picture"
    if sample.decoder.view_direction:
        return "its colours depend on the direction of view"
    if not isinstance(sample.decoder, TriPlaneDecoder) or sample.axes != PLANE_AXES or not sample.aligned:
        return "its decoder or its planes are none that the viewport's shaders know"
    return ""


@torch.no_grad()
def fold(field: TriPlaneField, render: RenderConfig) -> FoldedField | None:
    """Fold one sample's field; none if there is no exact form of it.

    Args:
        field: Of one sample.
        render: How its generator samples rays.

    Returns:
        The field as shaders evaluate it, its planes rounded to half precision.
    """
    decoder, planes = field.decoder, field.planes
    if without_exact_form(field):
        return None
    assert isinstance(decoder, TriPlaneDecoder)
    size = planes.shape[-1]
    hidden, out = decoder.hidden, decoder.out
    weight = hidden.weight * (hidden.weight_gain / len(PLANE_AXES))  # [units, features]; the planes' mean is taken too
    bias = _padded(hidden.bias * hidden.bias_gain)
    mixed = _padded(weight) @ planes.reshape(len(PLANE_AXES), -1, size * size)  # [3, units, size^2]
    layers = mixed.reshape(len(PLANE_AXES), -1, UNITS_PER_TEXEL, size, size).permute(0, 1, 3, 4, 2).flatten(0, 1)
    return FoldedField(
        planes=np.ascontiguousarray(layers.clamp(-HALF_MAX, HALF_MAX).to(torch.float16).cpu().numpy()),
        hidden_bias=bias.cpu().numpy(),
        out_weight=_padded((out.weight * out.weight_gain).t()).cpu().numpy(),
        out_bias=(out.bias * out.bias_gain).cpu().numpy(),
        half=field.box,
        coarse=render.coarse_samples,
        fine=render.fine_samples,
        cut=render.bounds == "box",
    )


def fold_sample(
    sample: Sample, render: RenderConfig, on_progress: Callable[[float], None] | None = None
) -> FoldedField | None:
    """`fold` with its empty cells, for whatever a generator has made.

    Args:
        sample: One of them; flat pictures give none, since the volume's surround shows these exactly.
        render: How the generator samples rays.
        on_progress: Called with the fraction done; it may raise to give up.
    """
    folded = fold(sample, render) if isinstance(sample, TriPlaneField) else None
    if folded is None or not isinstance(sample, TriPlaneField):
        return None
    return replace(folded, empty=occupancy(sample, on_progress))


def _padded(rows: Tensor) -> Tensor:
    """Rows for whole texels: units of zeros add nothing.  [units, ...] -> [multiple of 4, ...]."""
    missing = -len(rows) % UNITS_PER_TEXEL
    return torch.cat([rows, rows.new_zeros(missing, *rows.shape[1:])]) if missing else rows
