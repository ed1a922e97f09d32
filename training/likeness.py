"""How far pictures are from a given one: as a loss with gradients, and in decibels for people."""

from __future__ import annotations

import math
from collections.abc import Callable

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


# Pictures [n, 3, r, r] in [-1, 1] to what a network answers where, each [n, channels, height, width].
Perception = Callable[[Tensor], list[Tensor]]


class Likeness:
    """The loss of pictures against one of the same size: pixels, their means, and answers of networks.

    Args:
        given: [1, 3, r, r], in [-1, 1].
        perception: Of a network that has seen the world; None: only that of random filters.
    """

    def __init__(self, given: Tensor, perception: Perception | None = None) -> None:
        self._given = given
        size = given.shape[-1]
        self._judges: list[tuple[float, Perception, list[Tensor]]] = []
        with torch.no_grad():
            if size >= LEAST_FEATURES:
                random = RandomNetwork(SEEDS[0], size, given.device).answers
                self._judges.append((FEATURES, random, random(given)))
            if perception is not None:
                self._judges.append((PERCEPTION, perception, perception(given)))

    def __call__(self, pictures: Tensor) -> Tensor:
        """[n, 3, r, r] -> [n]."""
        given, loss = self._given, _squares(pictures - self._given)
        one, other, levels = pictures, given, []
        while one.shape[-1] >= 2 * COARSEST:
            one, other = F.avg_pool2d(one, 2), F.avg_pool2d(other, 2)
            levels.append(_squares(one - other))
        if levels:
            loss = loss + PYRAMID * torch.stack(levels).mean(dim=0)
        for share, judge, answers in self._judges:
            pairs = zip(judge(pictures), answers, strict=True)
            loss = loss + share * torch.stack([relative(one, other) for one, other in pairs]).mean(dim=0)
        return loss


def relative(found: Tensor, wanted: Tensor) -> Tensor:
    """Squared differences of answers [n, channels, r, r], in units of each channel's variance.  Returns [n]."""
    variance = wanted.var(dim=(2, 3), keepdim=True, correction=0).clamp(min=LEAST_VARIANCE)
    return _squares((found - wanted) / variance.sqrt())


def decibels(pictures: Tensor, given: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures in [-1, 1], which are cut to that."""
    error = float(_squares((pictures.clamp(-1, 1) - given) / 2).mean())
    return -10 * math.log10(max(error, 1e-12))


def _squares(difference: Tensor) -> Tensor:
    return difference.square().mean(dim=(1, 2, 3))
