"""Embeddings of patch parameters and camera angles for the discriminator (EpiGRAF, Section 3.2 and Appendix B.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

PATCH_FREQUENCIES = 10
PATCH_LEARNED_DIM = 256
PATCH_STEPS = 1000  # scales and offsets in [0, 1] are looked up in thousandths
PATCH_EMBEDDING_DIM = 3 * (2 * PATCH_FREQUENCIES + PATCH_LEARNED_DIM)  # 828
CAMERA_FREQUENCIES = 6
CAMERA_PERIOD = 64
CAMERA_EMBEDDING_DIM = 2 * 2 * CAMERA_FREQUENCIES  # 24


def fourier_features(values: Tensor, frequencies: int, period: float) -> Tensor:
    """Sines, then cosines, of 2^k pi / period times each value.  [...] -> [..., 2 * frequencies]."""
    octaves = torch.arange(frequencies, device=values.device, dtype=torch.float32)
    phases = values.unsqueeze(-1) * (2**octaves * (math.pi / period))
    return torch.cat([phases.sin(), phases.cos()], dim=-1)


class CameraCode(Protocol):
    """How networks are told a camera."""

    @property
    def dim(self) -> int:
        """Numbers for each camera."""
        ...

    def __call__(self, angles: Tensor) -> Tensor:
        """Yaw and pitch, radians, [batch, 2] -> [batch, dim]."""
        ...


class PatchEmbedding(nn.Module):
    """Scale and offsets to 828 numbers: 10 sines, 10 cosines and a learned vector for each of s, dx, dy."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(PATCH_STEPS + 1, PATCH_LEARNED_DIM)

    def forward(self, scales: Tensor, offsets: Tensor) -> Tensor:
        """Scales [batch] and offsets [batch, 2], in [0, 1] -> [batch, 828]."""
        values = torch.cat([scales[:, None], offsets], dim=1) * PATCH_STEPS  # [batch, 3]
        fourier = fourier_features(values, PATCH_FREQUENCIES, 1024)
        learned = self.table(values.round().to(torch.int64))
        return torch.cat([fourier, learned], dim=-1).flatten(1)


def camera_embedding(angles: Tensor) -> Tensor:
    """Yaw and pitch, as signed fractions of a turn, to 24 numbers.  [batch, 2] radians -> [batch, 24]."""
    turns = angles.fmod(2 * math.pi) / (2 * math.pi)
    return fourier_features(turns * CAMERA_PERIOD, CAMERA_FREQUENCIES, CAMERA_PERIOD).flatten(1)


@dataclass(frozen=True)
class AngleCode(CameraCode):
    """EpiGRAF's camera condition: `camera_embedding`."""

    @property
    def dim(self) -> int:
        """24."""
        return CAMERA_EMBEDDING_DIM

    def __call__(self, angles: Tensor) -> Tensor:
        """Sines and cosines."""
        return camera_embedding(angles)


ANGLES = AngleCode()
