"""Geometry of what a generator shows: where a view meets a surface, and whether that has any depth at all."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.rays import Patches, camera_rays

# A ray meets a surface where at least so much of its light ends before the last sample.
SURFACE_OPACITY = 0.9
# Where less of its light ends there, a ray sees nothing to speak of; between the two there is fog.
SEEN_OPACITY = 0.1
# Fewer pixels of surface say nothing.
LEAST_SURFACE = 0.01


@dataclass(frozen=True)
class View:
    """What one camera sees of one sample.

    Attributes:
        colour: What rays see, [3, R, R], in [-1, 1].
        distance: Of the surface, along the ray, world units, [R, R].
        surface: Whether there is one, [R, R].
        matrix: Camera-to-world, [4, 4].
        fov: Full angle of view, degrees.
        solid: Part of what is seen at all that is surface, and not fog, in [0, 1].
        picture: What an upsampler makes of it, [3, R, R], in [-1, 1]; None where what rays see is the picture.
    """

    colour: Tensor
    distance: Tensor
    surface: Tensor
    matrix: Tensor
    fov: float
    solid: float = 1.0
    picture: Tensor | None = None

    @property
    def shown(self) -> Tensor:
        """The picture, [3, R, R]."""
        return self.colour if self.picture is None else self.picture

    @property
    def points(self) -> Tensor:
        """Where the rays meet the surface, in world units.  [R, R, 3]; without meaning where there is none."""
        size = self.distance.shape[-1]
        rays = camera_rays(Patches.whole(1, self.matrix.device), size, self.fov)[0].reshape(size, size, 3)
        return self.matrix[:3, 3] + (rays @ self.matrix[:3, :3].T) * self.distance[..., None]


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
