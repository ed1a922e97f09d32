"""Reference tensors of the published implementations, by our names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.discriminator import PatchDiscriminator
from core.epigraf import EpigrafGenerator
from core.model_config import DiscriminatorConfig, GeneratorConfig, RenderConfig
from core.published_names import has_no_influence, our_name

DATA = Path(__file__).parent.parent / "data"
GENERATOR = GeneratorConfig(
    z_dim=64,
    w_dim=64,
    plane_resolution=32,
    plane_features=8,
    channel_base=1024,
    channel_max=32,
    decoder_hidden=16,
    render=RenderConfig(near=0.75, far=1.25, cube_scale=0.475, coarse_samples=12, fine_samples=12),
)


class Reference:
    """One file of reference tensors."""

    def __init__(self, name: str) -> None:
        with np.load(DATA / f"{name}.npz") as archive:
            self.arrays = {key: archive[key] for key in archive.files}

    def __getitem__(self, key: str) -> Tensor:
        return torch.from_numpy(self.arrays[key])

    def group(self, prefix: str) -> dict[str, Tensor]:
        """Tensors below a prefix, by our names."""
        return {our_name(key.removeprefix(prefix)): self[key] for key in self.arrays if key.startswith(prefix)}

    def weights(self, expected: set[str]) -> dict[str, Tensor]:
        """The weights that a network of ours takes; the rest must be constants or parts without influence."""
        given = self.group("weights/")
        for name in given.keys() - expected:
            assert has_no_influence(name), name
        return {name: value for name, value in given.items() if name in expected}


def published_generator(name: str = "epigraf-generator") -> tuple[EpigrafGenerator, Reference]:
    """One of the generators with the reference weights."""
    config = GENERATOR
    if name.endswith("background"):
        config = config.model_copy(update={"background": "sphere", "background_steps": 8, "background_width": 32})
    reference, generator = Reference(name), EpigrafGenerator(config)
    generator.load_state_dict(reference.weights(set(generator.state_dict())))
    return generator.requires_grad_(False), reference


def published_discriminator(name: str) -> tuple[PatchDiscriminator, Reference]:
    """One of the discriminators with the reference weights."""
    config = DiscriminatorConfig(
        image_resolution=64,
        patch_resolution=16,
        channel_base=512,
        channel_max=32,
        camera_condition=name.endswith("camera"),
        camera_dropout=0,
    )
    reference, discriminator = Reference(name), PatchDiscriminator(config)
    discriminator.load_state_dict(reference.weights(set(discriminator.state_dict())))
    return discriminator, reference
