import pytest
import torch

from benchmarks.train_step import real_batch
from tests.training.toy import TOY
from training.config import Precision, RunConfig
from training.config_files import with_values
from training.networks import Networks
from training.steps import Stepper
from training.telemetry import Telemetry
from training.train_state import seeded_rng

CPU = torch.device("cpu")


def trained(precision: Precision, steps: int) -> tuple[Networks, dict[str, float]]:
    """Networks after some steps, and what the steps said."""
    torch.set_num_threads(1)
    changes = {"poses.kind": "normal", "poses.yaw_spread": 0.4, "loop.precision": precision}
    config = with_values(RunConfig(), TOY | changes)
    torch.manual_seed(0)
    networks = Networks.build(config, CPU)
    stepper = Stepper(config, networks, None, seeded_rng(0), CPU)
    real, telemetry = real_batch(config, CPU), Telemetry()
    for index in range(steps):
        stepper.step(real, index, 0.004 * index, telemetry)
    return networks, telemetry.scalars()


def test_bf16_trains_and_keeps_weights_in_full():
    networks, said = trained("bf16", 10)
    _, expected = trained("float32", 10)
    assert "Gradients/bad_steps" not in said
    for network in (networks.generator, networks.average, networks.discriminator):
        for name, parameter in network.named_parameters():
            assert parameter.dtype == torch.float32, name
            assert parameter.isfinite().all(), name
    for name in ("Loss/G/loss", "Loss/D/loss"):
        assert said[name] == pytest.approx(expected[name], rel=0.05), name
        assert said[name] != expected[name], "nothing was rounded"


def test_only_what_is_trained_is_rounded():
    networks, _ = trained("bf16", 1)
    networks.average.load_state_dict(networks.generator.state_dict())
    z = torch.randn(2, networks.average.config.z_dim, generator=torch.Generator().manual_seed(0))
    ws = networks.average.mapping(z)
    rounded, exact = networks.generator.backbone(ws), networks.average.backbone(ws)
    assert rounded.dtype == exact.dtype == torch.float32
    error = (rounded - exact).abs().max() / exact.abs().max()
    assert 1e-4 < error < 0.05  # bfloat16 has 8 bits


def test_float32_is_what_nobody_chose():
    assert RunConfig().loop.precision == "float32"
    networks, _ = trained("tf32", 1)  # on a processor the same
    other, _ = trained("float32", 1)
    for (name, one), two in zip(networks.generator.named_parameters(), other.generator.parameters(), strict=True):
        assert torch.equal(one, two), name


def test_optimisers_of_older_runs_go_on():
    config = with_values(RunConfig(), TOY | {"poses.kind": "normal", "poses.yaw_spread": 0.4})
    torch.manual_seed(0)
    networks = Networks.build(config, CPU)
    parameters = list(networks.generator.parameters())
    older = torch.optim.Adam(parameters, **config.optimizer.generator_adam)  # not fused
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    older.step()
    stepper = Stepper(config, networks, None, seeded_rng(0), CPU)
    stepper.generator_optimizer.load_state_dict(older.state_dict())
    before = [parameter.detach().clone() for parameter in parameters]
    stepper.step(real_batch(config, CPU), 0, 0.0, Telemetry())
    assert all(parameter.isfinite().all() for parameter in parameters)
    assert any(not torch.equal(parameter, old) for parameter, old in zip(parameters, before, strict=True))
