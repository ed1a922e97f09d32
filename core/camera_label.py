"""EG3D's camera label: a camera as the 25 numbers of its matrix and its intrinsics (METHOD: EG3D)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.camera import POLE_MARGIN
from core.embedding import CameraCode
from core.model_config import RenderConfig
from core.place_gradients import matrices_at

LABEL_DIM = 25


@dataclass(frozen=True)
class CameraLabel(CameraCode):
    """Camera-to-world, 16 numbers row by row, in OpenCV's axes (y down, z forward); intrinsics over the image's size.

    Attributes:
        cameras: Radius, pivot and angle of view that all cameras share.
    """

    cameras: RenderConfig

    @property
    def dim(self) -> int:
        """25."""
        return LABEL_DIM

    def __call__(self, angles: Tensor) -> Tensor:
        """Yaw and pitch, radians, [batch, 2] -> [batch, 25]."""
        yaw, pitch = angles[:, :2].unbind(dim=1)
        upright = torch.stack([yaw, pitch.clamp(POLE_MARGIN, math.pi - POLE_MARGIN)], dim=1)
        matrices = matrices_at(upright, self.cameras.radius, self.cameras.pivot)
        matrices = matrices * matrices.new_tensor([1.0, -1.0, -1.0, 1.0])  # columns: right, down, forward, eye
        focal = 1 / (2 * math.tan(math.radians(self.cameras.fov) / 2))
        intrinsics = matrices.new_tensor([focal, 0.0, 0.5, 0.0, focal, 0.5, 0.0, 0.0, 1.0])
        return torch.cat([matrices.flatten(1), intrinsics.expand(len(angles), -1)], dim=1)
