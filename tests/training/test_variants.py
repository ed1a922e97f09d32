"""Ten steps of every variant: what the paper compares must train, be recorded and come back from a snapshot."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.checkpoint import load_checkpoint
from core.discriminator import PatchDiscriminator, minibatch_std
from core.model_config import DiscriminatorConfig
from core.patches import extract_patches
from core.rays import Patches
from core.schedules import DiscreteSchedule
from tests.training.toy import toy_config, toy_data, toy_run
from training.__main__ import train_run
from training.batches import RealBatch
from training.networks import Networks
from training.objective import r1_penalty
from training.steps import Stepper
from training.telemetry import Telemetry

SCHEDULES = [
    {"patches__kind": "beta"},
    {"patches__kind": "uniform"},
    {"patches__kind": "graf", "patches__decay": 50},
    {"patches__kind": "gnerf", "patches__decay": 50},
    {"patches__kind": "discrete"},
    {"patches__kind": "discrete", "patches__scales": [0.5, 0.6]},
]
DISCRIMINATORS = [
    {"discriminator__kind": "hyper", "discriminator__modulation": "input"},
    {"discriminator__kind": "hyper", "discriminator__modulation": "output", "discriminator__camera_condition": True},
    {"discriminator__kind": "standard"},
    {"discriminator__kind": "standard", "discriminator__camera_condition": True},
    {"discriminator__kind": "scale-specific", "discriminator__experts": 2},
    {"discriminator__kind": "scale-specific", "discriminator__experts": 4},
    {"discriminator__label_count": 3, "data__mirror": True},
    {"discriminator__label_count": 3, "generator__label_count": 3, "generator__camera_condition": True},
]
ALIASING = [
    {"patches__antialias": "area"},
    {"patches__supersample": 2},
    {"patches__antialias": "area", "patches__supersample": 2, "patches__kind": "discrete"},
]


@pytest.mark.parametrize(
    "changes", [*SCHEDULES, *DISCRIMINATORS, *ALIASING], ids=lambda changes: "-".join(map(str, changes.values()))
)
def test_ten_steps(tmp_path, changes):
    run = toy_run(tmp_path, loop__batch=8, loop__total_kimg=0.08, optimizer__r1_interval=2, **changes)
    assert train_run(run) == 0
    rows = run.stats().rows
    assert rows[-1]["Progress/step"] == 10
    assert all(np.isfinite([row["Loss/G/loss"], row["Loss/D/loss"], row["Loss/r1_penalty"]]).all() for row in rows)
    config, snapshot = run.config(), load_checkpoint(run.snapshots()[-1].path)
    assert snapshot.discriminator is not None
    assert snapshot.discriminator.config == config.discriminator
    with np.load(run.tick_path(int(rows[-1]["Progress/tick"]))) as tick:
        drawn = tick["scales"]
        modulated = any(name.startswith("sigma/") for name in tick.files)
    assert modulated is (config.discriminator.kind == "hyper")
    law = config.schedule
    if isinstance(law, DiscreteSchedule):
        assert set(drawn) <= set(np.float32(law.scales))
    else:
        assert (drawn >= np.float32(law.quantile(np.zeros(1), 0.08)) - 1e-6).all()


def test_a_configuration_without_the_new_settings_is_the_published_one():
    config = DiscriminatorConfig.model_validate_json('{"image_resolution": 64, "modulation": "input"}')
    assert (config.kind, config.label_count) == ("hyper", 0)


@pytest.mark.parametrize("kind", ["beta", "uniform"])
def test_samples_of_a_group_share_their_patch_and_are_compared(tmp_path, kind):
    """The samples that share a square are those that the minibatch-std layer puts together."""
    anneal = {"anneal__blur_sigma": 0.0, "patches__kind": kind, "patches__anneal_kimg": 1e-6}
    config = toy_config(toy_data(tmp_path / "toy.zip"), loop__batch=12, discriminator__group_size=3, **anneal)
    torch.manual_seed(0)
    networks, device = Networks.build(config, torch.device("cpu")), torch.device("cpu")
    seen: list[Patches] = []
    networks.discriminator.register_forward_pre_hook(lambda _, given: seen.append(given[1]))
    poses = np.array([[0.0, 1.5, 0.0], [1.0, 1.0, 0.0]])
    stepper = Stepper(config, networks, poses, np.random.default_rng(0), device)
    stepper.step(RealBatch(torch.zeros(12, 3, 16, 16), np.zeros((12, 3))), 0, 1.0, Telemetry())
    assert len(seen) == 4, "G's patches, D's generated and real ones, and the real ones again for the penalty"
    for patches in seen:
        squares = torch.cat([patches.scales[:, None], patches.offsets], dim=1)  # [batch, 3]
        assert len(squares.unique(dim=0)) > 1
        deviation = minibatch_std(squares[:, :, None, None].expand(-1, -1, 4, 4), 3)[:, 3]
        assert (deviation < 2e-4).all(), "inside its groups nothing differs"


def test_the_penalty_is_that_of_the_filtered_patch():
    """R1 is about what D sees: against finite differences of its logit."""
    torch.manual_seed(3)
    config = DiscriminatorConfig(image_resolution=64, patch_resolution=8, channel_base=256, channel_max=8, hyper_dim=8)
    network, square = PatchDiscriminator(config).eval(), Patches(torch.full((2,), 0.9), torch.tensor([[0.05, 0.1]] * 2))
    patches = extract_patches(torch.rand(2, 3, 64, 64), square, 8, "area").requires_grad_(True)
    logits = network(patches, square)
    penalty = r1_penalty(logits, patches)
    (gradient,) = torch.autograd.grad(logits.sum(), patches, retain_graph=True)
    length = gradient.flatten(1).norm(dim=1)
    unit, step = gradient / length[:, None, None, None], 1e-2
    with torch.no_grad():
        slope = (network(patches + step * unit, square) - network(patches - step * unit, square)) / (2 * step)
    torch.testing.assert_close(penalty, length.square())
    torch.testing.assert_close(slope, length, rtol=0.05, atol=1e-4)
