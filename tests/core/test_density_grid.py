"""Between the points of a grid, densities and their slopes are linear; outside of the box there is nothing."""

import numpy as np
import pytest

from core.density_grid import DensityGrid


def linear_grid(resolution: int = 9, half: float = 0.5) -> DensityGrid:
    line = np.linspace(-half, half, resolution)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    return DensityGrid((10 + x + 2 * y + 4 * z).astype(np.float32), half)


def test_linear_densities_are_exact_everywhere():
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (200, 3))
    points[:8] = np.sign(points[:8]) * 0.5  # corners
    np.testing.assert_allclose(linear_grid().at(points), 10 + points @ [1, 2, 4], atol=1e-5)
    np.testing.assert_allclose(linear_grid().gradient(points), np.tile([1.0, 2.0, 4.0], (200, 1)), atol=1e-4)


def test_normals_look_from_dense_to_thin():
    np.testing.assert_allclose(linear_grid().normals(np.zeros(3)), -np.array([1, 2, 4]) / np.sqrt(21), atol=1e-5)
    even = DensityGrid(np.ones((3, 3, 3), np.float32), 1.0)
    assert (even.normals(np.zeros((2, 3))) == 0).all()


def test_there_is_nothing_outside():
    assert linear_grid().at(np.array([[0.51, 0, 0], [0, -0.6, 0]])).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("values", "half"),
    [
        (np.zeros((2, 2, 3), np.float32), 1.0),
        (np.zeros((4, 4, 4)), 1.0),
        (np.zeros((1, 1, 1), np.float32), 1.0),
        (np.zeros((4, 4, 4), np.float32), 0.0),
    ],
)
def test_what_is_no_grid_is_refused(values, half):
    with pytest.raises(ValueError, match="density grid"):
        DensityGrid(values, half)
