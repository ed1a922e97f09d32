"""Empty cells: none holds matter, and distances never lead into it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig, RenderConfig
from core.occupancy import MOST_ABSORBED, _distances, occupancy
from core.triplane import TriPlaneField

RENDER = RenderConfig(fov=30, radius=1, near=0.74, far=1.26, cube_scale=0.35, bounds="box")


def field_of(seed: int) -> TriPlaneField:
    config = GeneratorConfig(z_dim=8, w_dim=8, plane_resolution=16, plane_features=4, channel_max=16, render=RENDER)
    torch.manual_seed(seed)
    generator = EpigrafGenerator(config).eval().requires_grad_(False)
    generator.decoder.out.weight[3] *= 200
    generator.decoder.out.bias[3] = -40
    return generator.field(generator.mapping(torch.randn(1, 8)))


@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(1, 4))
def test_distances_are_those_of_the_chessboard(seed, size, count):
    rng = np.random.default_rng(seed)
    occupied = np.zeros((size, size, size), bool)
    places = rng.integers(0, size, (count, 3))
    occupied[tuple(places.T)] = True
    found = _distances(occupied)
    cells = np.stack(np.meshgrid(*[np.arange(size)] * 3, indexing="ij"), axis=-1)
    expected = np.abs(cells[..., None, :] - places).max(axis=-1).min(axis=-1)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("seed", range(3))
def test_rays_through_empty_cells_absorb_next_to_nothing(seed):
    field = field_of(seed)
    empty = occupancy(field)
    assert empty.shape == (32, 32, 32)
    assert 0.05 < (empty > 0).mean() < 0.95
    points = (torch.rand(1, 20_000, 3) * 2 - 1) * field.box
    cells = ((points[0] / field.box + 1) / 2 * 32).long().clamp(0, 31).numpy()
    density = F.softplus(field(points)[1])[0, :, 0].numpy()
    passed = empty[cells[:, 2], cells[:, 1], cells[:, 0]] > 0
    assert passed.sum() > 500
    longest = 2 * math.sqrt(3) * field.box
    assert 1 - math.exp(-density[passed].max() * longest) < 2 * MOST_ABSORBED
    assert density[~passed].max() > 1


def test_a_field_without_matter_is_empty_everywhere():
    field = field_of(0)
    field.decoder.out.bias[3] = -1e4
    assert (occupancy(field) > 0).all()


def test_it_can_be_given_up():
    def stop(done: float) -> None:
        raise InterruptedError(str(done))

    with pytest.raises(InterruptedError):
        occupancy(field_of(0), stop)
