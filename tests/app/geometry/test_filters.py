"""Filters do what their names say, leave their input alone, and keep what they should keep."""

import numpy as np
import pytest

from app.geometry.extract import extract
from app.geometry.figures import component_sizes, figures_of
from app.geometry.filters import apply
from app.geometry.polydata import faces_of, normals_of, points_of, polydata
from core.density import density_grid
from core.density_grid import DensityGrid
from core.geometry import Decimate, DropSmall, FillHoles, Largest, Smooth
from tests.core.spheres import CENTRE, RADIUS, THRESHOLD, VOLUME, ball, distance


def balls(*radii: float, resolution: int = 48) -> DensityGrid:
    """Balls side by side along x, within a box of 1."""
    line = np.linspace(-1, 1, resolution)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    middles = np.linspace(-0.6, 0.6, len(radii))
    parts = [radius - np.sqrt((x - at) ** 2 + y**2 + z**2) for radius, at in zip(radii, middles, strict=True)]
    return DensityGrid((1 + np.max(parts, axis=0)).astype(np.float32), 1.0)


@pytest.fixture(scope="module")
def sphere():
    return extract(density_grid(ball(65), 64), THRESHOLD)


@pytest.fixture(scope="module")
def three():
    return extract(balls(0.1, 0.3, 0.2), 1.0)


def test_the_largest_component_stays(three):
    assert figures_of(three).components == 3
    figures = figures_of(apply(three, Largest()))
    assert (figures.components, figures.watertight) == (1, True)
    assert figures.volume == pytest.approx(4 / 3 * np.pi * 0.3**3, rel=0.03)
    assert figures_of(three).components == 3  # the input is as it was


def test_small_components_go(three):
    sizes, _ = component_sizes(three)
    least = sorted(sizes)[1]
    figures = figures_of(apply(three, DropSmall(faces=int(least))))
    assert (figures.components, figures.faces) == (2, sizes.sum() - sizes.min())
    with pytest.raises(ValueError, match="the largest has"):
        apply(three, DropSmall(faces=10**6))


def test_a_filter_with_nothing_to_do_gives_the_same(sphere):
    for each in (Largest(), DropSmall(faces=10), FillHoles(), Decimate(faces=10**6)):
        assert apply(sphere, each) is sphere


def test_holes_up_to_a_size_are_filled(sphere):
    points, faces = points_of(sphere), faces_of(sphere)
    middles = points[faces].mean(axis=1)
    holes = (middles[:, 0] > CENTRE[0] + 0.19) | (middles[:, 1] < CENTRE[1] - 0.12)  # a small one and a large one
    open_ball = polydata(points, faces[~holes])
    before = figures_of(open_ball)
    small = figures_of(apply(open_ball, FillHoles(radius=0.08)))
    both = figures_of(apply(open_ball, FillHoles(radius=0.17)))
    assert before.open_edges > small.open_edges > both.open_edges == 0
    assert both.volume == pytest.approx(VOLUME * 0.87, rel=0.05)  # flat where it was open, faces all outwards


def test_smoothing_removes_noise_without_shrinking(sphere):
    rng = np.random.default_rng(0)
    points = points_of(sphere) + rng.normal(0, 0.001, (sphere.GetNumberOfPoints(), 3)).astype(np.float32)
    noisy = polydata(points, faces_of(sphere))
    smooth = apply(noisy, Smooth(passes=30, band=0.1))
    before, after = (np.abs(distance(points_of(each)) - RADIUS).mean() for each in (noisy, smooth))
    assert after < before / 2
    assert figures_of(smooth).volume == pytest.approx(VOLUME, rel=0.01)


def test_decimation_keeps_the_shape_with_the_faces_that_were_asked_for(sphere):
    few = apply(sphere, Decimate(faces=2000))
    figures = figures_of(few)
    assert figures.faces == pytest.approx(2000, rel=0.01)
    assert figures.vertices < 1100  # none that no face uses
    assert figures.volume == pytest.approx(VOLUME, rel=0.01)
    assert np.abs(distance(points_of(few)) - RADIUS).max() < 0.004
    outwards = (points_of(few) - CENTRE) / distance(points_of(few))[:, None]
    assert (outwards * normals_of(few)).sum(axis=1).min() > 0.9
