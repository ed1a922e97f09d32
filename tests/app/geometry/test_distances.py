"""Distances of spheres to each other are the differences of their radii."""

import numpy as np
import pytest
from vtkmodules.vtkFiltersSources import vtkSphereSource

from app.geometry.distances import compare, distances_to, spread
from app.geometry.polydata import polydata


def sphere(radius: float):
    source = vtkSphereSource()
    source.SetRadius(radius)
    source.SetThetaResolution(48)
    source.SetPhiResolution(48)
    source.Update()
    return source.GetOutput()


def test_a_mesh_has_no_distance_to_itself():
    assert compare(sphere(1), sphere(1), 500).chamfer < 1e-6


def test_spheres_inside_each_other():
    found = compare(sphere(1), sphere(1.25), 2000)
    assert found.forth == pytest.approx(0.25, abs=0.005)
    assert found.back == pytest.approx(0.25, abs=0.005)
    assert found.chamfer == found.forth + found.back
    assert found.farthest == pytest.approx(0.25, abs=0.01)


def test_inside_is_negative():
    assert distances_to(np.array([[0.5, 0, 0], [2, 0, 0]]), sphere(1)) == pytest.approx([-0.5, 1], abs=0.005)


def test_points_are_spread_by_area():
    two = polydata(
        np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 0, 0], [8, 0, 0], [5, 1, 0]]), np.array([[0, 1, 2], [3, 4, 5]])
    )
    points = spread(two, 4000)
    assert (points[:, 0] > 3).mean() == pytest.approx(0.75, abs=0.03)
    assert (points == spread(two, 4000)).all()
    with pytest.raises(ValueError, match="without faces"):
        spread(polydata(np.zeros((3, 3)), np.zeros((0, 3), np.int64)), 10)
