"""Reprojection: the surface of one view warped into another picture by its depth, and compared where both see it.

Whatever has one colour at each point of space shows the same from everywhere, so what is left then is what warping
itself costs.  A network that paints pictures of what rays have seen can break that (docs/metrics.md, Reprojection).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from training.metrics_views import View

# Two depths mean the same surface when they differ by at most this part of the box's edge.
DEPTH_TOLERANCE = 0.04
# Steps of a colour in a file.
STEPS = 255
# Colours [3, n] that rays of a camera see at places [n, 2] of its picture, as of `Shared`.
Retrace = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ViewPair:
    """Two cameras that look at one sample.

    Attributes:
        first: Whose surface is warped.
        second: Where to.
        retrace: Colours that rays of the second camera see, exactly where the first one's surface lies.
    """

    first: View
    second: View
    retrace: Retrace


@dataclass(frozen=True)
class Shared:
    """The part of a view's surface that another view sees, too.

    Attributes:
        pixels: Which pixels of the first view are it, [R, R].
        places: Where they lie in the other picture, [n, 2]: x to the right and y down, ±1 at the middles of the
            outermost pixels.
        visible: Their part of the surface, as far as it lies in the other picture; None if none of it does.
    """

    pixels: Tensor
    places: Tensor
    visible: float | None


@dataclass(frozen=True)
class PairErrors:
    """Mean absolute differences of colours between two views, in steps of 1/255 of their range.

    Attributes:
        picture: Of the pictures as they are shown.
        rays: Of the field's own colours, which rays see.
        interpolation: Of what warping reads between the pixels of the second view, and what rays see exactly there.
        unrelated: Of the first picture and one of another sample; None without one.
        visible: As of `Shared`.

    All but `visible` are None where the views share no surface.
    """

    picture: float | None
    rays: float | None
    interpolation: float | None
    unrelated: float | None
    visible: float | None


def shared(one: View, other: View, tolerance: float) -> Shared:
    """Find what both views see: the first one's surface, without what is hidden from the other.

    A place is hidden when the other view's surface lies elsewhere along the ray, by more than the tolerance.

    Args:
        one: Whose surface it is.
        other: Who may see it.
        tolerance: World units.
    """
    seen = (one.points[one.surface] - other.matrix[:3, 3]) @ other.matrix[:3, :3]  # camera axes; the view is along -z
    edge = math.tan(math.radians(other.fov) / 2)
    ahead = (-seen[:, 2]).clamp(min=1e-6)
    places = torch.stack([seen[:, 0], -seen[:, 1]], dim=1) / (ahead * edge)[:, None]  # [m, 2]
    inside = (places.abs() <= 1).all(dim=1) & (seen[:, 2] < 0)
    distance, surface = between(torch.stack([other.distance, other.surface.to(other.distance.dtype)]), places)
    # Bilinear depth at an outline is neither of its two sides: all four neighbours must be surface.
    same = inside & (surface > 0.999) & ((distance - seen.norm(dim=1)).abs() <= tolerance)
    pixels = torch.zeros_like(one.surface)
    pixels[one.surface] = same
    visible = float(same.sum() / inside.sum()) if bool(inside.any()) else None
    return Shared(pixels, places[same], visible)


def between(picture: Tensor, places: Tensor) -> Tensor:
    """What lies between pixels, bilinearly.  [c, R, R] at places [n, 2], as of `Shared` -> [c, n]."""
    return F.grid_sample(picture[None], places[None, None], align_corners=True)[0, :, 0]


def pair_errors(pair: ViewPair, tolerance: float, other: Tensor | None = None) -> PairErrors:
    """Compare two views.

    Args:
        pair: Them.
        tolerance: Of depths, world units.
        other: A picture of another sample, [3, R, R], to stand in for the second one.
    """
    one, two = pair.first, pair.second
    found = shared(one, two, tolerance)
    if not len(found.places):
        return PairErrors(None, None, None, None, found.visible)
    seen = between(two.colour, found.places)
    shown = one.shown[:, found.pixels]
    return PairErrors(
        picture=_difference(shown, between(two.shown, found.places)),
        rays=_difference(one.colour[:, found.pixels], seen),
        interpolation=_difference(pair.retrace(found.places), seen),
        unrelated=None if other is None else _difference(shown, between(other, found.places)),
        visible=found.visible,
    )


def _difference(one: Tensor, other: Tensor) -> float:
    """Of colours in [-1, 1]."""
    return float((one - other).abs().mean()) * STEPS / 2
