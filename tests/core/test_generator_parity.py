"""The generator equals the published implementation (maximum absolute difference 1e-4)."""

import pytest
import torch

from core.camera import cam2world
from core.generator import as_image
from core.rays import Patches, camera_rays, pose_matrices
from core.volume import DETERMINISTIC, coarse_depths, ray_range
from tests.core.published import published_generator

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def published():
    return published_generator()


def assert_equal(ours: torch.Tensor, reference: torch.Tensor) -> None:
    assert ours.shape == reference.shape
    assert (ours - reference).abs().max() <= TOLERANCE


@pytest.mark.parametrize(
    ("key", "psi", "cutoff"), [("ws", 1, None), ("ws_psi07", 0.7, None), ("ws_psi05_cutoff3", 0.5, 3)]
)
def test_mapping_and_truncation(published, key, psi, cutoff):
    generator, reference = published
    assert_equal(generator.mapping(reference["z"], psi, cutoff), reference[key])


def test_planes_and_field(published):
    generator, reference = published
    field = generator.field(reference["ws"])
    assert_equal(field.planes, reference["planes"])
    rgb, density = field(reference["points"])
    assert_equal(rgb, reference["field_rgb_sigma"][..., :3])
    assert_equal(density, reference["density_raw"])


def test_cameras_and_rays(published):
    _, reference = published
    angles = reference.arrays["camera_angles"]
    assert_equal(torch.from_numpy(cam2world(angles[:, 0], angles[:, 1], 1.0)).float(), reference["cam2world"])
    patches = Patches(reference["patch_scales"][:, 0], reference["patch_offsets"])
    assert_equal(camera_rays(patches, 16, 30.0), reference["ray_directions_camera"])


def test_coarse_depths(published):
    generator, reference = published
    near, far = ray_range(torch.zeros(4, 1, 3), torch.ones(4, 1, 3), generator.config.render)
    depths = coarse_depths(near, far, 12, DETERMINISTIC)
    assert_equal(depths, reference["z_vals"])


def test_picture_and_depth(published):
    generator, reference = published
    matrices = pose_matrices(reference.arrays["camera_angles"], 1.0)
    picture = generator.picture(generator.field(reference["ws"]), matrices, 64)
    assert_equal(picture[:, :3], reference["image"])
    assert_equal(picture[:, 3:4], reference["depth"])


def test_patches(published):
    generator, reference = published
    matrices = pose_matrices(reference.arrays["camera_angles"], 1.0)
    patches = Patches(reference["patch_scales"][:, 0], reference["patch_offsets"])
    rendering = generator.render(generator.field(reference["ws"]), matrices, 16, patches)
    assert_equal(as_image(rendering.rgb, 16), reference["patch"])
