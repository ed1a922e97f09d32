"""The EpiGRAF generator family: mapping, backbone, tri-plane field, rays (EpiGRAF, Section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.backbone import NoiseMode, SynthesisNetwork
from core.mapping import MappingNetwork
from core.model_config import GeneratorConfig
from core.rays import Patches, camera_rays, world_rays
from core.triplane import TriPlaneDecoder, TriPlaneField
from core.volume import DETERMINISTIC, Rendering, SamplingNoise, render_rays

# Rays rendered at once at inference, per sample: bounds the memory of full-resolution pictures.
CHUNK_RAYS = 16_384


class EpigrafGenerator(nn.Module):
    """z to a field, and a field to pixels; no upsampler, so that both show the same thing."""

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.config = config
        self.mapping = MappingNetwork(
            config.z_dim, config.w_dim, config.ws_count, config.mapping_layers, config.mapping_lr_multiplier
        )
        self.backbone = SynthesisNetwork(config, 3 * config.plane_features)
        self.decoder = TriPlaneDecoder(config.plane_features, config.decoder_hidden)

    def field(self, ws: Tensor, noise: NoiseMode = "const") -> TriPlaneField:
        """The field of ws [batch, ws_count, w_dim]; spatial noise `const` makes it a function of ws alone."""
        return TriPlaneField(self.backbone(ws, noise), self.decoder, self.config.render.cube_scale)

    def render(
        self,
        field: TriPlaneField,
        matrices: Tensor,
        resolution: int,
        patches: Patches | None = None,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
    ) -> Rendering:
        """Render patches of a field with gradients.

        Args:
            field: Of [batch] samples.
            matrices: Camera-to-world, [batch, 4, 4].
            resolution: Pixels along a side of a patch.
            patches: Which squares of the image plane; none: the whole.
            fov: Full angle of view of the whole image, degrees; none: the data set's.
            noise: Randomness of training.

        Returns:
            A Rendering with [batch, resolution^2, ...], rows from the top.
        """
        patches = patches or Patches.whole(len(matrices), matrices.device)
        directions = camera_rays(patches, resolution, fov or self.config.render.fov)
        origins, directions = world_rays(matrices, directions)
        return render_rays(field, origins, directions, self.config.render, noise)

    @torch.no_grad()
    def picture(self, field: TriPlaneField, matrices: Tensor, resolution: int, fov: float | None = None) -> Tensor:
        """Whole pictures at inference, deterministic, in chunks of rays.

        Args:
            field: Of [batch] samples.
            matrices: Camera-to-world, [batch, 4, 4].
            resolution: Pixels along a side.
            fov: Full angle of view, degrees; none: the data set's.

        Returns:
            [batch, 5, resolution, resolution]: red, green, blue in about [-1, 1], depth, opacity.
        """
        patches = Patches.whole(len(matrices), matrices.device)
        origins, directions = world_rays(matrices, camera_rays(patches, resolution, fov or self.config.render.fov))
        parts = [render_rays(field, origins, rays, self.config.render) for rays in directions.split(CHUNK_RAYS, dim=1)]
        pixels = torch.cat([torch.cat([part.rgb, part.depth, part.opacity], dim=-1) for part in parts], dim=1)
        return as_image(pixels, resolution)


def as_image(pixels: Tensor, resolution: int) -> Tensor:
    """[batch, resolution^2, channels] -> [batch, channels, resolution, resolution]."""
    return pixels.transpose(1, 2).reshape(len(pixels), -1, resolution, resolution)
