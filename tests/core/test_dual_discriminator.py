"""Dual discrimination equals the published implementation, and compares pictures with their raw ones."""

import pytest
import torch

from core.model_config import DiscriminatorConfig
from core.rays import Patches
from core.scale_specific import build_discriminator
from core.upsampler import resized
from tests.core.published import published_dual_discriminator

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def published():
    discriminator, reference = published_dual_discriminator()
    # The reference has labels, of which yaw and pitch say as much.
    label = reference["camera_label"]
    eye = torch.nn.functional.normalize(label[:, [3, 7, 11]], dim=1)
    angles = torch.stack([torch.atan2(eye[:, 2], eye[:, 0]), eye[:, 1].acos()], dim=1)
    return discriminator, reference, angles


def test_logits_and_penalty_on_both_pictures(published):
    discriminator, reference, angles = published
    images, raw = (reference[name].requires_grad_(True) for name in ("image", "image_raw"))
    logits = discriminator(images, Patches.whole(len(images)), angles, raw=raw)
    assert (logits - reference["logits"][:, 0]).abs().max() <= TOLERANCE
    gradients = torch.autograd.grad(logits.sum(), (images, raw))
    penalty = torch.stack([each.square().sum(dim=(1, 2, 3)) for each in gradients]).sum(dim=0)
    assert (penalty / reference["r1_penalty"] - 1).abs().max() <= TOLERANCE


def test_a_picture_alone_is_beside_itself(published):
    discriminator, reference, angles = published
    images, patches = reference["image"], Patches.whole(4)
    with torch.no_grad():
        alone = discriminator(images, patches, angles)
        assert torch.equal(alone, discriminator(images, patches, angles, raw=resized(images, (64, 64))))
        assert not torch.allclose(alone, discriminator(images, patches, angles, raw=reference["image_raw"]))


def test_it_needs_whole_pictures_and_their_generator():
    with pytest.raises(ValueError, match=r"judges whole pictures: set patch_resolution \(16\)"):
        DiscriminatorConfig(kind="dual", image_resolution=32, patch_resolution=16)
    with pytest.raises(ValueError, match="needs to know the generator"):
        build_discriminator(DiscriminatorConfig(kind="dual", image_resolution=16, patch_resolution=16))
