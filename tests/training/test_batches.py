"""Real pictures for training: in their order whatever is read ahead, as bytes until they are where they are needed."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch

from core.shares import Share
from training import batches
from training.batches import AHEAD, RealBatches, as_numbers
from training.data_format import DataSetError
from training.data_set import ImageDataSet
from training.sampler import ShuffledOrder

CPU = torch.device("cpu")
COUNT, SIDE, BATCH = 10, 4, 4


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(batches, "usable_cores", lambda: AHEAD)


def pictures(image=None) -> ImageDataSet:
    """Ten pictures of which each is one grey: its number."""

    def grey(index: int) -> np.ndarray:
        return np.full((SIDE, SIDE, 3), index, np.uint8)

    class Pictures(SimpleNamespace):
        def __len__(self) -> int:
            return COUNT

    angles = np.arange(3.0 * COUNT).reshape(COUNT, 3)
    found = Pictures(resolution=SIDE, all_angles=angles, all_labels=np.arange(COUNT), image=image or grey)
    return cast("ImageDataSet", found)


@pytest.mark.parametrize("cached", [True, False])
def test_batches_come_in_order_over_passes_and_after_leaps(monkeypatch, cached):
    if not cached:
        monkeypatch.setattr(batches, "CACHE_BYTES", 0)
    share = Share(1, 3, BATCH)
    real, order = RealBatches(pictures(), BATCH, 5, CPU, share), ShuffledOrder(COUNT, 5)
    for drawn in (0, 4, 8, 12, 16, 100, 104, 4, 8):
        indices = order.indices(drawn, BATCH)[1:3]
        batch = real.at(drawn)
        assert batch.images.shape == (2, 3, SIDE, SIDE)
        expected = torch.tensor(indices, dtype=torch.float32) / 127.5 - 1
        assert torch.equal(batch.images[:, 0, 0, 0], expected)
        assert batch.angles is not None
        assert batch.labels is not None
        assert batch.angles[:, 0].tolist() == [3.0 * index for index in indices]
        assert batch.labels.tolist() == indices
    real.close()


def test_several_batches_are_decoded_at_once():
    together = threading.Barrier(AHEAD)

    def image(index: int) -> np.ndarray:
        together.wait(20)  # fails if one after the other is decoded
        return np.full((SIDE, SIDE, 3), index, np.uint8)

    real = RealBatches(pictures(image), 1, 0, CPU)
    assert real.at(0).images.shape == (1, 3, SIDE, SIDE)
    together.abort()  # one more waits for others that will not come
    real.close()


def test_bytes_travel_and_become_the_same_numbers_as_ever(monkeypatch):
    travelled: list[torch.dtype] = []

    def to_numbers(pixels: torch.Tensor, device: torch.device) -> torch.Tensor:
        travelled.append(pixels.dtype)
        return as_numbers(pixels, device)

    monkeypatch.setattr(batches, "as_numbers", to_numbers)
    real = RealBatches(pictures(), BATCH, 0, CPU)
    assert real.at(0).images.is_contiguous()
    real.close()
    assert travelled == [torch.uint8]
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).expand(-1, -1, -1, 3)
    assert torch.equal(as_numbers(pixels, CPU), pixels.permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_makes_the_same_numbers():
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).expand(-1, -1, -1, 3).contiguous()
    assert torch.equal(as_numbers(pixels.pin_memory(), torch.device("cuda")).cpu(), as_numbers(pixels, CPU))


def test_a_damaged_picture_is_told_when_its_turn_comes():
    broken = ShuffledOrder(COUNT, 0).indices(0, 3 * BATCH)[BATCH]

    def image(index: int) -> np.ndarray:
        if index == broken:
            raise DataSetError(f"{index}.png: is damaged")
        return np.zeros((SIDE, SIDE, 3), np.uint8)

    real = RealBatches(pictures(image), BATCH, 0, CPU)
    real.at(0)
    with pytest.raises(DataSetError, match="is damaged"):
        real.at(BATCH)
    real.close()
