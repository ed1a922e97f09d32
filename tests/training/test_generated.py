"""What is drawn for generated pictures: cameras, classes, and what is told of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from core.families import build_generator
from tests.training.toy import toy_config, toy_data
from training.generated import GeneratedPatches
from training.telemetry import Telemetry

BATCH = 64
TOLD = {
    "generator__camera_condition": True,
    "discriminator__camera_condition": True,
    "anneal__spoof_start": 0.5,
    "anneal__spoof_end": 0.5,
    "loop__batch": BATCH,
}
LABELS = {"generator__label_count": 3, "discriminator__label_count": 3}
# Each class is seen from yaws of its own, half a radian around its number; the first one more often than others.
CLASSES = np.array([0] * 30 + [1] * 6 + [2] * 4)
POSES = np.stack([CLASSES + np.linspace(-0.25, 0.25, 40), np.full(40, 1.5), np.zeros(40)], axis=1)


def drawer(tmp_path: Any, **changes: Any) -> GeneratedPatches:
    torch.manual_seed(0)
    config = toy_config(toy_data(tmp_path / "toy.zip"), **{**TOLD, **changes})
    generator = build_generator(config.generator)
    return GeneratedPatches(config, generator, POSES, CLASSES, np.random.default_rng(5), torch.device("cpu"))


def test_classes_come_with_poses_that_the_data_set_has_of_them(tmp_path):
    draw = drawer(tmp_path, **LABELS).draw(0.0, Telemetry())
    assert draw.labels is not None
    assert draw.told is not None
    assert np.array_equal(draw.poses[:, 0].round(), draw.labels.numpy())
    assert torch.equal(draw.told[:, 0].round().to(torch.int64), draw.labels), "spoofed cameras are of the class, too"
    others = ~np.isclose(draw.told.numpy(), draw.poses, atol=1e-6).all(axis=1)
    assert 0.25 < others.mean() < 0.6
    assert np.bincount(draw.labels.numpy(), minlength=3).tolist() == pytest.approx([48, 9.6, 6.4], abs=8)


def test_without_labels_random_numbers_are_drawn_as_ever(tmp_path):
    generated, rng = drawer(tmp_path), np.random.default_rng(5)
    draw = generated.draw(0.0, Telemetry())
    assert draw.labels is None
    rows, others, spoofed = rng.integers(40, size=BATCH), rng.integers(40, size=BATCH), rng.random(BATCH) < 0.5
    assert np.array_equal(draw.poses, POSES[rows, :2])
    assert draw.told is not None
    assert np.allclose(draw.told, np.where(spoofed[:, None], POSES[others, :2], POSES[rows, :2]), atol=1e-6)


def test_poses_of_a_law_say_nothing_of_the_class(tmp_path):
    draw = drawer(tmp_path, **LABELS, poses__kind="uniform", poses__yaw_spread=3.0).draw(0.0, Telemetry())
    assert draw.labels is not None
    assert (draw.poses[:, 0].round() != draw.labels.numpy()).any()
    assert set(draw.labels.tolist()) == {0, 1, 2}
