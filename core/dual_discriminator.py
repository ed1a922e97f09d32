"""Dual discrimination: a picture is judged beside what it was made of (EG3D, Section 4.2; METHOD: EG3D)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.camera_label import CameraLabel
from core.discriminator import JudgeParts, PatchDiscriminator
from core.model_config import DiscriminatorConfig, GeneratorConfig
from core.rays import Patches
from core.upsampler import resized

CHANNELS = 6
HEAD_LAYERS = 8


class DualDiscriminator(PatchDiscriminator):
    """Judges whole pictures, each together with its raw picture: so the upsampler cannot show what rays do not see."""

    def __init__(self, config: DiscriminatorConfig, generator: GeneratorConfig):
        super().__init__(config, JudgeParts(CHANNELS, CameraLabel(generator.render), HEAD_LAYERS))
        self.raw_resolution = generator.upsampler.raw_resolution

    def forward(
        self,
        images: Tensor,
        patches: Patches,
        angles: Tensor | None = None,
        labels: Tensor | None = None,
        raw: Tensor | None = None,
    ) -> Tensor:
        """Score pictures: see Discriminator.

        Args:
            images: [batch, 3, R, R], in [-1, 1].
            patches: The whole image for every sample.
            angles: Yaw and pitch, radians, [batch, 2]; needed with camera condition.
            labels: Classes from 0, [batch], int64; needed with label condition.
            raw: What the rays have seen, [batch, 3, h, w]; none: the picture itself in the size of raw ones, as of
                real pictures.
        """
        if raw is None:
            raw = resized(images, (self.raw_resolution, self.raw_resolution))
        height, width = images.shape[2:]
        return super().forward(torch.cat([images, resized(raw, (height, width))], dim=1), patches, angles, labels)
