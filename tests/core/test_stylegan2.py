"""The flat family: patches are parts of its pictures, cameras have no effect, and nobody finds a field in it."""

import numpy as np
import pytest
import torch

from core.bake import bake, z_from_seed
from core.checkpoint import load_checkpoint, save_checkpoint
from core.families import build_generator
from core.model_config import GeneratorConfig
from core.patches import extract_patches
from core.rays import Patches, pose_matrices
from core.stylegan2 import StyleGan2Generator
from training.config import ConfigError
from training.config_files import config_of

CONFIG = GeneratorConfig(
    family="stylegan2", z_dim=8, w_dim=16, plane_resolution=16, channel_base=64, channel_max=8, noise="const"
)
FITS = {"discriminator": {"image_resolution": 64}, "generator": {"family": "stylegan2", "plane_resolution": 64}}


@pytest.fixture(scope="module")
def generator() -> StyleGan2Generator:
    torch.manual_seed(0)
    built = build_generator(CONFIG).eval().requires_grad_(False)
    assert isinstance(built, StyleGan2Generator)
    return built


def test_pictures_are_painted_whole_and_patches_are_taken_as_those_of_real_ones(generator):
    sample = generator.field(generator.mapping(torch.randn(2, 8)))
    matrices = pose_matrices(np.array([[0.3, 1.2], [2.0, 1.7]]), 1.0)
    picture = generator.picture(sample, matrices, 16)
    assert picture.shape == (2, 5, 16, 16)
    torch.testing.assert_close(picture[:, :3], sample.image, atol=1e-5, rtol=0)
    assert (picture[:, 4] == 1).all()
    squares = Patches(torch.tensor([0.5, 0.8]), torch.tensor([[0.1, 0.4], [0.2, 0.0]]))
    patch = generator.render(sample, matrices, 8, squares).rgb.transpose(1, 2).reshape(2, 3, 8, 8)
    torch.testing.assert_close(patch, extract_patches(sample.image, squares, 8), atol=1e-5, rtol=0)


def test_gradients_reach_the_network():
    network = build_generator(CONFIG)
    sample = network.field(network.mapping(torch.randn(2, 8)))
    network.render(sample, pose_matrices(np.zeros((2, 2)) + 1, 1.0), 8).rgb.square().sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_checkpoints_name_the_family(tmp_path, generator):
    save_checkpoint(tmp_path / "flat.safetensors", generator, None, {})
    loaded = load_checkpoint(tmp_path / "flat.safetensors").generator
    assert isinstance(loaded, StyleGan2Generator)
    z = z_from_seed(3, 8)
    assert torch.equal(loaded.field(loaded.mapping(z)).image, generator.field(generator.mapping(z)).image)


def test_baked_it_is_an_empty_volume_before_the_picture(generator):
    ws = generator.mapping(z_from_seed(0, 8))
    volume = bake(generator, ws, 32)
    assert "no field" in volume.note
    assert (volume.values[..., 3] < -1e4).all()
    assert volume.surround is not None
    picture = generator.field(ws).image[0].permute(1, 2, 0).numpy()
    assert np.allclose(volume.surround[0, ::-1, :, :3], picture, atol=2e-3 * np.abs(picture).max())


@pytest.mark.parametrize(
    ("generator_settings", "fields", "fix"),
    [
        ({"background": "sphere"}, {"generator.family", "generator.background"}, "background to none"),
        ({"view_direction": True}, {"generator.family", "generator.view_direction"}, "view_direction off"),
        ({"plane_resolution": 32}, {"generator.plane_resolution", "discriminator.image_resolution"}, "set it to 64"),
    ],
)
def test_settings_without_a_meaning_are_refused_with_the_fix(generator_settings, fields, fix):
    assert not config_of(FITS, "here").advice()
    wrong = {**FITS, "generator": FITS["generator"] | generator_settings}
    with pytest.raises(ConfigError) as caught:
        config_of(wrong, "here")
    [problem] = caught.value.problems
    assert set(problem.fields) == fields
    assert fix in problem.text
