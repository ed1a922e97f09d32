"""Batches of real pictures with their poses, read ahead on a thread."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.shares import Share
from training.data_set import ImageDataSet
from training.sampler import ShuffledOrder

# Small data sets are decoded once and kept; larger ones are read again and again.
CACHE_BYTES = 1_500_000_000


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
    """Draws batches in a resumable order; the next one is decoded while the present one trains."""

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
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._ahead: tuple[int, Future[RealBatch]] | None = None

    def at(self, drawn: int) -> RealBatch:
        """Our share of the batch after `drawn` pictures.  Raises DataSetError when a picture is damaged."""
        ahead, self._ahead = self._ahead, None
        ready = ahead[1].result() if ahead is not None and ahead[0] == drawn else self._read(drawn)
        following = drawn + self._batch
        self._ahead = (following, self._pool.submit(self._read, following))
        return RealBatch(ready.images.to(self._device, non_blocking=True), ready.angles, ready.labels)

    def close(self) -> None:
        """Stop reading ahead."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, drawn: int) -> RealBatch:
        indices = self._order.indices(drawn, self._batch)[self._rows]
        pixels = np.stack([self._picture(index) for index in indices])  # [batch, R, R, 3]
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1
        angles = None if self._angles is None else self._angles[indices]
        labels = None if self._labels is None else self._labels[indices]
        return RealBatch(images.contiguous(), angles, labels)

    def _picture(self, index: int) -> np.ndarray:
        if self._cache is None:
            return self._data.image(index)
        if index not in self._cache:
            self._cache[index] = self._data.image(index)
        return self._cache[index]
