import pytest
import torch

from core.discriminator import Discriminator, PatchDiscriminator, minibatch_std
from core.model_config import DiscriminatorConfig
from core.rays import Patches
from core.scale_specific import ScaleSpecificDiscriminator, build_discriminator

SMALL = {"image_resolution": 32, "patch_resolution": 16, "channel_base": 256, "channel_max": 16, "hyper_dim": 32}


KINDS = [
    {"kind": "hyper", "modulation": "input"}, {"kind": "hyper", "modulation": "output"}, {"kind": "standard"},
    {"kind": "scale-specific", "experts": 2}, {"kind": "scale-specific", "experts": 4},
]  # fmt: skip


def build(**changes: object) -> Discriminator:
    torch.manual_seed(0)
    return build_discriminator(DiscriminatorConfig.model_validate(SMALL | changes)).eval()


def grouped(*scales: float, group: int = 4) -> Patches:
    """A minibatch-std group for each scale."""
    values = torch.tensor(scales).repeat_interleave(group)
    return Patches(values, torch.zeros(len(values), 2))


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


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
@pytest.mark.parametrize("conditions", [{}, {"camera_condition": True}, {"camera_condition": True, "label_count": 5}])
def test_every_kind_scores_and_learns(kind, conditions):
    network = build(**kind, **conditions)
    images, patches = torch.randn(8, 3, 16, 16, requires_grad=True), grouped(0.55, 1)
    logits = network(images, patches, torch.rand(8, 2), torch.arange(8) % 5)
    assert logits.shape == (8,)
    logits.sum().backward()
    assert images.grad is not None
    assert (images.grad.flatten(1).norm(dim=1) > 0).all()
    assert bool(network.modulations(patches)) is (kind["kind"] == "hyper")


@pytest.mark.parametrize("size", [32, 64, 128])
def test_patch_sizes_have_the_depth_of_whole_images(size):
    network = build(image_resolution=256, patch_resolution=size, channel_base=512, channel_max=4)
    assert isinstance(network, PatchDiscriminator)
    downs = {
        resolution: network.get_submodule(f"b{resolution}.conv1").down for resolution in network.config.resolutions
    }
    assert downs == {resolution: resolution <= size for resolution in (256, 128, 64, 32, 16, 8)}
    assert network(torch.randn(4, 3, size, size), Patches.whole(4)).shape == (4,)


def test_the_standard_kind_does_not_know_the_patch():
    network = build(kind="standard")
    images = torch.randn(4, 3, 16, 16)
    assert torch.equal(network(images, grouped(0.5)), network(images, grouped(1)))
    assert not any(
        name.startswith(("patch_embedding", "hypernetwork", "head_mapping")) for name in network.state_dict()
    )
    assert network.get_submodule("b4.out").weight.shape[0] == 1, "without a condition it ends in a score"


@pytest.mark.parametrize("experts", [2, 4])
def test_each_scale_has_a_network_of_its_own(experts):
    network = build(kind="scale-specific", experts=experts)
    assert isinstance(network, ScaleSpecificDiscriminator)
    middles = 0.5 + 0.5 * (torch.arange(experts) + 0.5) / experts
    ends = torch.tensor([0.5, 1.0])
    assert network.expert_indices(Patches(middles, torch.zeros(experts, 2))).tolist() == list(range(experts))
    assert network.expert_indices(Patches(ends, torch.zeros(2, 2))).tolist() == [0, experts - 1]
    patches = grouped(*reversed(middles.tolist()))
    images = torch.randn(len(patches), 3, 16, 16)
    logits = network(images, patches)
    for index, expert in enumerate(network.experts):
        mine = slice(4 * (experts - 1 - index), 4 * (experts - index))
        torch.testing.assert_close(logits[mine], expert(images[mine], patches), atol=1e-5, rtol=1e-4)
    network(images[:4], grouped(middles.tolist()[-1])).sum().backward()
    learning = [any(value.grad is not None for value in expert.parameters()) for expert in network.experts]
    assert learning == [False] * (experts - 1) + [True]


def test_scales_must_not_differ_inside_a_group():
    network = build(kind="scale-specific")
    with pytest.raises(ValueError, match="group"):
        network(torch.randn(4, 3, 16, 16), Patches(torch.tensor([0.5, 1, 1, 1]), torch.zeros(4, 2)))
    with pytest.raises(ValueError, match="scale-specific"):
        PatchDiscriminator(network.config)


@pytest.mark.parametrize("kind", ["hyper", "standard", "scale-specific"])
def test_label_condition_needs_labels_and_uses_them(kind):
    network = build(kind=kind, label_count=3)
    images, patches = torch.randn(4, 3, 16, 16), grouped(1)
    with pytest.raises(ValueError, match="labels"):
        network(images, patches)
    zeros = torch.zeros(4, dtype=torch.int64)
    assert not torch.allclose(network(images, patches, labels=zeros), network(images, patches, labels=zeros + 2))
    assert torch.equal(network(images, patches, labels=zeros), network(images, patches, torch.ones(4, 2), zeros))


def test_a_class_counts_as_much_as_its_gain_says():
    """As published, a class is one of 829 numbers; told as loud as the patch, it changes scores about as much."""
    scores = []
    for gain in (1.0, 20.0):
        torch.manual_seed(0)
        network = build(kind="hyper", label_count=6, label_gain=gain)
        images, patches = torch.randn(8, 3, 16, 16), grouped(0.6, 0.9)
        told = [network(images, patches, labels=torch.full((8,), label)) for label in range(6)]
        scores.append(torch.stack(told))
    spread = [each.std(dim=0).mean() / each.std() for each in scores]
    assert spread[0] < 0.15
    assert spread[1] > 3 * spread[0]


def test_whole_images_have_no_intervals_of_scales():
    with pytest.raises(ValueError, match="patch_resolution"):
        DiscriminatorConfig(kind="scale-specific", patch_resolution=64, image_resolution=64)
