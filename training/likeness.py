"""How far pictures are from a given one: as a loss with gradients, and in decibels for people."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from training.random_features import SEEDS, RandomNetwork

# A pyramid of means goes down to so many pixels along a side.
COARSEST = 4
# Pictures smaller than that have no features.
LEAST_FEATURES = 16
# Shares of the loss beside that of the pixels, which is 1.
PYRAMID, FEATURES, PERCEPTION = 1.0, 0.05, 0.05
# A value that hardly varies is not blown up to one that counts.
LEAST_VARIANCE = 1e-3


class Likeness:
    """The loss of pictures against one picture of the same size: pixels, their means, and answers of random filters.

    Args:
        given: [1, 3, r, r], in [-1, 1].
    """

    def __init__(self, given: Tensor) -> None:
        self._given = given
        size = given.shape[-1]
        self._network = RandomNetwork(SEEDS[0], size, given.device) if size >= LEAST_FEATURES else None
        self._answers = [] if self._network is None else self._network.answers(given)

    def __call__(self, pictures: Tensor) -> Tensor:
        """[n, 3, r, r] -> [n]."""
        given, loss = self._given, _squares(pictures - self._given)
        one, other, levels = pictures, given, []
        while one.shape[-1] >= 2 * COARSEST:
            one, other = F.avg_pool2d(one, 2), F.avg_pool2d(other, 2)
            levels.append(_squares(one - other))
        if levels:
            loss = loss + PYRAMID * torch.stack(levels).mean(dim=0)
        if self._network is None:
            return loss
        pairs = zip(self._network.answers(pictures), self._answers, strict=True)
        return loss + FEATURES * torch.stack([relative(one, other) for one, other in pairs]).mean(dim=0)


def relative(found: Tensor, wanted: Tensor) -> Tensor:
    """Squared differences of answers [n, channels, r, r] in units of each channel's variance over the picture -> [n]."""
    variance = wanted.var(dim=(2, 3), keepdim=True, correction=0).clamp(min=LEAST_VARIANCE)
    return _squares((found - wanted) / variance.sqrt())


def decibels(pictures: Tensor, given: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures in [-1, 1], which are cut to that."""
    error = float(_squares((pictures.clamp(-1, 1) - given) / 2).mean())
    return -10 * math.log10(max(error, 1e-12))


def _squares(difference: Tensor) -> Tensor:
    return difference.square().mean(dim=(1, 2, 3))
