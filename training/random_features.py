"""Features of convolutional networks with random weights, which need no file: coarse, but the same for everybody."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

SEEDS = (0, 1, 2)
CHANNELS = (16, 32, 64)
FEATURES = 64
SMALLEST = 4
SLOPE = 0.2


class RandomNetwork:
    """Convolutions, leaky ReLU and halving down to 4²; weights follow from the seed alone.

    A feature is the mean or the deviation of one filter's answers over the picture; filters of all layers are drawn, so
    that colours, textures and shapes count.  No module: building it must not draw from torch's own random state, which
    belongs to training.

    Args:
        seed: Of the weights.
        resolution: Pixels along a side of the pictures, a power of two of at least 16.
        device: Where to compute.
    """

    def __init__(self, seed: int, resolution: int, device: torch.device | str = "cpu") -> None:
        random = torch.Generator().manual_seed(seed)
        self._layers: list[Tensor] = []
        inputs = 3
        for level in range(int(math.log2(resolution // SMALLEST))):
            outputs = CHANNELS[min(level, len(CHANNELS) - 1)]
            gain = math.sqrt(2 / (1 + SLOPE**2) / (9 * inputs))  # He et al. 2015: the variance stays
            self._layers.append((torch.randn(outputs, inputs, 3, 3, generator=random) * gain).to(device))
            inputs = outputs
        total = 2 * sum(len(layer) for layer in self._layers)
        self._chosen = torch.randperm(total, generator=random)[:FEATURES].to(device)

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """[n, 3, R, R] in [-1, 1] -> [n, 64], float32."""
        found = [each for x in self.answers(images) for each in (x.mean(dim=(2, 3)), x.std(dim=(2, 3)))]
        return torch.cat(found, dim=1)[:, self._chosen]

    def answers(self, images: Tensor) -> list[Tensor]:
        """What the filters of each layer answer where, with gradients; [n, 3, R, R] -> each [n, channels, r, r]."""
        x, found = images, []
        for weight in self._layers:
            found.append(F.leaky_relu(F.conv2d(x, weight, padding=1), SLOPE))
            x = F.avg_pool2d(found[-1], 2)
        return found


def deviations(features: Tensor) -> Tensor:
    """Of each feature, to divide by: [n, d] -> [d]; 1 where it does not vary."""
    found = features.std(dim=0)
    return torch.where(found > 0, found, torch.ones_like(found))
