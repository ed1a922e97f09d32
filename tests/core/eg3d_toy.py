"""An EG3D so small that a test can afford it, with a field that is no fog."""

from __future__ import annotations

from typing import Any

import torch

from core.eg3d import Eg3dGenerator
from core.model_config import GeneratorConfig, RenderConfig, UpsamplerConfig

SIZES: dict[str, Any] = {
    "z_dim": 8, "w_dim": 8, "plane_resolution": 16, "plane_features": 6, "channel_base": 64, "channel_max": 8,
    "decoder_hidden": 8,
}  # fmt: skip


def eg3d_toy(**changes: Any) -> Eg3dGenerator:
    """A generator of pictures of 16² from raw ones of 8²; changes are those of its configuration."""
    render = RenderConfig(coarse_samples=12, fine_samples=12, bounds="box")
    upsampler = UpsamplerConfig(image_resolution=16, input_resolution=8, raw_resolution=8, channels=4)
    torch.manual_seed(1)
    sizes = {**SIZES, "render": render, "upsampler": upsampler, **changes}
    config = GeneratorConfig(family="eg3d", **sizes)
    generator = Eg3dGenerator(config).eval().requires_grad_(False)
    generator.decoder.out.weight[0] *= 8
    generator.decoder.out.bias[0] = 2
    return generator
