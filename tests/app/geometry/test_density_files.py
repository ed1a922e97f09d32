"""Densities in files are the densities, in the right places, for readers of others."""

import json

import mrcfile
import numpy as np
import pytest

from app.geometry.density_files import load_density, save_density
from core.density import density_grid
from core.scene import Latent, Scene, Source
from tests.core.spheres import BOX, CENTRE, ball

SCENE = Scene(latent=Latent(seed=3))


@pytest.fixture(scope="module")
def grid():
    return density_grid(ball(33), 40, source="ball, seed 3")


def test_mrc(grid, tmp_path, capsys):
    path = tmp_path / "ball.mrc"
    save_density(path, grid, SCENE)
    assert mrcfile.validate(path)
    with mrcfile.open(path) as mrc:
        np.testing.assert_array_equal(mrc.data, grid.values)
        assert mrc.is_volume()
        assert mrc.voxel_size.x == pytest.approx(grid.spacing, rel=1e-6)
        origin = np.array([mrc.header.origin[axis] for axis in "xyz"])
        z, y, x = np.unravel_index(mrc.data.argmax(), mrc.data.shape)
        middle = origin + np.array([x, y, z]) * [float(mrc.voxel_size[axis]) for axis in "xyz"]
        labels = mrc.get_labels()
    np.testing.assert_allclose(origin, -BOX, rtol=1e-6)
    np.testing.assert_allclose(middle, CENTRE, atol=grid.spacing)
    assert "ball, seed 3" in labels
    assert json.loads("".join(labels[2:]))["epigraf-scene"]["latent"] == {"seed": 3}


def test_a_scene_too_long_for_labels_is_left_out(grid, tmp_path):
    path = tmp_path / "ball.mrc"
    save_density(path, grid, Scene(Source("checkpoint", "x" * 900)))
    with mrcfile.open(path) as mrc:
        assert len(mrc.get_labels()) == 2


def test_npz(grid, tmp_path):
    path = tmp_path / "new" / "ball.npz"
    save_density(path, grid, SCENE)
    read, scene = load_density(path)
    np.testing.assert_array_equal(read.values, grid.values)
    assert (read.half, read.source, scene) == (grid.half, grid.source, SCENE)


def test_what_is_no_density_is_refused(grid, tmp_path):
    np.savez(tmp_path / "other.npz", a=1)
    with pytest.raises(ValueError, match="no density grid"):
        load_density(tmp_path / "other.npz")
    with pytest.raises(ValueError, match=r"written as \.mrc or \.npz"):
        save_density(tmp_path / "ball.vdb", grid, SCENE)
