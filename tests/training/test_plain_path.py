"""The whole of a step against the method written down plainly: same losses, same gradients of every parameter."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from benchmarks._plain import plain_stepper
from benchmarks.train_step import real_batch
from tests.training.toy import TOY
from training.config import RunConfig
from training.config_files import with_values
from training.networks import Networks
from training.steps import Stepper
from training.telemetry import Telemetry
from training.train_state import seeded_rng

CPU = torch.device("cpu")
# Weights must stay where they are: Adam's first step only looks at the signs of gradients, also of those that are zero.
STILL = {"optimizer.generator_lr": 1e-30, "optimizer.discriminator_lr": 1e-30}
# Of the largest gradient of a parameter; sums of float32 in another order differ by about a hundredth of it.
TOLERANCE = 1e-4
LOSSES = ("Loss/G/loss", "Loss/D/loss", "Loss/D/reg", "Loss/scores/real", "Loss/scores/fake")


def toy(**changes: Any) -> RunConfig:
    values = TOY | STILL | {"poses.kind": "normal", "poses.yaw_spread": 0.4, "optimizer.r1_gamma": 10.0}
    return with_values(RunConfig(), values | {name.replace("__", "."): value for name, value in changes.items()})


def step_of(stepper: Stepper, config: RunConfig) -> tuple[dict[str, float], list[list[torch.Tensor | None]]]:
    """Losses and, after each of the three descents, the gradients of the network that descended."""
    gradients: list[list[torch.Tensor | None]] = []

    def keep(optimizer: torch.optim.Optimizer, *_: object) -> None:
        parameters = optimizer.param_groups[0]["params"]
        gradients.append([None if each.grad is None else each.grad.clone() for each in parameters])

    for optimizer in (stepper.generator_optimizer, stepper.discriminator_optimizer):
        optimizer.register_step_pre_hook(keep)
    telemetry = Telemetry()
    torch.manual_seed(3)
    stepper.step(real_batch(config, CPU), 0, 0.01, telemetry)
    return telemetry.scalars(), gradients


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"discriminator__modulation": "output", "discriminator__camera_condition": True, "loop__batch": 8},
        {"generator__noise": "const", "discriminator__conv_clamp": 0.5, "discriminator__patch_resolution": 16},
    ],
    ids=["input", "output", "clamped"],
)
def test_a_step_equals_the_plain_one(changes: dict[str, Any]):
    torch.set_num_threads(1)
    config = toy(**changes)
    torch.manual_seed(0)
    networks = Networks.build(config, CPU)
    # At the start noise, biases and modulation are zero, and much could go wrong unseen.
    with torch.no_grad():
        for parameter in (*networks.generator.parameters(), *networks.discriminator.parameters()):
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    plain, copies = plain_stepper(config, networks, None, CPU)
    expected_losses, expected = step_of(plain, config)
    ours = Stepper(config, networks, None, seeded_rng(config.loop.seed), CPU)
    losses, gradients = step_of(ours, config)
    for name in LOSSES:
        assert losses[name] == pytest.approx(expected_losses[name], rel=1e-4, abs=1e-5), name
    assert len(gradients) == len(expected) == 3
    names = [[name for name, _ in network.named_parameters()] for network in (copies.generator, copies.discriminator)]
    for phase, mine, theirs, of in zip(("G", "D", "R1"), gradients, expected, [*names, names[1]], strict=True):
        for name, value, reference in zip(of, mine, theirs, strict=True):
            if reference is None:
                assert value is None, (phase, name)
                continue
            assert value is not None, (phase, name)
            error, scale = (value - reference).abs().max(), reference.abs().max()
            assert error <= TOLERANCE * scale + 1e-7, (phase, name, float(error), float(scale))
