"""A tri-plane field that is a ball with a known surface, off the middle, so that no two axes can be exchanged."""

import math

import numpy as np
import torch

from core.triplane import TriPlaneDecoder, TriPlaneField

BOX, CENTRE, RADIUS = 0.35, (0.05, -0.02, 0.01), 0.2
# Raw density is STEEPNESS * (OUTER² - distance²): a parabola, which bilinear planes hold nearly exactly.
STEEPNESS, OUTER = 500.0, math.sqrt(0.08)
# After softplus; at this one the surface is the sphere.
THRESHOLD = math.log1p(math.exp(STEEPNESS * (OUTER**2 - RADIUS**2)))
AREA, VOLUME = 4 * math.pi * RADIUS**2, 4 / 3 * math.pi * RADIUS**3


@torch.no_grad()
def ball(size: int = 129) -> TriPlaneField:
    """The field; its colours run along x."""
    line = torch.linspace(-BOX, BOX, size, dtype=torch.float64)
    x, y, z = ((line - centre) ** 2 for centre in CENTRE)
    nothing = torch.zeros(size, size, dtype=torch.float64)
    squares = torch.stack([y[:, None] + x[None], z[:, None] + nothing, nothing])  # [plane, v, u]
    sideways = torch.stack([(line + 1)[None] + nothing, nothing, nothing])
    planes = 3 * torch.stack([squares, sideways], dim=1)  # [plane, feature, v, u]; the planes' mean is taken
    decoder = TriPlaneDecoder(2, 2)
    decoder.hidden.weight.copy_(torch.eye(2) / decoder.hidden.weight_gain)
    out = torch.tensor([[-10.0, 4.0], [10.0, -5.0], [-10.0, 0.0], [-STEEPNESS, 0.0]])
    decoder.out.weight.copy_(out / decoder.out.weight_gain)
    decoder.out.bias.copy_(torch.tensor([-4.0, 5.0, 0.3, STEEPNESS * OUTER**2]) / decoder.out.bias_gain)
    planes = planes.flatten(0, 1)
    return TriPlaneField(planes[None].float(), decoder, BOX)


def distance(points: np.ndarray) -> np.ndarray:
    """From the ball's centre, [..., 3] -> [...]."""
    return np.linalg.norm(np.asarray(points, np.float64) - CENTRE, axis=-1)
