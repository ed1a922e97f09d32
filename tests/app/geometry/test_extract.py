"""The surface of a ball is a ball: where it should be, as large as it should be, facing outwards."""

import numpy as np
import pytest

from app.geometry import extract as extracting
from app.geometry.extract import count_vertices, extract, touches_box
from app.geometry.figures import figures_of
from app.geometry.polydata import as_mesh, normals_of, points_of
from app.workers.worker_child import Cancelled
from core.density import density_grid
from core.density_grid import DensityGrid
from tests.core.spheres import AREA, BOX, CENTRE, RADIUS, THRESHOLD, VOLUME, ball, distance


@pytest.mark.parametrize("resolution", [64, 65, 97])
def test_a_ball_is_where_it_is_and_as_large_as_it_is(resolution):
    grid = density_grid(ball(), resolution)
    surface = extract(grid, THRESHOLD)
    figures, points = figures_of(surface), points_of(surface).astype(np.float64)
    assert np.abs(distance(points) - RADIUS).max() < grid.spacing / 2
    assert figures.area == pytest.approx(AREA, rel=0.01)
    assert figures.volume == pytest.approx(VOLUME, rel=0.01)  # positive: faces look outwards
    assert (figures.components, figures.watertight) == (1, True)
    np.testing.assert_allclose(np.mean(figures.bounds, axis=0), CENTRE, atol=grid.spacing / 2)
    outwards = (points - CENTRE) / distance(points)[:, None]
    assert (outwards * normals_of(surface)).sum(axis=1).min() > 0.999
    assert count_vertices(grid, THRESHOLD) == figures.vertices
    assert not touches_box(grid, THRESHOLD)


def test_faces_are_wound_as_normals_look():
    mesh = as_mesh(extract(density_grid(ball(33), 64), THRESHOLD))
    corners = mesh.points[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((across * mesh.normals[mesh.faces[:, 0]]).sum(axis=1) > -1e-12).all()


def test_what_runs_into_the_box_is_cut_off_there_or_closed():
    line = 10 * (0.1 - np.linspace(-BOX, BOX, 20))
    values = np.broadcast_to(np.logaddexp(0, line)[None, :, None], (20, 20, 20)).astype(np.float32)
    grid, threshold = DensityGrid(values, BOX), float(np.log(2))  # dense below y = 0.1
    assert touches_box(grid, threshold)
    cut, closed = (figures_of(extract(grid, threshold, closed=closed)) for closed in (False, True))
    assert cut.bounds[1][1] == pytest.approx(0.1, abs=1e-6)
    assert cut.volume is None
    assert cut.open_edges > 0
    assert closed.watertight
    assert closed.volume == pytest.approx(0.7 * 0.7 * 0.45, rel=0.01)
    assert np.abs(closed.bounds).max() <= BOX + 1e-6


def test_a_box_that_is_all_dense_has_a_surface_only_when_closed():
    grid = DensityGrid(np.full((8, 8, 8), 5, np.float32), BOX)
    with pytest.raises(ValueError, match="no surface at a density of 2"):
        extract(grid, 2)
    assert figures_of(extract(grid, 2, closed=True)).volume == pytest.approx(0.7**3, rel=0.01)


def test_no_surface_names_the_densities_there_are():
    with pytest.raises(ValueError, match=r"no surface at a density of 500: .* from 0 to 39\.\d per world unit"):
        extract(density_grid(ball(33), 32), 500)


def test_too_large_a_surface_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(extracting, "MOST_FACES", 1000)
    with pytest.raises(ValueError, match="lower resolution"):
        extract(density_grid(ball(33), 32), THRESHOLD)


def test_it_can_be_given_up():
    with pytest.raises(Cancelled):
        extract(density_grid(ball(33), 32), THRESHOLD, watch=lambda _: False)
