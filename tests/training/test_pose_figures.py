"""Figures of poses against what is known of them."""

import math

import numpy as np

from training.pose_figures import HISTOGRAM_BINS, pose_figures


def test_a_uniform_sphere_is_flat_on_the_map():
    rng = np.random.default_rng(0)
    pitch = np.arccos(rng.uniform(-1, 1, 200_000))
    figures = pose_figures(np.stack([rng.uniform(0, math.tau, 200_000), pitch], axis=1))
    assert np.abs(figures.density - 1).max() < 0.3
    assert abs(figures.density.mean() - 1) < 1e-9
    assert figures.pitch.argmax() in range(HISTOGRAM_BINS // 2 - 4, HISTOGRAM_BINS // 2 + 4)


def test_places_on_the_map():
    figures = pose_figures(np.array([[math.pi / 2, 0.01, 0.0], [3 * math.pi, math.pi / 2 + 0.01, 0.0]]))
    rows, columns = np.nonzero(figures.density)
    assert rows.tolist() == [0, 6]
    assert columns.tolist() == [18, 0]  # a quarter turn; half a turn, which is also minus half a turn
    assert figures.yaw.sum() == figures.pitch.sum() == 2
