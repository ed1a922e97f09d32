import pytest
import torch

from core.discriminator import PatchDiscriminator, minibatch_std
from core.model_config import DiscriminatorConfig
from core.rays import Patches

SMALL = {"image_resolution": 32, "patch_resolution": 16, "channel_base": 256, "channel_max": 16, "hyper_dim": 32}


def squares(count: int) -> Patches:
    torch.manual_seed(count)
    return Patches(torch.rand(count) * 0.5 + 0.5, torch.rand(count, 2) * 0.3)


def test_published_modulation_has_one_sigma_per_block_and_the_papers_one_per_convolution():
    published = PatchDiscriminator(DiscriminatorConfig(modulation="input", **SMALL))
    paper = PatchDiscriminator(DiscriminatorConfig(modulation="output", **SMALL))
    assert list(published.modulations(squares(2))) == ["b32.conv1", "b16.conv1", "b8.conv1"]
    both = [f"b{size}.conv{number}" for size in (32, 16, 8) for number in (0, 1)]
    assert list(paper.modulations(squares(2))) == [*both, "b4.conv"]
    for name, sigma in paper.modulations(squares(2)).items():
        assert sigma.shape == (2, paper.get_submodule(name).weight.shape[0])
        assert (sigma >= 0).all()
        assert (sigma <= 2).all()
    for name, sigma in published.modulations(squares(2)).items():
        assert sigma.shape == (2, published.get_submodule(name).weight.shape[1])


def test_output_modulation_scales_what_the_convolution_gives_before_its_bias():
    torch.manual_seed(0)
    network = PatchDiscriminator(DiscriminatorConfig(modulation="output", conv_clamp=None, **SMALL))
    layer, patch, x = network.b16.conv1, torch.randn(2, 32), torch.randn(2, 16, 8, 8)
    layer.bias.data.normal_()
    sigma = layer.affine(patch)[:, :, None, None]
    layer.modulation, plain = None, layer.bias.data.clone()
    layer.bias.data.zero_()
    layer.activate = False
    convolved = layer(x)
    layer.modulation, layer.bias.data, layer.activate = "output", plain, True
    expected = torch.nn.functional.leaky_relu(convolved * sigma + plain[None, :, None, None], 0.2) * 2**0.5
    torch.testing.assert_close(layer(x, patch), expected, atol=1e-5, rtol=1e-4)


def test_minibatch_std_compares_consecutive_samples():
    x = torch.zeros(8, 3, 4, 4)
    x[:4] = torch.randn(4, 3, 4, 4)
    deviation = minibatch_std(x, 4)[:, 3, 0, 0]
    assert (deviation[:4] > 0.1).all()
    assert (deviation[4:] < 1e-3).all()


def test_a_group_shares_nothing_with_other_groups():
    torch.manual_seed(1)
    network = PatchDiscriminator(DiscriminatorConfig(**SMALL)).eval()
    images, patches = torch.randn(8, 3, 16, 16), squares(8)
    together = network(images, patches)
    alone = network(images[4:], Patches(patches.scales[4:], patches.offsets[4:]))
    torch.testing.assert_close(together[4:], alone, atol=1e-5, rtol=1e-4)


def test_the_score_depends_on_the_patch():
    torch.manual_seed(2)
    network = PatchDiscriminator(DiscriminatorConfig(**SMALL)).eval()
    images = torch.randn(1, 3, 16, 16).expand(4, -1, -1, -1)
    one, other = Patches.whole(4), Patches(torch.full((4,), 0.5), torch.full((4, 2), 0.25))
    assert not torch.allclose(network(images, one), network(images, other))


def test_camera_condition_needs_angles_and_uses_them():
    torch.manual_seed(3)
    network = PatchDiscriminator(DiscriminatorConfig(camera_condition=True, **SMALL)).eval()
    images, patches = torch.randn(4, 3, 16, 16), squares(4)
    with pytest.raises(ValueError, match="yaw and pitch"):
        network(images, patches)
    assert not torch.allclose(network(images, patches, torch.zeros(4, 2)), network(images, patches, torch.ones(4, 2)))
