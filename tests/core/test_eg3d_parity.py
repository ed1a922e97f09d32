"""The EG3D generator equals the published implementation: 1e-4 before its upsampler, 1e-3 after it."""

import math

import numpy as np
import pytest
import torch

from core.eg3d import Eg3dGenerator
from core.upsampler import FeatureField
from tests.core.published import published_eg3d


@pytest.fixture(scope="module")
def published():
    generator, reference = published_eg3d()
    yaw, pitch = reference.arrays["yaw_pitch"].T
    # Published yaws turn the other way round, and pitches count equal parts of the sphere.
    poses = np.stack([math.pi - yaw, np.arccos(1 - 2 * pitch / math.pi)], axis=1)
    return generator, reference, poses


@pytest.fixture(scope="module")
def drawn(published):
    generator, reference, poses = published
    assert isinstance(generator, Eg3dGenerator)
    places = generator.raw_places(2, generator.config.upsampler.raw_resolution)
    return generator.upsampled(generator.field(reference["ws"]), generator.cameras(poses), places)


def assert_equal(ours: torch.Tensor, reference: torch.Tensor, tolerance: float = 1e-4) -> None:
    assert ours.shape == reference.shape
    assert (ours - reference).abs().max() <= tolerance


def test_camera_label(published):
    generator, reference, poses = published
    assert_equal(generator.mapping.camera_code(torch.from_numpy(poses).float()), reference["camera_label"])


@pytest.mark.parametrize(("key", "psi"), [("ws", 1), ("ws_psi07", 0.7)])
def test_mapping_of_latent_and_label(published, key, psi):
    generator, reference, poses = published
    angles = torch.from_numpy(poses).float()
    assert_equal(generator.mapping(reference["z"], psi, angles=angles), reference[key])


def test_planes_and_field(published):
    generator, reference, _ = published
    field = generator.field(reference["ws"])
    assert_equal(field.planes.unflatten(1, (3, 32))[..., ::32, ::32], reference["planes_stride32"])
    points = reference["points"]
    features, density = FeatureField(field)(points)
    # Colours are those of [-1, 1], densities those before softplus, as in all families.
    assert_equal((features + 1) / 2, reference["field_rgb"])
    assert_equal(density + 1, reference["field_sigma"])
    for ours, all_of_them in zip(field(points), (features[..., :3], density), strict=True):
        torch.testing.assert_close(ours, all_of_them)


def test_rays_go_through_the_middles_of_pixels(published):
    generator, reference, poses = published
    places = generator.raw_places(2, 64).flatten(1, 2)
    origins, directions = generator._rays(places, generator.cameras(poses), None)
    assert_equal(origins, reference["ray_origins"])
    assert_equal(directions[:, ::64], reference["ray_directions"])


def test_raw_picture_and_depth(published, drawn):
    generator, reference, poses = published
    assert_equal(drawn.raw, reference["image_raw"])
    # The published depth is that of the light that is absorbed.
    assert_equal(drawn.depth / drawn.opacity, reference["image_depth"])
    seen = generator.render(generator.field(reference["ws"]), generator.cameras(poses), 64)
    assert_equal(seen.rgb.transpose(1, 2).unflatten(2, (64, 64)), reference["image_raw"])


def test_upsampled_picture(published, drawn):
    generator, reference, poses = published
    assert_equal(drawn.image, reference["image"], 1e-3)
    picture = generator.picture(generator.field(reference["ws"]), generator.cameras(poses), 128)
    assert_equal(picture[:, :3], reference["image"], 1e-3)
