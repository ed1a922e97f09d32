"""A generator family with a field, put together from exchangeable parts (docs/families.md).

Backbone and decoder make the field, a law of pixels places the rays, a point sampler and an integrator go along them,
and an upsampler, if there is one, makes a larger picture of what they have seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.embedding import ANGLES, CameraCode
from core.generator import Generator, Sample, as_image
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, patch_grid, place_rays, world_rays
from core.triplane import PLANE_AXES, Axes, TriPlaneField
from core.upsampler import FeatureField, Upsampler, resized
from core.volume import DETERMINISTIC, QUADRATURE, Marching, Rendering, SamplingNoise, behind, render_rays

# Rays rendered at once at inference, per sample: bounds the memory of full-resolution pictures.
CHUNK_RAYS = 16_384
# Image-plane coordinates of the pixels of patches, [batch, resolution, resolution, 2].
PixelLaw = Callable[[Patches, int], Tensor]


@dataclass(frozen=True)
class RayParts:
    """How pictures of a field are made.

    Attributes:
        pixels: Where the rays of pixels cross the image plane.
        marching: Which points of a ray are looked at, and how they are added up.
    """

    pixels: PixelLaw = patch_grid
    marching: Marching = QUADRATURE


@dataclass(frozen=True)
class Upsampled:
    """Pictures of an upsampler, and what it was given.

    Attributes:
        image: [batch, 3, height, width].
        raw: What the rays see, [batch, 3, h, w].
        depth: [batch, 1, h, w].
        opacity: [batch, 1, h, w].
    """

    image: Tensor
    raw: Tensor
    depth: Tensor
    opacity: Tensor


class FieldGenerator(Generator):
    """z to a field, and a field to pixels.

    Attributes:
        parts: How pictures of the field are made.
        upsampler: Makes larger pictures of them; none where all that is shown is what rays see.
        axes: Which coordinates span each plane.
    """

    upsampler: Upsampler | None
    axes: Axes = PLANE_AXES

    def __init__(self, config: GeneratorConfig, parts: RayParts, camera_code: CameraCode = ANGLES):
        super().__init__(config, camera_code)
        self.parts = parts
        self.upsampler = None

    @property
    def marching(self) -> Marching:
        """That of its parts."""
        return self.parts.marching

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
            places = self.parts.pixels(patches, resolution).flatten(1, 2)
        return self._render(field, places, *self._rays(places, matrices, fov), noise, rays)

    def upsampled(
        self,
        field: TriPlaneField,
        matrices: Tensor,
        places: Tensor,
        fov: float | None = None,
        noise: SamplingNoise = DETERMINISTIC,
        rays: RenderConfig | None = None,
    ) -> Upsampled:
        """Pictures of the upsampler, with gradients.

        Args:
            field: Of [batch] samples of this generator.
            matrices: Camera-to-world, [batch, 4, 4].
            places: Image-plane coordinates of the rays, [batch, h, w, 2].
            fov: Full angle of view of the whole image, degrees; none: the data set's.
            noise: Randomness of training.
            rays: Where and how rays are sampled; none: as in training.
        """
        assert self.upsampler is not None
        assert field.style is not None
        seen = self._in_chunks(FeatureField(field), places.flatten(1, 2), matrices, fov, noise, rays)
        seen = seen.transpose(1, 2).unflatten(2, places.shape[1:3])  # [batch, features + 2, h, w]
        features, depth, opacity = seen.split([seen.shape[1] - 2, 1, 1], dim=1)
        raw = features[:, :3]
        return Upsampled(self.upsampler(features, raw, field.style), raw, depth, opacity)

    def raw_places(self, batch: int, resolution: int, device: torch.device | str = "cpu") -> Tensor:
        """Where the rays of whole raw pictures cross the image plane.  Returns [batch, resolution, resolution, 2]."""
        return self.parts.pixels(Patches.whole(batch, device), resolution)

    def pixel_fov(self, resolution: int) -> float:
        """As the law of pixels has it."""
        fov, outermost = super().pixel_fov(resolution), float(self.raw_places(1, resolution).max())
        if outermost == 1:
            return fov
        return math.degrees(2 * math.atan(math.tan(math.radians(fov) / 2) * outermost))

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
        """Whole pictures, in chunks of rays; those of an upsampler are brought to the resolution."""
        assert isinstance(field, TriPlaneField)
        if self.upsampler is None:
            grid = self.raw_places(len(matrices), resolution, matrices.device).flatten(1, 2)
            return as_image(self._in_chunks(field, grid, matrices, fov, noise, rays), resolution)
        places = self.raw_places(len(matrices), self.config.upsampler.raw_resolution, matrices.device)
        seen = self.upsampled(field, matrices, places, fov, noise, rays)
        rest = F.interpolate(torch.cat([seen.depth, seen.opacity], dim=1), (resolution, resolution), mode="bilinear")
        return torch.cat([resized(seen.image, (resolution, resolution)), rest], dim=1)

    def _rays(self, places: Tensor, matrices: Tensor, fov: float | None) -> tuple[Tensor, Tensor]:
        """Origins and directions of rays through places of the image plane."""
        return world_rays(matrices, place_rays(places, fov or self.config.render.fov))

    def _in_chunks(
        self,
        field: TriPlaneField | FeatureField,
        grid: Tensor,
        matrices: Tensor,
        fov: float | None,
        noise: SamplingNoise,
        rays: RenderConfig | None,
    ) -> Tensor:
        """Colours, or features, with depth and opacity: [batch, rays, colours + 2]."""
        origins, directions = self._rays(grid, matrices, fov)
        chunks = zip(grid.split(CHUNK_RAYS, dim=1), directions.split(CHUNK_RAYS, dim=1), strict=True)
        parts = [self._render(field, places, origins, ways, noise, rays) for places, ways in chunks]
        return torch.cat([torch.cat([part.rgb, part.depth, part.opacity], dim=-1) for part in parts], dim=1)

    def _render(
        self,
        field: TriPlaneField | FeatureField,
        grid: Tensor,
        origins: Tensor,
        directions: Tensor,
        noise: SamplingNoise,
        rays: RenderConfig | None = None,
    ) -> Rendering:
        """The field along rays, in front of its background."""
        rendering = render_rays(field, origins, directions, rays or self.config.rays, noise, self.parts.marching)
        if field.background is None:
            return rendering
        return behind(rendering, field.background(grid, origins, directions))
