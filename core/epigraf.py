"""The EpiGRAF generator family: mapping, backbone, tri-plane field, rays (EpiGRAF, Section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.backbone import LearnedPlanes, NoiseMode, SynthesisNetwork
from core.background import InverseSphereNetwork, PlaneBackground, SphereBackground
from core.mapping import MappingNetwork
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, camera_rays, patch_grid, world_rays
from core.triplane import Background, TriPlaneDecoder, TriPlaneField
from core.volume import DETERMINISTIC, Rendering, SamplingNoise, behind, render_rays

# Rays rendered at once at inference, per sample: bounds the memory of full-resolution pictures.
CHUNK_RAYS = 16_384


class EpigrafGenerator(nn.Module):
    """z to a field, and a field to pixels; no upsampler, so that both show the same thing."""

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.config = config
        self.mapping = MappingNetwork(
            config.z_dim,
            config.w_dim,
            config.ws_count,
            config.mapping_layers,
            config.mapping_lr_multiplier,
            camera_condition=config.camera_condition,
        )
        backbone = LearnedPlanes if config.backbone == "planes" else SynthesisNetwork
        self.backbone = backbone(config, 3 * config.plane_features + config.background_channels)
        self.decoder = TriPlaneDecoder(
            config.plane_features, config.decoder_hidden, view_direction=config.view_direction
        )
        if config.background == "sphere":
            self.background = InverseSphereNetwork(config)

    def field(self, ws: Tensor, noise: NoiseMode = "const") -> TriPlaneField:
        """The field of ws [batch, ws_count, w_dim]; spatial noise `const` makes it a function of ws alone."""
        config = self.config
        painted = self.backbone(ws[:, : config.backbone_ws_count], noise)
        planes, picture = painted.split([3 * config.plane_features, config.background_channels], dim=1)
        background: Background | None = None
        if config.background == "plane":
            background = PlaneBackground(picture)
        elif config.background == "sphere":
            rest = ws[:, config.backbone_ws_count :]
            background = SphereBackground(self.background, rest, config.render.radius, config.background_steps)
        return TriPlaneField(planes, self.decoder, config.render.cube_scale, background)

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
        grid = patch_grid(patches, resolution).flatten(1, 2)
        origins, directions = world_rays(matrices, camera_rays(patches, resolution, fov or self.config.render.fov))
        return self._render(field, grid, origins, directions, noise)

    @torch.no_grad()
    def picture(
        self,
        field: TriPlaneField,
        matrices: Tensor,
        resolution: int,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
        rays: RenderConfig | None = None,
    ) -> Tensor:
        """Whole pictures at inference, in chunks of rays.

        Args:
            field: Of [batch] samples.
            matrices: Camera-to-world, [batch, 4, 4].
            resolution: Pixels along a side.
            fov: Full angle of view, degrees; none: the data set's.
            noise: Deterministic unless asked for otherwise.
            rays: Where and how rays are sampled; none: as in training.

        Returns:
            [batch, 5, resolution, resolution]: red, green, blue in about [-1, 1], depth, opacity.
        """
        patches = Patches.whole(len(matrices), matrices.device)
        grid = patch_grid(patches, resolution).flatten(1, 2)
        origins, directions = world_rays(matrices, camera_rays(patches, resolution, fov or self.config.render.fov))
        chunks = zip(grid.split(CHUNK_RAYS, dim=1), directions.split(CHUNK_RAYS, dim=1), strict=True)
        parts = [self._render(field, places, origins, ways, noise, rays) for places, ways in chunks]
        pixels = torch.cat([torch.cat([part.rgb, part.depth, part.opacity], dim=-1) for part in parts], dim=1)
        return as_image(pixels, resolution)

    def _render(
        self,
        field: TriPlaneField,
        grid: Tensor,
        origins: Tensor,
        directions: Tensor,
        noise: SamplingNoise,
        rays: RenderConfig | None = None,
    ) -> Rendering:
        """The field along rays, in front of its background."""
        rendering = render_rays(field, origins, directions, rays or self.config.rays, noise)
        if field.background is None:
            return rendering
        return behind(rendering, field.background(grid, origins, directions))


def as_image(pixels: Tensor, resolution: int) -> Tensor:
    """[batch, resolution^2, channels] -> [batch, channels, resolution, resolution]."""
    return pixels.transpose(1, 2).reshape(len(pixels), -1, resolution, resolution)
