"""A tri-plane field with gradients for the places where it is evaluated, by which a camera can be found.

Training needs none, and its gather (core/triplane.py) gives none; values are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

from core.triplane import PLANE_AXES, Axes, TriPlaneField


@dataclass(frozen=True)
class PlacedField(TriPlaneField):
    """A field whose values have gradients for the points and directions that they are asked for."""

    @classmethod
    def of(cls, field: TriPlaneField) -> PlacedField:
        """The same field, with these gradients."""
        return cls(**{each.name: getattr(field, each.name) for each in fields(field)})

    def features(self, points: Tensor) -> Tensor:
        """As of the field, with gradients."""
        return sampled(self.planes, points / self.box, self.axes, aligned=self.aligned)


def sampled(planes: Tensor, points: Tensor, axes: Axes = PLANE_AXES, *, aligned: bool = True) -> Tensor:
    """Mean over the planes of their bilinear samples, as `sample_planes` gives it, with gradients for both.

    Args:
        planes: [batch, 3 * features, size, size].
        points: [batch, n, 3], in box units: the box is [-1, 1]^3.
        axes: Which coordinates span each plane.
        aligned: As of `sample_planes`.

    Returns:
        [batch, n, features].
    """
    batch, channels, size, _ = planes.shape
    stacked = planes.reshape(batch * 3, channels // 3, size, size)
    places = torch.stack([points[..., list(pair)] for pair in axes], dim=1)  # [batch, 3, n, 2]
    found = F.grid_sample(stacked, places.flatten(0, 1)[:, None], align_corners=aligned)  # [batch * 3, features, 1, n]
    return found.reshape(batch, 3, channels // 3, -1).mean(dim=1).transpose(1, 2)


def matrices_at(angles: Tensor, radius: float, pivot: float = 0.0) -> Tensor:
    """Camera-to-world matrices as of `core.camera.cam2world`, with gradients for the angles.

    Args:
        angles: Yaw and pitch, radians, [batch, 2]; the pitch is not that of a pole.
        radius: Distance to the origin.
        pivot: The point of the z axis that is looked at.

    Returns:
        [batch, 4, 4], of the angles' type.
    """
    yaw, pitch = angles.unbind(dim=1)
    outward = torch.stack([pitch.sin() * yaw.cos(), pitch.cos(), pitch.sin() * yaw.sin()], dim=1)
    up = outward.new_tensor([0.0, 1.0, 0.0]).expand_as(outward)
    backward = outward
    if pivot:
        backward = F.normalize(radius * outward - outward.new_tensor([0.0, 0.0, pivot]), dim=1)
    left = F.normalize(torch.linalg.cross(up, -backward), dim=1)
    above = torch.linalg.cross(-backward, left)
    columns = torch.stack([-left, above, backward, radius * outward], dim=2)
    last = columns.new_tensor([0.0, 0.0, 0.0, 1.0]).expand(len(angles), 1, 4)
    return torch.cat([columns, last], dim=1)
