import math

import numpy as np
import pytest

from core.poses import PoseConfig, mean_pose


def draw(count=20_000, poses=None, **settings):
    return PoseConfig(**settings).sample(count, np.random.default_rng(1), poses)


def test_spherical_uniform_covers_the_sphere_evenly():
    drawn = draw(kind="spherical-uniform")
    # Equal area: cos(pitch) and yaw are uniform (Archimedes).
    np.testing.assert_allclose(np.quantile(np.cos(drawn[:, 1]), [0.25, 0.5, 0.75]), [-0.5, 0, 0.5], atol=0.02)
    np.testing.assert_allclose(np.quantile(drawn[:, 0], [0.25, 0.75]), [-math.pi / 2, math.pi / 2], atol=0.05)


def test_spherical_uniform_keeps_to_its_band():
    drawn = draw(kind="spherical-uniform", pitch_center=1.2, pitch_spread=0.2)
    assert drawn[:, 1].min() >= 1.0 - 1e-9
    assert drawn[:, 1].max() <= 1.4 + 1e-9


def test_normal_has_the_stated_deviation_and_truncated_stops_at_two():
    wide = draw(kind="normal", yaw_spread=0.3, pitch_spread=0.1)
    assert wide[:, 0].std() == pytest.approx(0.3, rel=0.05)
    cut = draw(kind="truncated-normal", yaw_spread=0.3, pitch_spread=0.1)
    assert np.abs(cut[:, 0]).max() <= 0.6
    assert np.abs(wide[:, 0]).max() > 0.6


def test_custom_draws_the_data_sets_poses():
    poses = np.array([[0.1, 1.0, 0], [0.2, 1.1, 0]])
    drawn = draw(50, poses, kind="custom")
    assert {tuple(row) for row in drawn} == {(0.1, 1.0), (0.2, 1.1)}


def test_custom_without_poses_says_what_to_do():
    with pytest.raises(ValueError, match="no camera angles: choose another law"):
        draw(1, None, kind="custom")


def test_the_mean_pose_crosses_the_seam_of_yaw():
    yaw, pitch = mean_pose(np.array([[3.0, 1.2, 0.5], [-3.0, 1.4, 0.5]]))
    assert (abs(yaw), pitch) == (pytest.approx(math.pi), pytest.approx(1.3))


def test_poses_all_around_have_no_mean_yaw():
    around = np.stack([np.linspace(0, math.tau, 12, endpoint=False), np.full(12, 1.0)], axis=1)
    assert mean_pose(around) == (None, pytest.approx(1.0))
