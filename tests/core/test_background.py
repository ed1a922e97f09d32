"""What lies behind the field: equal to the published sphere, and what holds for any background."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.background import PlaneBackground, inverse_distances, inverse_sphere
from core.bake import bake, z_from_seed
from core.baked import BakedVolume
from core.epigraf import EpigrafGenerator
from core.generator import as_image
from core.model_config import GeneratorConfig, RenderConfig
from core.rays import Patches, camera_rays, patch_grid, pose_matrices, world_rays
from core.volume import render_rays
from tests.core.published import published_generator

TOLERANCE = 1e-4
SMALL = GeneratorConfig(
    z_dim=8, w_dim=16, plane_resolution=16, plane_features=4, channel_base=64, channel_max=8, decoder_hidden=8,
    background_width=12, background_steps=6, render=RenderConfig(coarse_samples=6, fine_samples=6),
)  # fmt: skip


@pytest.fixture(scope="module")
def published():
    return published_generator("epigraf-generator-background")


def assert_equal(ours: torch.Tensor, reference: torch.Tensor) -> None:
    assert ours.shape == reference.shape
    assert (ours - reference).abs().max() <= TOLERANCE


def small(background: str, **changes) -> EpigrafGenerator:
    torch.manual_seed(0)
    config = SMALL.model_copy(update={"background": background, **changes})
    return EpigrafGenerator(config).eval().requires_grad_(False)


def test_the_published_sphere_behind_the_field(published):
    generator, reference = published
    assert generator.config.ws_count == reference["ws"].shape[1]
    assert_equal(generator.mapping(reference["z"]), reference["ws"])
    matrices = pose_matrices(reference.arrays["camera_angles"], 1.0)
    field = generator.field(reference["ws"])
    assert_equal(field.planes, reference["planes"])
    picture = generator.picture(field, matrices, 64)
    assert_equal(picture[:, :3], reference["image"])
    assert_equal(picture[:, 3:4], reference["depth"])
    patches = Patches(reference["patch_scales"][:, 0], reference["patch_offsets"])
    assert_equal(as_image(generator.render(field, matrices, 16, patches).rgb, 16), reference["patch"])


def test_the_published_foreground_and_background_alone(published):
    generator, reference = published
    patches = Patches.whole(4)
    matrices = pose_matrices(reference.arrays["camera_angles"], 1.0)
    origins, directions = world_rays(matrices, camera_rays(patches, 64, 30.0))
    field = generator.field(reference["ws"])
    alone = render_rays(field, origins, directions, generator.config.rays)
    assert_equal(as_image(alone.rgb, 64), reference["image_foreground_only"])
    assert field.background is not None
    colour = field.background(patch_grid(patches, 64).flatten(1, 2), origins, directions)
    assert_equal(as_image(colour, 64), reference["image_background_only"])


@given(st.integers(0, 1000), st.integers(2, 20))
def test_the_inverse_sphere_holds_points_of_the_ray(seed, steps):
    random = torch.Generator().manual_seed(seed)
    origins = F.normalize(torch.randn(1, 1, 3, generator=random, dtype=torch.float64), dim=-1)
    directions = F.normalize(torch.randn(1, 20, 3, generator=random, dtype=torch.float64) - 2 * origins, dim=-1)
    inverse = inverse_distances(steps).double()
    points = inverse_sphere(origins, directions, inverse)
    torch.testing.assert_close(points[..., :3].norm(dim=-1), torch.ones(1, 20, steps, dtype=torch.float64))
    torch.testing.assert_close(points[0, :, -1, :3], directions[0])  # at infinity only the direction is left
    world = points[0, :, :-1, :3] / inverse[:-1, None]
    distances = torch.linalg.cross(world - origins[0], directions[0][:, None].expand_as(world)).norm(dim=-1)
    assert (distances < 1e-6 * world.norm(dim=-1) + 1e-6).all(), "the points lie on the ray"


def test_the_sphere_grows_with_the_distance_of_the_cameras():
    near, far = small("sphere"), small("sphere")
    ws = near.mapping(torch.randn(1, 8))
    pose = torch.tensor([[0.3, 1.2]]).numpy()
    field = near.field(ws)
    grid = patch_grid(Patches.whole(1), 8).flatten(1, 2)
    rays = camera_rays(Patches.whole(1), 8, 30.0)
    ours = field.background(grid, *world_rays(pose_matrices(pose, 1.0), rays))
    object.__setattr__(far, "config", SMALL.model_copy(update={
        "background": "sphere", "render": RenderConfig(radius=3.0, near=2.5, far=3.5),
    }))  # fmt: skip
    theirs = far.field(ws).background(grid, *world_rays(pose_matrices(pose, 3.0), rays))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_a_plane_is_cropped_as_the_patch():
    image = torch.arange(3 * 17 * 17, dtype=torch.float32).reshape(1, 3, 17, 17)
    plane = PlaneBackground(image)
    whole = patch_grid(Patches.whole(1), 17).flatten(1, 2)
    torch.testing.assert_close(as_image(plane(whole, whole, whole), 17), image)
    corner = Patches(torch.tensor([0.5]), torch.tensor([[0.5, 0.0]]))  # y counts from the bottom
    crop = plane(patch_grid(corner, 9).flatten(1, 2), whole, whole)
    torch.testing.assert_close(as_image(crop, 9), image[:, :, 8:, 8:])


@pytest.mark.parametrize("background", ["plane", "sphere"])
def test_patches_are_parts_of_the_whole_with_a_background(background):
    generator = small(background)
    field = generator.field(generator.mapping(torch.randn(2, 8)))
    matrices = pose_matrices(torch.tensor([[0.3, 1.2], [2.0, 1.7]]).numpy(), 1.0)
    whole = as_image(generator.render(field, matrices, 17).rgb, 17)
    square = Patches(torch.full((2,), 0.5), torch.tensor([[0.5, 0.0], [0.0, 0.5]]))
    patch = as_image(generator.render(field, matrices, 9, square).rgb, 9)
    torch.testing.assert_close(patch[0], whole[0, :, 8:, 8:], atol=1e-4, rtol=0)
    torch.testing.assert_close(patch[1], whole[1, :, :9, :9], atol=1e-4, rtol=0)


@pytest.mark.parametrize("background", ["plane", "sphere"])
def test_light_that_passes_the_field_shows_the_background(background):
    generator = small(background)
    generator.decoder.out.bias[3] = -1e3  # an empty field
    field = generator.field(generator.mapping(torch.randn(1, 8)))
    matrices = pose_matrices(torch.tensor([[0.3, 1.2]]).numpy(), 1.0)
    picture = generator.picture(field, matrices, 8)
    patches = Patches.whole(1)
    origins, directions = world_rays(matrices, camera_rays(patches, 8, 30.0))
    expected = field.background(patch_grid(patches, 8).flatten(1, 2), origins, directions)
    torch.testing.assert_close(picture[:, :3], as_image(expected, 8))
    assert picture[:, 4].abs().max() < 1e-6
    assert expected.std() > 1e-3


def test_the_plane_stays_and_the_sphere_turns_with_the_camera():
    matrices = [pose_matrices(torch.tensor([[yaw, 1.2]]).numpy(), 1.0) for yaw in (0.0, math.pi)]
    for background, stays in (("plane", True), ("sphere", False)):
        generator = small(background)
        generator.decoder.out.bias[3] = -1e3
        field = generator.field(generator.mapping(torch.randn(1, 8)))
        one, other = (generator.picture(field, matrix, 8)[:, :3] for matrix in matrices)
        assert torch.allclose(one, other, atol=1e-4) == stays


def test_gradients_reach_all_of_the_background():
    generator = EpigrafGenerator(SMALL.model_copy(update={"background": "sphere"}))
    field = generator.field(generator.mapping(torch.randn(2, 8)))
    matrices = pose_matrices(torch.tensor([[0.3, 1.2], [2.0, 1.7]]).numpy(), 1.0)
    generator.render(field, matrices, 4).rgb.square().sum().backward()
    for name, parameter in generator.background.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


def test_a_baked_volume_holds_foreground_and_background_apart(tmp_path):
    for background in ("plane", "sphere"):
        generator = small(background)
        volume = bake(generator, generator.mapping(z_from_seed(0, 8)), 8)
        assert (volume.last_delta, volume.white_back) == (1e-3, False)
        assert volume.surround is not None
        assert volume.surround.shape == {"plane": (1, 16, 16, 4), "sphere": (6, 16, 32, 4)}[background]
        volume.save(tmp_path / "volume.npz")
        loaded = BakedVolume.load(tmp_path / "volume.npz")
        assert loaded.surround is not None
        assert (loaded.surround == volume.surround).all()
        assert loaded.note == volume.note
