"""EG3D through the same loop: pairs of pictures, a growing raw size, smooth densities, and all that a run must be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.checkpoint import load_checkpoint
from core.eg3d import Eg3dGenerator
from core.shares import Share
from core.triplane import Decoder, TriPlaneField
from core.upsampler import resized
from tests.core.eg3d_toy import eg3d_toy
from tests.training.teams import train_together
from tests.training.test_pieces import EVERYTHING, assert_alike, small_run
from tests.training.test_trainer import assert_same_weights
from tests.training.toy import TOY_EG3D, toy_config, toy_data, toy_run
from training.__main__ import train_run
from training.augment_config import AugmentConfig
from training.augmenter import Augmenter
from training.batches import RealBatch
from training.config import ConfigError
from training.dual import augmented, real_pair
from training.evaluated_pictures import no_labels, view_pairs
from training.networks import Networks
from training.objective import density_roughness
from training.shown import Shown
from training.steps import Stepper
from training.telemetry import Telemetry

MIXED = {**EVERYTHING, **TOY_EG3D, "patches__supersample": 1, "generator__plane_axes": "fixed"}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def test_it_trains_is_recorded_and_comes_back(tmp_path):
    run = toy_run(tmp_path, loop__batch=8, loop__total_kimg=0.08, optimizer__r1_interval=2, **TOY_EG3D)
    assert train_run(run) == 0
    rows = run.stats().rows
    names = ("Loss/G/loss", "Loss/D/loss", "Loss/G/reg", "Loss/r1_penalty", "Gradients/density", "Anneal/spoof")
    assert all(np.isfinite([row[name] for name in names]).all() for row in rows)
    assert rows[-1]["Patch/scale_mean"] == 1
    with np.load(run.tick_path(int(rows[-1]["Progress/tick"]))) as tick:
        assert not any(name.startswith("sigma/") for name in tick.files)
    snapshot = load_checkpoint(run.snapshots()[-1].path)
    assert isinstance(snapshot.generator, Eg3dGenerator)
    assert snapshot.discriminator is not None
    assert snapshot.discriminator.config == run.config().discriminator
    assert Image.open(run.samples()[-1].path).size == (6 * 16, 4 * 16)


def test_a_resumed_run_is_the_same(tmp_path):
    whole, halves = small_run(tmp_path, **MIXED), small_run(tmp_path, **MIXED, loop__total_kimg=0.016)
    assert train_run(whole) == 0
    assert train_run(halves) == 0
    halves.set_at_start({"loop.total_kimg": 0.048})
    assert train_run(halves) == 0
    assert_same_weights(whole, halves)


@pytest.mark.process
def test_pieces_and_processes_learn_what_one_does(tmp_path):
    one, pieces, two = (small_run(tmp_path, **MIXED, **more) for more in ({}, {"parallel__micro_batch": 2}, {}))
    assert train_run(one) == 0
    assert train_run(pieces) == 0
    assert train_together(two, 2) == [0, 0]
    for other in (pieces, two):
        assert_alike(one, other)
        rows = zip(one.stats().rows, other.stats().rows, strict=True)
        assert all(ours["Loss/G/reg"] == pytest.approx(theirs["Loss/G/reg"], rel=1e-4) for ours, theirs in rows)


def test_both_sides_of_a_step_are_shown_pairs_of_one_raw_size(tmp_path):
    config = toy_config(toy_data(tmp_path / "toy.zip"), **{**TOY_EG3D, "anneal__blur_sigma": 0.0}, loop__batch=4)
    torch.manual_seed(0)
    device = torch.device("cpu")
    networks, seen = Networks.build(config, device), []

    def look(_: Any, given: Any, named: dict[str, torch.Tensor], __: Any) -> None:
        seen.append((given[0].detach(), named["raw"].detach()))

    networks.discriminator.register_forward_hook(look, with_kwargs=True)
    poses = np.array([[0.0, 1.5, 0.0], [1.0, 1.0, 0.0]])
    stepper = Stepper(config, networks, poses, np.random.default_rng(0), device)
    images = torch.rand(4, 3, 16, 16)
    for kimg, side in ((0.0, 6), (0.02, 7), (1.0, 8)):
        seen.clear()
        stepper.step(RealBatch(images, np.zeros((4, 3))), 0, kimg, Telemetry())
        assert [raw.shape[-1] for _, raw in seen] == [side] * 4, "G's, D's generated and real ones, the penalty's"
        assert torch.equal(seen[2][0], images)
        torch.testing.assert_close(seen[2][1], resized(images, (side, side)))


def test_a_pair_is_augmented_alike():
    shown = Shown(*_pair(torch.rand(2, 3, 16, 16)))
    config = AugmentConfig(kind="fixed", p=1.0, flip=True, colour=True)
    given = augmented(Augmenter(config, 2, np.random.default_rng(0)), shown, Share.all_of(2))
    assert given.raw is not None
    assert given.raw.shape == (2, 3, 8, 8)
    assert not torch.allclose(given.images, shown.images, atol=0.1)
    # Resampled once more than what it is compared with.
    assert (given.raw - resized(given.images, (8, 8))).abs().mean() < 0.25 * (given.raw - shown.raw).abs().mean()
    still = augmented(Augmenter(AugmentConfig(kind="none"), 2, np.random.default_rng(0)), shown, Share.all_of(2))
    assert still.images is shown.images
    assert still.raw is shown.raw


def _pair(images: torch.Tensor) -> tuple[Any, ...]:
    smooth = resized(resized(images, (4, 4)), (16, 16))
    images, raw = real_pair(smooth, 8, 0.0)
    return images, None, None, None, raw


class FirstFeature(Decoder):
    """Density is the first feature."""

    def forward(self, features: torch.Tensor, directions: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        return features.expand(-1, -1, 3), features[..., :1]

    def activated_(self, hidden: torch.Tensor) -> torch.Tensor:
        raise AssertionError("nobody asks for it")

    def density_row(self) -> tuple[torch.Tensor, torch.Tensor]:
        raise AssertionError("nobody asks for it")

    colour_rows = density_row


def test_roughness_is_how_steep_the_density_is():
    """A density that rises along x alone, by 1 from the middle to a face: points differ by what lies between in x."""
    box, distance = 0.5, 0.001
    planes = torch.zeros(4, 3, 9, 9)
    planes[:, 0] = torch.linspace(-3, 3, 9)  # the mean of three planes is taken
    found = float(density_roughness(TriPlaneField(planes, FirstFeature(), box), distance))
    assert found == pytest.approx(distance / box * math.sqrt(2 / math.pi), rel=0.1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"discriminator__kind": "standard"}, "family is eg3d and discriminator.kind is standard"),
        ({"generator__family": "epigraf"}, "family is epigraf and discriminator.kind is dual"),
        ({"generator__upsampler__input_resolution": 16}, "must be two or four times"),
        ({"generator__background": "plane"}, "the family eg3d has no such field: set background to none"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path, changes, says):
    with pytest.raises(ConfigError, match=says):
        toy_config(toy_data(tmp_path / "toy.zip"), **{**TOY_EG3D, **changes})


def test_the_angle_of_view_reaches_from_edge_to_edge(tmp_path):
    data = toy_data(tmp_path / "toy.zip")
    ours, theirs = (toy_config(data, **changes).generator.render.fov for changes in (TOY_EG3D, {}))
    assert theirs == 30
    assert math.tan(math.radians(ours) / 2) == pytest.approx(math.tan(math.radians(15)) * 16 / 15)


def test_close_views_are_compared_pixel_by_pixel():
    """What a view says of a pixel's place is where its ray goes: the angle of view ends at edges, views in middles."""
    generator = eg3d_toy()
    (pair,) = view_pairs(generator, np.array([[0.3, 1.2]]), 16, 0, no_labels)
    first, second = pair.first, pair.second
    origins, directions = generator._rays(generator.raw_places(1, 16).flatten(1, 2), first.matrix[None], None)
    expected = origins + directions * first.distance.reshape(1, -1, 1)
    torch.testing.assert_close(first.points.reshape(1, -1, 3), expected, atol=1e-5, rtol=1e-5)
    assert not torch.equal(first.matrix, second.matrix)
