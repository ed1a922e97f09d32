"""Batches of real pictures with their poses, read ahead on threads."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.shares import Share
from training.cores import usable_cores
from training.data_set import ImageDataSet
from training.sampler import ShuffledOrder

# Small data sets are decoded once and kept; larger ones are read again and again.
CACHE_BYTES = 1_500_000_000
# So many batches are decoded while the present one trains, each on a thread: one slow picture then delays nothing.
AHEAD = 3


@dataclass(frozen=True)
class RealBatch:
    """Real pictures.

    Attributes:
        images: [batch, 3, R, R], float32 in [-1, 1].
        angles: Yaw, pitch, roll in radians, [batch, 3]; none without poses.
        labels: Classes, [batch], int64; none without labels.
    """

    images: Tensor
    angles: np.ndarray | None
    labels: np.ndarray | None = None


class RealBatches:
    """Draws batches in a resumable order; the next ones are decoded while the present one trains."""

    def __init__(
        self, data: ImageDataSet, batch: int, seed: int, device: torch.device, share: Share | None = None
    ) -> None:
        """Bind to a data set.

        Args:
            data: The pictures.
            batch: Pictures in a batch.
            seed: Of their order.
            device: Where they go.
            share: Which of a batch's are wanted here; none: all.
        """
        self._data, self._batch, self._device = data, batch, device
        self._rows = slice(None) if share is None else share.rows
        self._order = ShuffledOrder(len(data), seed)
        self._angles, self._labels = data.all_angles, data.all_labels
        fits = len(data) * data.resolution**2 * 3 <= CACHE_BYTES
        self._cache: dict[int, np.ndarray] | None = {} if fits else None
        self._pool = ThreadPoolExecutor(min(AHEAD, usable_cores()), thread_name_prefix="pictures")
        # By what was drawn before: which pictures, and their pixels.
        self._ahead: dict[int, tuple[list[int], Future[Tensor]]] = {}

    def at(self, drawn: int) -> RealBatch:
        """Our share of the batch after `drawn` pictures.  Raises DataSetError when a picture is damaged."""
        wanted = range(drawn, drawn + (AHEAD + 1) * self._batch, self._batch)
        for place in [place for place in self._ahead if place not in wanted]:
            self._ahead.pop(place)[1].cancel()
        for place in wanted:
            if place not in self._ahead:
                # The order remembers its pass, so it is asked on this thread alone.
                indices = self._order.indices(place, self._batch)[self._rows]
                self._ahead[place] = indices, self._pool.submit(self._read, indices)
        indices, pixels = self._ahead.pop(drawn)
        angles = None if self._angles is None else self._angles[indices]
        labels = None if self._labels is None else self._labels[indices]
        return RealBatch(as_numbers(pixels.result(), self._device), angles, labels)

    def close(self) -> None:
        """Stop reading ahead."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, indices: list[int]) -> Tensor:
        """Pictures as they are stored, [batch, R, R, 3] of bytes; for a GPU where its copies need not wait."""
        pixels = torch.from_numpy(np.stack([self._picture(index) for index in indices]))
        return pixels.pin_memory() if self._device.type == "cuda" else pixels

    def _picture(self, index: int) -> np.ndarray:
        if self._cache is None:
            return self._data.image(index)
        if index not in self._cache:
            self._cache[index] = self._data.image(index)
        return self._cache[index]


def as_numbers(pixels: Tensor, device: torch.device) -> Tensor:
    """Bytes [batch, R, R, 3] as pictures [batch, 3, R, R] on a device, float32 in [-1, 1], the same on all devices.

    Bytes travel, a quarter of the numbers.
    """
    images = pixels.to(device, non_blocking=True).permute(0, 3, 1, 2).to(torch.float32)
    # By a tensor: CUDA divides by a plain number as it multiplies by its inverse, which is rounded otherwise.
    return (images / torch.full((), 127.5, device=device) - 1).contiguous()
