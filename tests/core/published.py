"""Reference tensors of the published implementations, by our names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.discriminator import PatchDiscriminator
from core.dual_discriminator import DualDiscriminator
from core.eg3d import Eg3dGenerator
from core.epigraf import EpigrafGenerator
from core.model_config import DiscriminatorConfig, GeneratorConfig, RenderConfig, UpsamplerConfig
from core.published_names import EG3D_JUDGE_RENAMED, EG3D_RENAMED, OURS_ALONE, RENAMED, has_no_influence, our_name

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
EG3D_FOCAL = 4.263391  # over the size of the picture
EG3D = GeneratorConfig(
    family="eg3d",
    z_dim=64,
    w_dim=512,
    plane_resolution=256,
    plane_features=32,
    channel_base=1024,
    channel_max=16,
    decoder_hidden=64,
    camera_condition=True,
    upsampler=UpsamplerConfig(image_resolution=128, input_resolution=64, raw_resolution=64, channels=128),
    render=RenderConfig(
        fov=math.degrees(2 * math.atan(0.5 / EG3D_FOCAL)),
        radius=2.7,
        pivot=0.2,
        near=2.25,
        far=3.3,
        cube_scale=0.5,
        white_back=False,
        coarse_samples=12,
        fine_samples=12,
    ),
)


class Reference:
    """One file of reference tensors."""

    def __init__(self, name: str, renamed: Mapping[str, str] = RENAMED) -> None:
        self.renamed = renamed
        with np.load(DATA / f"{name}.npz") as archive:
            self.arrays = {key: archive[key] for key in archive.files}

    def __getitem__(self, key: str) -> Tensor:
        return torch.from_numpy(self.arrays[key])

    def group(self, prefix: str) -> dict[str, Tensor]:
        """Tensors below a prefix, by our names."""
        return {
            our_name(key.removeprefix(prefix), self.renamed): self[key] for key in self.arrays if key.startswith(prefix)
        }

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


def published_eg3d() -> tuple[Eg3dGenerator, Reference]:
    """EG3D's generator with the reference weights; without the outputs that no test reads."""
    reference, generator = Reference("eg3d-generator", EG3D_RENAMED), Eg3dGenerator(EG3D)
    ours = generator.state_dict()
    generator.load_state_dict(reference.weights(set(ours)) | {name: ours[name] for name in OURS_ALONE})
    return generator.requires_grad_(False), reference


def published_dual_discriminator() -> tuple[DualDiscriminator, Reference]:
    """EG3D's discriminator with the reference weights.

    Its minibatch-std groups are two of two, strided; here neighbours make a group, so samples come in another order.
    """
    size = EG3D.upsampler.image_resolution
    config = DiscriminatorConfig(
        kind="dual",
        image_resolution=size,
        patch_resolution=size,
        channel_base=1024,
        channel_max=16,
        group_size=2,
        camera_condition=True,
        camera_dropout=0,
    )
    reference, discriminator = Reference("eg3d-discriminator", EG3D_JUDGE_RENAMED), DualDiscriminator(config, EG3D)
    discriminator.load_state_dict(reference.weights(set(discriminator.state_dict())))
    for name in ("image", "image_raw", "camera_label", "logits", "r1_penalty"):
        reference.arrays[name] = reference.arrays[name][[0, 2, 1, 3]]
    return discriminator, reference


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
