"""The EpiGRAF generator family: mapping, backbone, tri-plane field, rays (EpiGRAF, Section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.backbone import LearnedPlanes, NoiseMode, SynthesisNetwork
from core.background import InverseSphereNetwork, PlaneBackground, SphereBackground
from core.generator import Generator, Sample, as_image
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, patch_grid, place_rays, world_rays
from core.triplane import Background, TriPlaneDecoder, TriPlaneField
from core.volume import DETERMINISTIC, Rendering, SamplingNoise, behind, render_rays

# Rays rendered at once at inference, per sample: bounds the memory of full-resolution pictures.
CHUNK_RAYS = 16_384


class EpigrafGenerator(Generator):
    """z to a field, and a field to pixels; no upsampler, so that both show the same thing."""

    def __init__(self, config: GeneratorConfig):
        super().__init__(config)
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
        field: Sample,
        matrices: Tensor,
        resolution: int,
        patches: Patches | None = None,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
        places: Tensor | None = None,
        rays: RenderConfig | None = None,
    ) -> Rendering:
        """Patches along rays, with gradients."""
        assert isinstance(field, TriPlaneField)
        if places is None:
            patches = patches or Patches.whole(len(matrices), matrices.device)
            places = patch_grid(patches, resolution).flatten(1, 2)
        origins, directions = world_rays(matrices, place_rays(places, fov or self.config.render.fov))
        return self._render(field, places, origins, directions, noise, rays)

    @torch.no_grad()
    def picture(
        self,
        field: Sample,
        matrices: Tensor,
        resolution: int,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
        rays: RenderConfig | None = None,
    ) -> Tensor:
        """Whole pictures, in chunks of rays."""
        assert isinstance(field, TriPlaneField)
        patches = Patches.whole(len(matrices), matrices.device)
        grid = patch_grid(patches, resolution).flatten(1, 2)
        origins, directions = world_rays(matrices, place_rays(grid, fov or self.config.render.fov))
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
