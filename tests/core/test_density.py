"""Densities on a grid are those of the field, in the right places; colours at points are those of pictures."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bake import Cancelled, grid_points
from core.density import SEEN_DEPTH, SEEN_SAMPLES, checked_layers, colours_at, density_grid, field_of, seen_colours
from core.triplane import Painting, TriPlaneDecoder, TriPlaneField
from tests.core.spheres import BOX, CENTRE, OUTER, STEEPNESS, ball, distance


def random_field(seed: int, size: int) -> TriPlaneField:
    torch.manual_seed(seed)
    decoder = TriPlaneDecoder(5, 7)
    with torch.no_grad():
        decoder.hidden.bias.normal_()
        decoder.out.bias.normal_()
    return TriPlaneField(torch.randn(1, 15, size, size), decoder, 0.4)


@settings(max_examples=25)
@given(st.integers(0, 1000), st.sampled_from([4, 8, 16]), st.integers(2, 21))
def test_layers_are_the_field_at_the_points_of_the_grid(seed, size, resolution):
    field = random_field(seed, size)
    with torch.no_grad():
        points = grid_points(resolution, field.box, slice(None))
        density = F.softplus(field(points.reshape(1, -1, 3))[1]).reshape(points.shape[:3])
    np.testing.assert_allclose(density_grid(field, resolution).values, density.numpy(), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("resolution", [32, 33])
def test_a_grid_lies_in_the_world_of_the_cameras(resolution):
    grid = density_grid(ball(), resolution)
    line = np.linspace(-BOX, BOX, resolution)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    raw = STEEPNESS * (OUTER**2 - distance(np.stack([x, y, z], axis=-1)) ** 2)
    np.testing.assert_allclose(grid.values, np.logaddexp(0, raw), atol=0.05)


def test_a_density_that_is_not_finite_is_refused():
    field = random_field(0, 4)
    field.planes[0, 0, 1, 1] = torch.nan
    with pytest.raises(ValueError, match=r"not finite at .* of 512 points"):
        density_grid(field, 8)


def test_it_tells_how_far_it_is_and_gives_up_when_asked():
    told: list[float] = []
    layers = checked_layers(random_field(0, 4), 8, on_progress=told.append, cancelled=lambda: len(told) == 3)
    with pytest.raises(Cancelled):
        list(layers)
    assert told == [1 / 8, 2 / 8, 3 / 8]


def test_colours_are_those_of_pictures():
    field, points = random_field(3, 8), np.random.default_rng(0).uniform(-0.4, 0.4, (500, 3)).astype(np.float32)
    with torch.no_grad():
        raw = field(torch.from_numpy(points)[None])[0][0].numpy()
    shown = np.clip(0.5 * raw + 0.5, 0, 1)
    colours = colours_at(field, points)
    assert colours.dtype == np.uint8
    assert np.abs(colours / 255 - shown).max() <= 0.51 / 255


def test_colours_that_are_seen_are_those_of_a_ray_that_enters():
    field, point, normal = random_field(5, 8), np.array([[0.05, 0.1, -0.02]]), np.array([[0.6, 0.0, 0.8]])
    depths = np.linspace(0, SEEN_DEPTH * field.box, SEEN_SAMPLES)
    way = torch.from_numpy(point - depths[:, None] * normal).float()
    with torch.no_grad():
        raw, density = (each[0].double().numpy() for each in field(way[None]))
    absorbed = -np.expm1(-np.logaddexp(0, density[:-1, 0]) * np.diff(depths))
    weights = absorbed * np.cumprod(np.concatenate([[1], 1 - absorbed[:-1]]))
    expected = np.clip(0.5 * (weights @ raw[:-1]) / weights.sum() + 0.5, 0, 1)
    assert np.abs(seen_colours(field, point, normal)[0] / 255 - expected).max() < 0.6 / 255


def test_of_what_is_opaque_the_surface_is_seen():
    field = ball()
    with torch.no_grad():
        field.decoder.out.weight[3] *= 1000  # a ball that nothing shines through
        field.decoder.out.bias[3] *= 1000
    normals = np.array([[1.0, 0, 0], [0, 0.6, 0.8]])
    points = np.array(CENTRE) + (OUTER - 0.01) * normals
    own, seen = colours_at(field, points).astype(int), seen_colours(field, points, normals)
    assert np.abs(own - seen).max() <= 2


def test_a_flat_picture_has_no_density():
    with pytest.raises(ValueError, match=r"flat\.safetensors makes flat pictures"):
        field_of(Painting(torch.zeros(1, 3, 4, 4)), "flat.safetensors")
