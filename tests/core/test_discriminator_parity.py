"""Both discriminators equal the published implementation (relative difference 1e-3)."""

import math

import pytest
import torch
import torch.nn.functional as F

from core.patches import extract_patches
from core.rays import Patches
from tests.core.published import published_discriminator

TOLERANCE = 1e-3


@pytest.fixture(scope="module", params=["epigraf-discriminator", "epigraf-discriminator-camera"])
def published(request):
    discriminator, reference = published_discriminator(request.param)
    patches = Patches(reference["patch_scales"][:, 0], reference["patch_offsets"])
    angles = reference["camera_angles"] if discriminator.config.camera_condition else None
    return discriminator, reference, patches, angles


def assert_close(ours: torch.Tensor, reference: torch.Tensor) -> None:
    assert ours.shape == reference.shape
    assert (ours.detach() - reference).abs().max() <= TOLERANCE * reference.abs().max()


def test_patch_extraction(published):
    _, reference, patches, _ = published
    assert_close(extract_patches(reference["real_images"], patches, 16), reference["patches"])


def test_embedding_and_representation(published):
    discriminator, reference, patches, _ = published
    embedding = discriminator.patch_embedding(patches.scales, patches.offsets)
    assert_close(embedding, reference["patch_embedding"])
    assert_close(discriminator.hypernetwork(embedding), reference["patch_representation"])


def test_modulations(published):
    discriminator, reference, patches, _ = published
    expected = reference.group("sigma/")
    modulations = discriminator.modulations(patches)
    assert modulations.keys() == expected.keys()
    for name, sigma in modulations.items():
        assert_close(sigma, expected[name])


def test_logits_penalty_and_gradients(published):
    discriminator, reference, patches, angles = published
    images = reference["patches"].requires_grad_(True)
    logits = discriminator(images, patches, angles)
    assert_close(logits, reference["logits"])
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    penalty = gradient.square().sum(dim=(1, 2, 3))
    assert_close(penalty, reference["r1_penalty"])
    loss = F.softplus(-logits).mean() + (0.05 / 2 * penalty).mean()
    assert_close(loss, reference["loss_real_plus_r1"])
    discriminator.zero_grad()
    loss.backward()
    norms = {name: value.item() for name, value in reference.group("gradnorm/").items()}
    parameters = dict(discriminator.named_parameters())
    assert parameters.keys() == {name for name, norm in norms.items() if not math.isnan(norm)}
    for name, parameter in parameters.items():
        assert parameter.grad is not None, name
        assert parameter.grad.norm().item() == pytest.approx(norms[name], rel=TOLERANCE), name
