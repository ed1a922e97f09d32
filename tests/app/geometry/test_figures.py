"""Figures of meshes that one can count by hand."""

import numpy as np
import pytest

from app.geometry.figures import figures_of
from app.geometry.polydata import polydata

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
CUBE = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]]
)  # fmt: skip


def test_a_cube():
    figures = figures_of(polydata(CORNERS, CUBE))
    assert (figures.vertices, figures.faces, figures.components, figures.open_edges) == (8, 12, 1, 0)
    assert figures.watertight
    assert figures.area == pytest.approx(6)
    assert figures.volume == pytest.approx(1)
    assert figures.bounds == ((0, 0, 0), (1, 1, 1))


def test_an_open_cube_has_no_volume():
    figures = figures_of(polydata(CORNERS, CUBE[:-1]))
    assert (figures.open_edges, figures.volume, figures.manifold) == (3, None, True)


def test_two_cubes_that_do_not_touch():
    far = np.concatenate([CORNERS, CORNERS + 3])
    figures = figures_of(polydata(far, np.concatenate([CUBE, CUBE + 8])))
    assert (figures.components, figures.volume) == (2, pytest.approx(2))


def test_a_fin_is_not_manifold():
    fin = np.concatenate([CUBE, [[0, 1, 8]]])
    figures = figures_of(polydata(np.concatenate([CORNERS, [[-1, -1, 0]]]), fin))
    assert (figures.manifold, figures.watertight) == (False, False)


def test_nothing():
    figures = figures_of(polydata(np.zeros((0, 3)), np.zeros((0, 3), np.int64)))
    assert (figures.faces, figures.components, figures.area) == (0, 0, 0)
