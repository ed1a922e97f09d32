"""What is measured for alarms at each tick: how different patches are, and the relief of the moving average."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from core.epigraf import EpigrafGenerator
from core.triplane import TriPlaneField
from tests.training.toy import toy_config, toy_data
from training.config import RunConfig
from training.data_set import ImageDataSet
from training.diversity import diversity
from training.networks import Networks
from training.tick_relief import ReliefGauge


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def test_diversity_is_the_deviation_inside_groups():
    flat = torch.tensor([0.0, 0.2, 0.5, 0.5])[:, None, None, None].expand(-1, 3, 16, 16)
    assert diversity(flat, 2).tolist() == pytest.approx([0.1, 0.0], abs=1e-7)
    assert diversity(flat, 4).item() == pytest.approx(torch.tensor([0.0, 0.2, 0.5, 0.5]).std(unbiased=False).item())


def test_noise_of_rays_counts_for_little():
    torch.manual_seed(0)
    noise = torch.randn(8, 3, 64, 64)
    assert diversity(noise, 4).max() < 0.2, "where single pixels differ by 1"


class Solid(EpigrafGenerator):
    """Shows an ellipsoid instead of what it has learned.

    Attributes:
        thickness: Along z, as a part of the others.
    """

    thickness = 1.0

    def field(self, ws: Tensor, noise: Any = "const") -> TriPlaneField:
        inner, thickness = super().field(ws, noise), self.thickness

        class Ellipsoid(TriPlaneField):
            def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
                shrunk = points / torch.tensor([1.0, 1.0, thickness])
                density = (0.2 - shrunk.norm(dim=-1, keepdim=True)) * 4000
                # As empty as what is learned: with nothing at all even the last sample would let light through.
                return torch.zeros_like(points), density.clamp(min=-15)

        return Ellipsoid(**vars(inner))


def config_of(tmp_path, **changes: Any) -> RunConfig:
    """Cameras in front, on +z."""
    front = {"poses__kind": "normal", "poses__yaw_center": 1.57, "poses__yaw_spread": 0.05, "poses__pitch_spread": 0.05}
    data = tmp_path / "toy.zip"
    return toy_config(data if data.exists() else toy_data(data), generator__render__bounds="box", **front, **changes)


def measured(config: RunConfig, thickness: float) -> float | None:
    generator = Solid(config.generator).eval()
    generator.thickness = thickness
    assert config.data_path is not None
    with ImageDataSet.open(config.data_path, config.data.resolution) as data:
        return ReliefGauge(config, data).measure(generator)


@pytest.mark.parametrize("backdrop", ["field", "white"])
def test_relief_of_a_ball_and_of_a_sheet_before_any_backdrop(tmp_path, backdrop: str):
    config = config_of(tmp_path, generator__render__backdrop=backdrop)
    assert config.generator.rays.backdrop == backdrop
    ball, sheet = measured(config, 1.0), measured(config, 0.15)
    assert ball == pytest.approx(0.39, abs=0.03), "a ball from as near as the cameras stand"
    assert sheet is not None
    assert sheet < 0.1


def test_fog_and_flat_pictures_have_no_relief(tmp_path):
    fog, flat = config_of(tmp_path), config_of(tmp_path, generator__family="stylegan2", generator__plane_resolution=16)
    with ImageDataSet.open(fog.data_path, fog.data.resolution) as data:
        for config in (fog, flat):
            generator = Networks.build(config, torch.device("cpu")).average
            assert ReliefGauge(config, data).measure(generator) is None


def test_measuring_draws_no_random_numbers(tmp_path):
    config = config_of(tmp_path, generator__label_count=3, discriminator__label_count=3)
    generator = Networks.build(config, torch.device("cpu")).average
    with ImageDataSet.open(config.data_path, config.data.resolution) as data:
        gauge, state = ReliefGauge(config, data), torch.get_rng_state()
        gauge.measure(generator)
    assert torch.equal(torch.get_rng_state(), state)
