"""What a tick records of sigma is what the discriminator itself scales its filters with, and disturbs nothing."""

import numpy as np
import pytest
import torch

from core.discriminator import Discriminator, Modulator
from core.filter_kinds import KINDS, SCALARS, filter_kinds
from core.model_config import DiscriminatorConfig
from core.rays import Patches
from core.scale_specific import build_discriminator
from core.sigma_patches import SCALES, edge_patches
from tests.core.published import published_discriminator
from training.tick_modulations import sigma_at, tick_modulations

SMALL = DiscriminatorConfig(image_resolution=16, patch_resolution=8, channel_base=64, channel_max=16, hyper_dim=16)


def forward_sigma(discriminator: Discriminator, patches: Patches) -> dict[str, np.ndarray]:
    """Sigma as the forward pass uses it on pictures, caught where it is made."""
    caught: dict[str, np.ndarray] = {}
    hooks = [
        module.register_forward_hook(lambda _, __, out, name=name: caught.update({name: out.detach().numpy()}))
        for name, module in discriminator.named_modules()
        if isinstance(module, Modulator)
    ]
    side = discriminator.config.patch_resolution
    angles = torch.zeros(len(patches), 2) if discriminator.config.camera_condition else None
    discriminator(torch.zeros(len(patches), 3, side, side), patches, angles)
    for hook in hooks:
        hook.remove()
    return {name.removesuffix(".affine"): sigma for name, sigma in caught.items()}


def patches_of(arrays: dict[str, np.ndarray], edges: bool) -> Patches:
    if edges:
        return Patches(*(torch.from_numpy(arrays[f"sigma_place_{part}"]) for part in ("scales", "offsets")))
    scales = torch.from_numpy(arrays["sigma_scales"])
    return Patches(scales, ((1 - scales) / 2)[:, None].expand(-1, 2))


@pytest.mark.parametrize("name", ["epigraf-discriminator", "epigraf-discriminator-camera"])
@pytest.mark.parametrize("edges", [False, True], ids=["centred", "edges"])
def test_the_published_discriminator_scales_its_filters_so(name: str, edges: bool):
    discriminator, _ = published_discriminator(name)
    arrays, _ = tick_modulations(discriminator)
    patches, prefix = patches_of(arrays, edges), "sigma_places/" if edges else "sigma/"
    expected = forward_sigma(discriminator, patches)
    assert {key for key in arrays if key.startswith(prefix)} == {prefix + layer for layer in expected}
    for layer, sigma in expected.items():
        np.testing.assert_allclose(arrays[prefix + layer], sigma, atol=2**-10, err_msg=layer)  # half precision


@pytest.mark.parametrize("modulation", ["input", "output"])
def test_shapes_and_shares(modulation):
    torch.manual_seed(0)
    discriminator = build_discriminator(SMALL.model_copy(update={"modulation": modulation}))
    for _, modulator in discriminator.modulators():
        torch.nn.init.normal_(modulator.weight, std=40)
    before = torch.get_rng_state()
    arrays, scalars = tick_modulations(discriminator)
    assert torch.equal(before, torch.get_rng_state())
    filters = sum(sigma.shape[1] for name, sigma in arrays.items() if name.startswith("sigma/"))
    edges = len(edge_patches(SMALL.min_scale)[0])
    kinds = []
    for name in [name for name in arrays if name.startswith("sigma/")]:
        placed = arrays[name.replace("sigma/", "sigma_places/")]
        assert arrays[name].dtype == placed.dtype == np.float16
        assert (len(arrays[name]), len(placed)) == (SCALES, edges)
        kinds += filter_kinds(arrays[name], arrays["sigma_scales"], placed, arrays["sigma_place_scales"]).tolist()
    assert scalars.keys() == set(SCALARS.values())
    for kind, scalar in SCALARS.items():
        assert scalars[scalar] == pytest.approx(kinds.count(KINDS.index(kind)) / filters)
    assert scalars["Modulation/switch_scale"] > 0, "weights this large do switch"


@pytest.mark.parametrize("kind", ["standard", "scale-specific"])
def test_without_modulation_nothing_is_recorded_of_it(kind):
    arrays, scalars = tick_modulations(build_discriminator(SMALL.model_copy(update={"kind": kind})))
    assert not scalars
    assert not [name for name in arrays if "/" in name]


def test_patches_that_are_the_whole_image():
    discriminator = build_discriminator(SMALL.model_copy(update={"patch_resolution": 16}))
    arrays, scalars = tick_modulations(discriminator)
    assert (arrays["sigma_scales"] == 1).all()
    assert arrays["sigma_places/b16.conv1"].shape[0] == 0
    assert scalars["Modulation/switch_scale"] == scalars["Modulation/switch_position"] == 0, "there is but one patch"


def test_single_patches_like_many():
    discriminator, _ = published_discriminator("epigraf-discriminator")
    scales, offsets = edge_patches(discriminator.config.min_scale)
    many = sigma_at(discriminator, scales, offsets)
    for index in (0, 9, 23):
        one = sigma_at(discriminator, scales[index : index + 1], offsets[index : index + 1])
        for layer, sigma in one.items():
            np.testing.assert_allclose(sigma[0], many[layer][index], atol=1e-5)
