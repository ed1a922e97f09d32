"""StyleGAN2 as a family of flat pictures, to compare 2D and 3D trained patch-wise alike (EpiGRAF, Appendix A)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.backbone import NoiseMode, SynthesisNetwork
from core.generator import Generator, Sample, as_image
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, patch_grid
from core.triplane import Painting
from core.volume import DETERMINISTIC, Rendering, SamplingNoise


class StyleGan2Generator(Generator):
    """z to a picture; there is no field, and cameras have no effect."""

    def __init__(self, config: GeneratorConfig):
        super().__init__(config)
        self.backbone = SynthesisNetwork(config, 3)

    def field(self, ws: Tensor, noise: NoiseMode = "const") -> Painting:
        """The pictures of ws."""
        return Painting(self.backbone(ws, noise))

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
        """Patches of the pictures; they are opaque, at distance 0."""
        assert isinstance(field, Painting)
        if places is None:
            patches = patches or Patches.whole(len(matrices), matrices.device)
            places = patch_grid(patches, resolution).flatten(1, 2)
        rgb = field(places)
        nothing = torch.zeros_like(rgb[..., :1])
        return Rendering(rgb, nothing, torch.ones_like(nothing))

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
        """Whole pictures, the same from all sides."""
        rendering = self.render(field, matrices, resolution)
        return as_image(torch.cat([rendering.rgb, rendering.depth, rendering.opacity], dim=-1), resolution)
