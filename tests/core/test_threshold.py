"""The proposed threshold makes the silhouette of the rendering; densities and opacities are the same thing twice."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.density_grid import DensityGrid
from core.threshold import SEEN, RayLaw, density_of, histogram, opacity_of, proposed

LAW = RayLaw(near=0.5, far=1.5, radius=1.0, fov=40.0, samples=33)


def ball_grid(inside: float, radius: float = 0.2, resolution: int = 48) -> DensityGrid:
    line = np.linspace(-0.35, 0.35, resolution)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    values = inside * np.clip(0.5 + (radius - np.sqrt(x**2 + y**2 + z**2)) / 0.03, 0, 1)
    return DensityGrid(values.astype(np.float32), 0.35)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1))
def test_density_and_opacity_are_inverse(density, step):
    if density * step < 20:
        assert density_of(opacity_of(density, step), step) == pytest.approx(density, rel=1e-6)


def test_an_opacity_of_one_has_no_density():
    with pytest.raises(ValueError, match="opacity"):
        density_of(1.0, 0.1)


def test_a_step_is_that_of_the_training():
    assert LAW.step == 1 / 32


def test_every_point_is_counted_once():
    grid = ball_grid(200)
    edges, counts, least, most = histogram(grid)
    assert counts.sum() == 48**3
    assert (least, most) == (0, 200)
    assert edges[0] < edges[-1]
    dense = (grid.values > edges[40]).sum()
    assert abs(counts[40:].sum() - dense) <= 1


@pytest.mark.parametrize("inside", [30.0, 1000.0])
def test_the_proposed_surface_is_where_the_ball_is(inside):
    grid = ball_grid(inside)
    found = proposed(grid, LAW)
    assert 0 < found < inside
    radius = 0.2 + 0.03 * (0.5 - found / inside)  # where the density falls through it
    # A ray that touches the ball sees a tenth of opacity a little inside of its edge.
    assert radius == pytest.approx(0.2, abs=0.02)


def test_nothing_to_be_seen_proposes_nothing():
    thin = math.log(1 / (1 - SEEN)) / 0.7 / 4  # through the whole box, less than what is seen
    assert proposed(DensityGrid(np.full((8, 8, 8), thin, np.float32), 0.35), LAW) is None
