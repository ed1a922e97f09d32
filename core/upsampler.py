"""EG3D's super-resolution: pictures of smaller ones of features that rays have seen (METHOD: EG3D)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from core.backbone import SynthesisBlock
from core.model_config import UpsamplerConfig
from core.triplane import Background, Decoder, TriPlaneField


class FeatureDecoder(Decoder):
    """A decoder with more than colours to give: features, whose first three are the colours."""

    @abstractmethod
    def everything(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """[batch, n, features] -> what an upsampler takes, [batch, n, features], and density before softplus."""


@dataclass(frozen=True)
class FeatureField:
    """A field that gives all that its decoder has, in place of colours."""

    field: TriPlaneField

    @property
    def box(self) -> float:
        """Half the edge of the box, world units."""
        return self.field.box

    @property
    def background(self) -> Background | None:
        """What lies behind it."""
        return self.field.background

    def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Features [batch, n, features] and density before softplus [batch, n, 1] at points [batch, n, 3]."""
        assert isinstance(self.field.decoder, FeatureDecoder)
        return self.field.decoder.everything(self.field.features(points))


class Upsampler(nn.Module):
    """Two blocks of StyleGAN2, of which each doubles the size or, where less is needed, the first keeps it.

    They have no noise, so that pictures stand still while the camera moves.
    """

    def __init__(self, config: UpsamplerConfig, features: int, w_dim: int):
        super().__init__()
        self.config = config
        small = config.image_resolution // 2
        up = small > config.input_resolution
        self.block0 = SynthesisBlock(features, config.channels, w_dim, small, 3, up=up)
        self.block1 = SynthesisBlock(config.channels, config.channels // 2, w_dim, config.image_resolution, 3)

    def forward(self, features: Tensor, raw: Tensor, style: Tensor) -> Tensor:
        """Upsample.

        Args:
            features: [batch, features, h, w]; the shorter side is brought to `input_resolution`.
            raw: Their colours, [batch, 3, h, w].
            style: The last w, [batch, w_dim].

        Returns:
            [batch, 3, height, width]; of square pictures `image_resolution` squared.
        """
        height, width = features.shape[2:]
        factor = self.config.input_resolution / min(height, width)
        size = round(height * factor), round(width * factor)
        ws = style[:, None].expand(-1, 3, -1)
        x, rgb = self.block0(resized(features, size), resized(raw, size), ws, "none")
        return self.block1(x, rgb, ws, "none")[1]


def resized(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, anti-aliased where it makes smaller.  [batch, channels, h, w] -> [batch, channels, *size]."""
    if images.shape[2:] == size:
        return images
    return F.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True)
