"""A tri-plane field with gradients for the places where it is evaluated, by which a camera can be found.

Training needs none, and its gather (core/triplane.py) gives none; values are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.triplane import FROM_THE_FRONT, PLANE_AXES, TriPlaneField


@dataclass(frozen=True)
class PlacedField(TriPlaneField):
    """A field whose values have gradients for the points and directions that they are asked for."""

    @classmethod
    def of(cls, field: TriPlaneField) -> PlacedField:
        """The same field, with these gradients."""
        return cls(field.planes, field.decoder, field.box, field.background)

    def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """As `Field` has it; who names no direction looks from the front."""
        features = sampled(self.planes, points / self.box)
        if not self.decoder.view_direction:
            return self.decoder(features)
        if directions is None:
            directions = points.new_tensor(FROM_THE_FRONT).expand(len(points), 1, 3)
        return self.decoder(features, directions.repeat_interleave(points.shape[1] // directions.shape[1], dim=1))


def sampled(planes: Tensor, points: Tensor) -> Tensor:
    """Mean over the planes of their bilinear samples, as `sample_planes` gives it, with gradients for both.

    Args:
        planes: [batch, 3 * features, size, size].
        points: [batch, n, 3], in box units: the box is [-1, 1]^3.

    Returns:
        [batch, n, features].
    """
    batch, channels, size, _ = planes.shape
    stacked = planes.reshape(batch * 3, channels // 3, size, size)
    places = torch.stack([points[..., list(axes)] for axes in PLANE_AXES], dim=1)  # [batch, 3, n, 2]
    found = F.grid_sample(stacked, places.flatten(0, 1)[:, None], align_corners=True)  # [batch * 3, features, 1, n]
    return found.reshape(batch, 3, channels // 3, -1).mean(dim=1).transpose(1, 2)


def matrices_at(angles: Tensor, radius: float) -> Tensor:
    """Camera-to-world matrices as of `core.camera.cam2world`, with gradients for the angles.

    Args:
        angles: Yaw and pitch, radians, [batch, 2]; the pitch is not that of a pole.
        radius: Distance to the origin.

    Returns:
        [batch, 4, 4], of the angles' type.
    """
    yaw, pitch = angles.unbind(dim=1)
    outward = torch.stack([pitch.sin() * yaw.cos(), pitch.cos(), pitch.sin() * yaw.sin()], dim=1)
    up = outward.new_tensor([0.0, 1.0, 0.0]).expand_as(outward)
    left = F.normalize(torch.linalg.cross(up, -outward), dim=1)
    above = torch.linalg.cross(-outward, left)
    columns = torch.stack([-left, above, outward, radius * outward], dim=2)
    last = columns.new_tensor([0.0, 0.0, 0.0, 1.0]).expand(len(angles), 1, 4)
    return torch.cat([columns, last], dim=1)
