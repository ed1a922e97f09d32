"""Geometry of what a generator shows: do close views agree, and is there any depth at all?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.rays import Patches, camera_rays

# A ray meets a surface where at least so much of its light ends before the last sample.
SURFACE_OPACITY = 0.9
# Two depths mean the same surface when they differ by at most this part of the distance from near to far.
DEPTH_TOLERANCE = 0.05
# Where less of its light ends there, a ray sees nothing to speak of; between the two there is fog.
SEEN_OPACITY = 0.1
# Fewer pixels of surface say nothing.
LEAST_SURFACE = 0.01


@dataclass(frozen=True)
class View:
    """What one camera sees of one sample.

    Attributes:
        colour: [3, R, R], in about [-1, 1].
        distance: Of the surface, along the ray, world units, [R, R].
        surface: Whether there is one, [R, R].
        matrix: Camera-to-world, [4, 4].
        fov: Full angle of view, degrees.
        solid: Part of what is seen at all that is surface, and not fog, in [0, 1].
    """

    colour: Tensor
    distance: Tensor
    surface: Tensor
    matrix: Tensor
    fov: float
    solid: float = 1.0

    @property
    def points(self) -> Tensor:
        """Where the rays meet the surface, in world units.  [R, R, 3]; without meaning where there is none."""
        size = self.distance.shape[-1]
        rays = camera_rays(Patches.whole(1, self.matrix.device), size, self.fov)[0].reshape(size, size, 3)
        return self.matrix[:3, 3] + (rays @ self.matrix[:3, :3].T) * self.distance[..., None]


@dataclass(frozen=True)
class Agreement:
    """How two views agree.

    Attributes:
        error: Mean absolute difference of colours where both see the same surface, as a part of the whole range of
            colours; None if there is no such place.
        visible: Part of the first view's surface, as far as it lies in the second picture, that the second sees too;
            None if none of it does.
    """

    error: float | None
    visible: float | None


def surface_distance(depth: Tensor, opacity: Tensor, end: Tensor, *, opaque_end: bool) -> Tensor:
    """Distance of the surface from what a ray integrates to: without the part that its last sample adds.

    Args:
        depth: Expected distance over all samples, [...].
        opacity: Before the last sample, [...].
        end: Where the last sample lies, [...].
        opaque_end: Whether the last sample takes all light that is left.
    """
    before = depth - (1 - opacity) * end if opaque_end else depth
    return before / opacity.clamp(min=1e-6)


def agreement(one: View, other: View, tolerance: float) -> Agreement:
    """Warp the first view's surface into the second one, leave out what is hidden there, and compare colours.

    A place is hidden when the second view's surface lies elsewhere along the ray, by more than the tolerance.

    Args:
        one: What is warped.
        other: Where to.
        tolerance: World units.
    """
    points = one.points[one.surface]  # [n, 3]
    seen = (points - other.matrix[:3, 3]) @ other.matrix[:3, :3]  # camera axes; the view is along -z
    edge = math.tan(math.radians(other.fov) / 2)
    ahead = (-seen[:, 2]).clamp(min=1e-6)
    places = torch.stack([seen[:, 0], -seen[:, 1]], dim=1) / (ahead * edge)[:, None]  # [n, 2], y down
    inside = (places.abs() <= 1).all(dim=1) & (seen[:, 2] < 0)
    there = torch.cat([other.colour, other.distance[None], other.surface[None].to(other.colour.dtype)])
    found = F.grid_sample(there[None], places[None, None], align_corners=True)[0, :, 0]  # [5, n]
    # Bilinear depth at an outline is neither of its two sides: all four neighbours must be surface.
    same = inside & (found[4] > 0.999) & ((found[3] - seen.norm(dim=1)).abs() <= tolerance)
    if not bool(inside.any()):
        return Agreement(None, None)
    visible = float(same.sum() / inside.sum())
    if not bool(same.any()):
        return Agreement(None, visible)
    difference = (found[:3] - one.colour[:, one.surface])[:, same].abs().mean() / 2
    return Agreement(float(difference), visible)


def relief(view: View) -> float | None:
    """How far a view's surface is from a plane: its thickness over its width.

    The surface's points have three principal deviations; relief is the smallest over the middle one.  It is 0 for a
    plane, however it is tilted, for a billboard likewise, and √2 / 3 = 0.47 for a sphere seen from afar.

    Returns:
        In [0, 1]; None if hardly any surface is seen.
    """
    if float(view.surface.to(torch.float32).mean()) < LEAST_SURFACE:
        return None
    points = view.points[view.surface].to("cpu", torch.float64)  # not every device knows float64
    points = points - points.mean(dim=0)
    variances = torch.linalg.eigvalsh(points.T @ points / len(points)).clamp(min=0)  # ascending
    return float((variances[0] / variances[1].clamp(min=1e-12)).sqrt())
