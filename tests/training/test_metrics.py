import pytest
import torch

from core.checkpoint import save_checkpoint
from core.epigraf import EpigrafGenerator
from core.model_config import GeneratorConfig
from tests.training.toy import toy_config, toy_data
from training.evaluate import evaluate
from training.metrics import mask_iou, mean_mask, sliced_wasserstein


def discs(count: int, radius: float, shade: float, seed: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    y, x = torch.meshgrid(torch.linspace(-1, 1, 32), torch.linspace(-1, 1, 32), indexing="ij")
    inside = (x**2 + y**2 < radius**2)[None, None]
    color = shade + 0.1 * torch.rand(count, 3, 1, 1, generator=random)
    return torch.where(inside, color, torch.ones(()))


def test_distance_is_small_between_like_sets_and_grows_with_colour_and_shape():
    real, again = discs(60, 0.6, -0.5, 0), discs(60, 0.6, -0.5, 1)
    floor = sliced_wasserstein(real, again)
    assert set(floor) == {32, 16}
    for other in (discs(60, 0.6, 0.2, 1), discs(60, 0.9, -0.5, 1)):
        distance = sliced_wasserstein(real, other)
        assert all(distance[level] > 3 * floor[level] for level in floor)


def test_masks_tell_shapes_apart():
    one, same, larger = (mean_mask(discs(8, radius, -0.5, 0)) for radius in (0.5, 0.5, 0.8))
    assert mask_iou(one, same) == 1
    assert mask_iou(one, larger) == pytest.approx(0.25 / 0.64, abs=0.05)
    empty = mean_mask(torch.ones(2, 3, 32, 32))
    assert mask_iou(one, empty) == 0
    assert mask_iou(empty, empty) == 1


def test_sets_of_different_shape_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        sliced_wasserstein(torch.zeros(2, 3, 32, 32), torch.zeros(3, 3, 32, 32))


def test_an_untrained_network_is_far_from_the_data(tmp_path):
    torch.manual_seed(0)
    data = toy_data(tmp_path / "toy.zip", count=40)
    generator = EpigrafGenerator(toy_config(data).generator)
    save_checkpoint(tmp_path / "new.safetensors", generator, None, {})
    fractions = []
    result = evaluate(tmp_path / "new.safetensors", data, on_progress=fractions.append)
    assert result.pictures == 20
    assert fractions[-1] == 1
    assert result.mask_iou < 0.7 < result.mask_iou_floor
    assert all(result.wasserstein[level] > 2 * result.wasserstein_floor[level] for level in result.wasserstein)


def test_too_few_pictures_are_said(tmp_path):
    data = toy_data(tmp_path / "toy.zip", count=3)
    save_checkpoint(tmp_path / "new.safetensors", EpigrafGenerator(toy_config(data).generator), None, {})
    with pytest.raises(ValueError, match="at least 4"):
        evaluate(tmp_path / "new.safetensors", data)


def test_sizes_that_cannot_be_compared_are_said(tmp_path):
    data = toy_data(tmp_path / "toy.zip", resolution=24)
    save_checkpoint(
        tmp_path / "new.safetensors", EpigrafGenerator(GeneratorConfig(z_dim=8, plane_resolution=8)), None, {}
    )
    with pytest.raises(ValueError, match="24 px; comparing takes a power of two"):
        evaluate(tmp_path / "new.safetensors", data)
