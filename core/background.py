"""What lies behind the field: a painted plane, or the world outside a sphere (METHOD: Background, Sphere background).

A field fills a small box.  Pictures of faces or of animals show more than that, and a generator without a background
bends the field into a wall to paint it on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embedding import fourier_features
from core.layers import ACTIVATION_GAIN, FullyConnected, leaky_relu
from core.model_config import GeneratorConfig
from core.triplane import Painting
from core.volume import OPAQUE_DELTA, compositing_weights

DEMODULATION_EPS = 1e-8
# Sines and cosines of 2^k pi x for k = 0 ... 5, of four coordinates: period 64 of the published configuration.
FREQUENCIES = 6
COORDINATES = 4
ENCODING_DIM = COORDINATES * 2 * FREQUENCIES  # 48


@dataclass(frozen=True)
class PlaneBackground:
    """A picture behind the field that fills the image plane, whatever the camera.

    Attributes:
        image: [batch, 3, size, size], rows from the top.
    """

    image: Tensor

    def __call__(self, grid: Tensor, origins: Tensor, directions: Tensor) -> Tensor:
        """The picture at the rays' places in the image plane."""
        return Painting(self.image)(grid)


@dataclass(frozen=True)
class PlainBackground:
    """One colour.

    Attributes:
        value: Of red, green and blue, in [-1, 1].
    """

    value: float

    def __call__(self, grid: Tensor, origins: Tensor, directions: Tensor) -> Tensor:
        """The same for all rays, [batch, rays, 1]."""
        return torch.full_like(directions[..., :1], self.value)


@dataclass(frozen=True)
class SphereBackground:
    """The world outside the cameras' sphere, integrated out to infinity (NeRF++, Section 4).

    Attributes:
        network: Colour and density at a place of the inverse sphere.
        ws: [batch, network.ws_count, w_dim].
        radius: Of the sphere, world units.
        steps: Samples along a ray.
    """

    network: InverseSphereNetwork
    ws: Tensor
    radius: float
    steps: int

    def __call__(self, grid: Tensor, origins: Tensor, directions: Tensor) -> Tensor:
        """Integrate along the rays, from the sphere to infinity, over the inverse distance."""
        inverse = inverse_distances(self.steps, directions.device)
        points = inverse_sphere(origins / self.radius, directions, inverse)  # [batch, rays, steps, 4]
        rgb, density = self.network(points.flatten(1, 2), self.ws)
        depths = (-inverse).expand(*points.shape[:3])
        weights, _ = compositing_weights(density.reshape(depths.shape), depths, OPAQUE_DELTA)
        return (weights[..., None] * rgb.reshape(*depths.shape, 3)).sum(dim=-2)


def inverse_distances(steps: int, device: torch.device | str = "cpu") -> Tensor:
    """Inverse distances of the samples: 1 on the sphere, 0 at infinity.  Returns [steps]."""
    return torch.linspace(1, 0, steps, device=device)


def inverse_sphere(origins: Tensor, directions: Tensor, inverse: Tensor) -> Tensor:
    """Points of rays by their direction from the centre and their inverse distance (NeRF++, Figure 8).

    A ray's point at distance r from the centre is m + sqrt(r^2 - m^2) d, with m its point nearest to the centre.
    Divided by r that is the unit vector which NeRF++ finds by a rotation; this form knows no singular axis.

    Args:
        origins: [batch, 1 or rays, 3], in radii of the sphere; on it or inside.
        directions: Unit vectors, [batch, rays, 3].
        inverse: Inverse distances, [steps], in [0, 1].

    Returns:
        [batch, rays, steps, 4]: x', y', z' on the unit sphere, 1 / r.
    """
    nearest = origins - (origins * directions).sum(dim=-1, keepdim=True) * directions  # [batch, rays, 3]
    across = nearest[:, :, None] * inverse[:, None]  # [batch, rays, steps, 3]
    along = (1 - across.square().sum(dim=-1, keepdim=True)).clamp(min=0).sqrt()
    unit = across + along * directions[:, :, None]
    return torch.cat([unit, inverse[:, None].expand(*unit.shape[:3], 1)], dim=-1)


class ModulatedLinear(nn.Module):
    """Linear layer with inputs scaled by a style and outputs of unit variance: `ModulatedConv` for points."""

    def __init__(self, inputs: int, outputs: int, w_dim: int):
        super().__init__()
        self.affine = FullyConnected(w_dim, inputs, bias_init=1)
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """[batch, points, inputs], [batch, w_dim] -> [batch, points, outputs]."""
        style = self.affine(w)  # [batch, inputs]
        energy = style.square() @ self.weight.square().t()  # [batch, outputs]
        demodulation = (energy + DEMODULATION_EPS).rsqrt() * ACTIVATION_GAIN
        x = F.linear(x * style[:, None], self.weight) * demodulation[:, None]
        return leaky_relu(x + self.bias * ACTIVATION_GAIN)


class ToColour(nn.Module):
    """Modulated linear layer to colour and density; no demodulation, no activation."""

    def __init__(self, inputs: int, w_dim: int):
        super().__init__()
        self.affine = FullyConnected(w_dim, inputs, bias_init=1)
        self.weight = nn.Parameter(torch.randn(4, inputs))
        self.bias = nn.Parameter(torch.zeros(4))
        self.gain = 1 / math.sqrt(inputs)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """[batch, points, inputs], [batch, w_dim] -> [batch, points, 4]."""
        style = self.affine(w) * self.gain
        return F.linear(x * style[:, None], self.weight, self.bias)


class SphereBlock(nn.Module):
    """Two layers, the first block's one, and its share of colour and density."""

    def __init__(self, width: int, w_dim: int, *, first: bool):
        super().__init__()
        if not first:
            self.conv0 = ModulatedLinear(width, width, w_dim)
        self.conv1 = ModulatedLinear(ENCODING_DIM if first else width, width, w_dim)
        self.to_out = ToColour(width, w_dim)
        self.first = first

    @property
    def layers(self) -> int:
        """Layers that take a w of their own."""
        return 1 if self.first else 2

    def forward(self, x: Tensor, ws: Tensor) -> tuple[Tensor, Tensor]:
        """Features and their share of the output; ws [batch, layers + 1, w_dim], the last one for to_out."""
        if not self.first:
            x = self.conv0(x, ws[:, 0])
        x = self.conv1(x, ws[:, -2])
        return x, self.to_out(x, ws[:, -1])


class InverseSphereNetwork(nn.Module):
    """Colour and density of the inverse sphere (EpiGRAF, Appendix B: INR-GAN's network with four coordinates)."""

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.ws_count = config.background_ws_count
        self.blocks = nn.ModuleList(
            SphereBlock(config.background_width, config.w_dim, first=index == 0)
            for index in range(config.background_blocks)
        )

    def forward(self, points: Tensor, ws: Tensor) -> tuple[Tensor, Tensor]:
        """Evaluate.

        Args:
            points: As `inverse_sphere` has them, [batch, n, 4].
            ws: [batch, ws_count, w_dim].

        Returns:
            Colour [batch, n, 3], and density before its activation [batch, n, 1].
        """
        x = fourier_features(points, FREQUENCIES, 1).flatten(2)  # [batch, n, ENCODING_DIM]
        total: Tensor | float = 0.0
        start = 0
        for block in self.blocks:
            assert isinstance(block, SphereBlock)
            x, share = block(x, ws[:, start : start + block.layers + 1])
            total = total + share
            start += block.layers
        assert isinstance(total, Tensor)
        return total[..., :3], total[..., 3:]
