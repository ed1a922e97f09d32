"""EG3D's field through all that looks at fields: baking, densities, planes, views, checkpoints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.background import PlainBackground
from core.bake import bake_sample, grid_points
from core.camera import Camera
from core.checkpoint import load_checkpoint, save_checkpoint
from core.density import density_grid
from core.eg3d import AXES, Eg3dGenerator
from core.field_parts import DecoderForm, FieldParts
from core.fold import fold_sample, without_exact_form
from core.midpoints import Midpoints
from core.model_config import RenderConfig
from core.place_gradients import PlacedField, sampled
from core.ray_probe import probe_ray
from core.rays import pose_matrices
from core.triplane import TriPlaneField, sample_planes
from core.upsampled_viewing import UpsampledViewing, drawing_of, raw_places
from core.viewing import Tile, View, Viewing
from tests.core.eg3d_toy import eg3d_toy


def field_of(generator: Eg3dGenerator) -> TriPlaneField:
    return generator.field(torch.randn(1, generator.config.ws_count, 8, generator=torch.manual_seed(3)))


@pytest.mark.parametrize("plane_axes", ["published", "fixed"])
def test_planes_are_spanned_as_configured(plane_axes):
    """Against three plain samplings: edges of texels lie on the faces, and the third plane has its own axes."""
    field = field_of(eg3d_toy(plane_axes=plane_axes))
    points = (torch.rand(1, 500, 3, generator=torch.manual_seed(0)) - 0.5) * 2.4 * field.box
    third = {"published": [2, 0], "fixed": [2, 1]}[plane_axes]
    expected = torch.stack(
        [
            F.grid_sample(plane, points[:, :, None, axes] / field.box, align_corners=False)[0, :, :, 0].T
            for plane, axes in zip(field.planes.chunk(3, dim=1), ([0, 1], [0, 2], third), strict=True)
        ]
    ).mean(dim=0)
    torch.testing.assert_close(field.features(points)[0], expected, atol=2e-6, rtol=1e-5)
    torch.testing.assert_close(PlacedField.of(field).features(points)[0], expected, atol=2e-6, rtol=1e-5)
    assert not torch.allclose(sample_planes(field.planes, points / field.box), expected[None], atol=1e-2)
    assert not torch.allclose(sampled(field.planes, points / field.box), expected[None], atol=1e-2)


@pytest.mark.parametrize("plane_axes", ["published", "fixed"])
@pytest.mark.parametrize("resolution", [9, 16, 33])
def test_a_grid_of_densities_is_that_of_the_field(plane_axes, resolution):
    field = field_of(eg3d_toy(plane_axes=plane_axes))
    points = grid_points(resolution, field.box, slice(None)).reshape(1, -1, 3)
    expected = F.softplus(field(points)[1]).reshape(resolution, resolution, resolution)
    found = torch.from_numpy(density_grid(field, resolution).values)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_a_baked_volume_holds_colours_as_they_are_integrated():
    generator = eg3d_toy()
    field = field_of(generator)
    volume = bake_sample(field, generator.config.rays, 17, generator.marching)
    colour, density = field(grid_points(17, field.box, slice(None)).reshape(1, -1, 3))
    expected = torch.cat([colour, density], dim=-1).reshape(17, 17, 17, 4)
    torch.testing.assert_close(torch.from_numpy(volume.values).float(), expected, atol=5e-3, rtol=5e-3)
    assert (volume.values[..., :3] >= -1.003).all()
    assert (volume.values[..., :3] <= 1.003).all()
    assert volume.summation == "midpoints", "no last sample that reaches further"
    assert volume.white_back
    assert "before it is upsampled" in volume.note


def test_faces_are_in_front_of_black():
    """Where light passes, published pictures without white are black, in rays, volumes and with another backdrop."""
    generator = eg3d_toy(render=RenderConfig(coarse_samples=8, fine_samples=8, bounds="box", white_back=False))
    generator.decoder.out.bias[0] = -80
    field = field_of(generator)
    assert isinstance(field.background, PlainBackground)
    seen = generator.render(field, pose_matrices(np.array([[0.3, 1.2]]), 1.0), 8)
    assert (seen.rgb == -1).all()
    volume = bake_sample(field, generator.config.rays, 8)
    assert volume.surround is not None
    assert (volume.surround[..., :3] == -1).all()
    assert not volume.white_back
    view = View(Camera(), 8, 8, "white", upsampled=False)
    assert (drawing_of(generator, field, view).draw(Tile(0, 0, 8, 8))[..., :3] == 255).all()


@pytest.mark.parametrize("plane_axes", ["published", "fixed"])
def test_its_exact_form_names_its_parts(plane_axes):
    generator = eg3d_toy(plane_axes=plane_axes)
    field = field_of(generator)
    folded = fold_sample(field, generator.config.rays, generator.marching)
    form = DecoderForm("softplus", "sigmoid")
    assert folded.parts == FieldParts(AXES[plane_axes], False, form, "smoothed", "midpoints")
    assert "before it is upsampled" in folded.note
    assert without_exact_form(field, generator.marching) == ""


def test_what_no_shader_knows_has_no_exact_form():
    class Another(Midpoints):
        summation = None

    generator = eg3d_toy()
    field, marching = field_of(generator), replace(generator.marching, integrator=Another())
    assert fold_sample(field, generator.config.rays, marching) is None
    assert "shaders" in without_exact_form(field, marching)
    assert bake_sample(field, generator.config.rays, 4, marching).summation == "samples"


def test_a_view_is_the_upsampled_picture_or_what_rays_see():
    generator = eg3d_toy()
    field, size = field_of(generator), 16
    camera = Camera(yaw=0.3, pitch=1.2, radius=1.0, fov=30)
    whole = Tile(0, 0, size, size)
    upsampled = drawing_of(generator, field, View(camera, size, size))
    assert isinstance(upsampled, UpsampledViewing)
    # The viewport's angle of view ends in the middles of the outer pixels, that of training at their edges.
    edges = 2 * np.degrees(np.arctan(np.tan(np.radians(15)) * size / (size - 1)))
    matrix = pose_matrices(np.array([[0.3, 1.2]]), 1.0)
    picture = generator.picture(field, matrix, size, fov=float(edges))[0]
    expected = 255 * (0.5 + 0.5 * picture[:3].permute(1, 2, 0).numpy()).clip(0, 1)
    assert np.abs(upsampled.draw(whole)[..., :3] - expected).max() <= 1
    halves = np.concatenate([upsampled.draw(Tile(x, 0, 8, size)) for x in (0, 8)], axis=1)
    assert (halves == upsampled.draw(whole)).all()
    assert isinstance(drawing_of(generator, field, View(camera, size, size, upsampled=False)), Viewing)


@pytest.mark.parametrize(("width", "height"), [(24, 16), (16, 24)])
def test_wide_and_tall_views_hold_the_square_one(width, height):
    generator = eg3d_toy()
    field, camera = field_of(generator), Camera(radius=1.0, fov=30)
    whole = drawing_of(generator, field, View(camera, width, height)).draw(Tile(0, 0, width, height))
    left, top = (width - 16) // 2, (height - 16) // 2
    square = drawing_of(generator, field, View(camera, 16, 16)).draw(Tile(0, 0, 16, 16))
    difference = np.abs(whole[top : top + 16, left : left + 16].astype(int) - square)
    # Near the edges convolutions, and what makes large, see what lies beyond them.
    assert difference[2:14, 2:14, 3].max() <= 1, "rays are the same"
    assert difference[6:9, 6:9].max() <= 2
    assert raw_places(width, height, 8).shape == (height // 2, width // 2, 2)


def test_conditioning_is_apart_from_viewing():
    """The pose that G is told changes the sample, the camera that looks does not."""
    generator = eg3d_toy(camera_condition=True)
    z = torch.randn(1, 8, generator=torch.manual_seed(0))
    told = [generator.mapping(z, angles=torch.tensor([[yaw, 1.5]])) for yaw in (0.2, 1.4)]
    assert not torch.allclose(*told, atol=1e-3)
    front = torch.tensor([[np.pi / 2, np.pi / 2]], dtype=torch.float32)
    assert torch.allclose(generator.mapping(z), generator.mapping(z, angles=front), atol=1e-6)


def test_a_checkpoint_brings_it_back(tmp_path):
    generator = eg3d_toy(camera_condition=True)
    save_checkpoint(tmp_path / "a.safetensors", generator, None, {})
    loaded = load_checkpoint(tmp_path / "a.safetensors").generator
    assert loaded.config == generator.config
    matrix = pose_matrices(np.array([[0.3, 1.2]]), 1.0)
    pictures = [each.picture(field_of(each), matrix, 16) for each in (generator, loaded)]
    assert torch.equal(*pictures)


@pytest.mark.parametrize("white", [True, False])
@pytest.mark.parametrize("backdrop", ["learned", "white"])
def test_a_probed_ray_is_that_of_the_raw_picture(white, backdrop):
    generator = eg3d_toy(render=RenderConfig(bounds="box", coarse_samples=8, fine_samples=8, white_back=white))
    viewing = Viewing(generator, field_of(generator), View(Camera(radius=1.0), 16, 16, backdrop))
    profile = probe_ray(viewing, (0.1, -0.2))
    seen = viewing.render(torch.tensor([[[0.1, -0.2]]]))
    assert profile.colour == pytest.approx(seen.rgb[0, 0].tolist(), abs=1e-5)
    assert profile.opacity == pytest.approx(float(seen.opacity), abs=1e-5)
    assert profile.depth == pytest.approx(float(seen.depth), abs=1e-5)
