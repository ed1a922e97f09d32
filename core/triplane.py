"""The tri-plane field: three feature planes and a small decoder give colour and density at a point (METHOD: Field)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embedding import fourier_features
from core.field_parts import PLANE_AXES, Axes, DecoderForm
from core.gather import weighted_rows
from core.layers import LEAK, FullyConnected

# Sines and cosines of 2^k pi for k = 0 ... 3 of a ray's direction, as in NeRF.
DIRECTION_FREQUENCIES = 4
DIRECTION_DIM = 3 * 2 * DIRECTION_FREQUENCIES
# The way a camera in front looks: at its colours one looks when nobody says from where.
FROM_THE_FRONT = (0.0, 0.0, -1.0)


class Field(Protocol):
    """What a generator makes and a renderer integrates: colour and density in space."""

    @property
    def box(self) -> float:
        """Half the edge of the box that holds the field, world units."""
        ...

    def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Evaluate.

        Args:
            points: [batch, n, 3], world units; with directions, those of a ray follow each other.
            directions: Unit vectors of the rays, [batch, rays, 3], of which n is a multiple; for fields whose colour
                depends on them.

        Returns:
            Colour [batch, n, 3], and density before its activation [batch, n, 1].
        """
        ...


class Background(Protocol):
    """The background of a batch of samples, along rays."""

    def __call__(self, grid: Tensor, origins: Tensor, directions: Tensor) -> Tensor:
        """Colour behind the field.

        Args:
            grid: Where the rays cross the image plane, [batch, rays, 2] in [-1, 1], y up.
            origins: [batch, 1 or rays, 3], world units.
            directions: Unit vectors, [batch, rays, 3].

        Returns:
            [batch, rays, 3] or, if it is grey, [batch, rays, 1]; in about [-1, 1].
        """
        ...


class Decoder(nn.Module, ABC):
    """Features to colour and density by two layers; families differ in what lies between and behind them.

    Attributes:
        hidden: The first layer.
        out: The second layer.
        view_direction: Whether colours depend on the ray's direction.
        form: What else it does, if shaders can do the same.
    """

    hidden: FullyConnected
    out: FullyConnected
    view_direction: bool = False
    form: DecoderForm | None = None

    @abstractmethod
    def forward(self, features: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Decode.

        Args:
            features: [batch, n, features].
            directions: Unit vectors, [batch, n, 3]; needed with view direction.

        Returns:
            Colour as it is integrated, [batch, n, 3], and density before softplus, [batch, n, 1].
        """

    @abstractmethod
    def activated_(self, hidden: Tensor) -> Tensor:
        """The activation of what the first layer's weights make of features, in its memory; without gradients."""

    @abstractmethod
    def density_row(self) -> tuple[Tensor, Tensor]:
        """What makes density before softplus of activated hidden units: weights [hidden], and a bias []."""

    @abstractmethod
    def colour_rows(self) -> tuple[Tensor, Tensor]:
        """Likewise of colours, before what the form says: weights [3, hidden], and biases [3]."""


class TriPlaneDecoder(Decoder):
    """Features to colour (no sigmoid) and density (before softplus) (METHOD: Tri-plane field).

    With view direction, which is no part of the published method, further layers add to the colour what depends on it.
    """

    form = DecoderForm()

    def __init__(self, features: int, hidden: int, *, view_direction: bool = False):
        super().__init__()
        self.hidden = FullyConnected(features, hidden, activate=True)
        self.out = FullyConnected(hidden, 4)
        self.view_direction = view_direction
        if view_direction:
            self.sheen = FullyConnected(hidden + DIRECTION_DIM, hidden, activate=True)
            self.tint = FullyConnected(hidden, 3)

    def forward(self, features: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """[batch, n, features] and, with view direction, [batch, n, 3] -> colour [..., 3], density [..., 1]."""
        hidden = self.hidden(features)
        out = self.out(hidden)
        colour, density = out.split([3, 1], dim=-1)
        if directions is not None and self.view_direction:
            seen = fourier_features(directions, DIRECTION_FREQUENCIES, 1).flatten(-2)
            colour = colour + self.tint(self.sheen(torch.cat([hidden, seen], dim=-1)))
        return colour, density

    def activated_(self, hidden: Tensor) -> Tensor:
        """Leaky ReLU, whose gain is in the weights."""
        return F.leaky_relu_(hidden, LEAK)

    def density_row(self) -> tuple[Tensor, Tensor]:
        """The last of four."""
        return self.out.weight[3] * self.out.weight_gain, self.out.bias[3] * self.out.bias_gain

    def colour_rows(self) -> tuple[Tensor, Tensor]:
        """The first three."""
        return self.out.weight[:3] * self.out.weight_gain, self.out.bias[:3] * self.out.bias_gain


@dataclass(frozen=True)
class TriPlaneField:
    """The field of a batch of samples.

    Attributes:
        planes: [batch, 3 * features, resolution, resolution]; plane j takes channels j * features onwards.
        decoder: Features to colour and density.
        box: Half the edge of the box, world units; outside of it the features are zero.
        background: What lies behind the field; none if nothing does.
        axes: Which coordinates span each plane.
        aligned: Whether the centres of a plane's outermost texels lie on the faces of the box, or else their edges do.
        style: What the upsampler of a picture is told, [batch, w_dim]; none in families without one.
    """

    planes: Tensor
    decoder: Decoder
    box: float
    background: Background | None = None
    axes: Axes = PLANE_AXES
    aligned: bool = True
    style: Tensor | None = None

    def only(self, planes: Collection[int]) -> TriPlaneField:
        """The field as these planes alone make it: the others add nothing to the mean of three."""
        if all(index in planes for index in range(len(self.axes))):
            return self
        counts = torch.tensor([float(index in planes) for index in range(len(self.axes))], device=self.planes.device)
        share = counts.repeat_interleave(self.planes.shape[1] // len(self.axes))
        return replace(self, planes=self.planes * share[:, None, None])

    def features(self, points: Tensor) -> Tensor:
        """Features at points [batch, n, 3], world units.  Returns [batch, n, features]."""
        return sample_planes(self.planes, points / self.box, self.axes, aligned=self.aligned)

    def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """As `Field` has it; who names no direction looks from the front."""
        features = self.features(points)
        if not self.decoder.view_direction:
            return self.decoder(features)
        if directions is None:
            directions = points.new_tensor(FROM_THE_FRONT).expand(len(points), 1, 3)
        return self.decoder(features, directions.repeat_interleave(points.shape[1] // directions.shape[1], dim=1))


@dataclass(frozen=True)
class Painting:
    """Flat pictures.

    Attributes:
        image: [batch, 3, size, size], rows from the top.
    """

    image: Tensor

    def __call__(self, grid: Tensor) -> Tensor:
        """Colours at places of the image plane, bilinear, corners aligned.

        Args:
            grid: [batch, n, 2], in [-1, 1], y up.

        Returns:
            [batch, n, 3].
        """
        flipped = torch.stack([grid[..., 0], -grid[..., 1]], dim=-1)[:, None]  # [batch, 1, n, 2], y down
        pixels = F.grid_sample(self.image, flipped, align_corners=True, padding_mode="border")
        return pixels[:, :, 0].transpose(1, 2)


def sample_planes(planes: Tensor, points: Tensor, axes: Axes = PLANE_AXES, *, aligned: bool = True) -> Tensor:
    """Mean over the planes of their bilinear samples, as one weighted gather of 12 texels.

    Zero outside.  Equal to three `grid_sample`s and a mean, but the gather reads whole feature
    vectors: of planes in channels-last memory, where they lie.

    Args:
        planes: [batch, 3 * features, size, size].
        points: [batch, n, 3], in box units: the box is [-1, 1]^3.
        axes: Which coordinates span each plane.
        aligned: Whether the centres of the outermost texels lie at -1 and 1, or else their edges do.

    Returns:
        [batch, n, features].
    """
    batch, channels, size, _ = planes.shape
    features = channels // 3
    table = planes.permute(0, 2, 3, 1).reshape(-1, features)  # rows: sample, y, x, plane
    indices, weights = _texels(points.detach(), size, axes, aligned)
    flat = weighted_rows(table, indices, weights.to(table.dtype))
    return flat.reshape(batch, points.shape[1], features)


@torch.no_grad()
def _texels(points: Tensor, size: int, axes: Axes, aligned: bool) -> tuple[Tensor, Tensor]:
    """Rows of the table that a point touches, int32, and their weights.  Returns twice [batch * n, 12]."""
    batch, count, _ = points.shape
    # Coordinate by coordinate: long vectors, of which a processor makes short work.
    position = points.permute(2, 0, 1).contiguous() + 1  # [3, batch, n]
    # In texels, whose centres are at whole numbers.
    position = position * (0.5 * (size - 1)) if aligned else position * (0.5 * size) - 0.5
    # The two neighbours, moved inside where they are not; what is farther than a texel weighs nothing.
    low = position.floor().clamp_(0, size - 2)
    beyond = position.sub_(low)
    near = torch.minimum(1 - beyond, 1 + beyond).clamp_(min=0)
    far = torch.minimum(beyond, 2 - beyond).clamp_(min=0)
    low = low.to(torch.int32)
    first = torch.arange(batch, dtype=torch.int32, device=points.device)[:, None] * (3 * size * size)
    rows = torch.empty(batch, count, 12, dtype=torch.int32, device=points.device)
    weights = torch.empty(batch, count, 12, dtype=points.dtype, device=points.device)
    for plane, (u, v) in enumerate(axes):
        corner = (low[v] * size + low[u]) * 3 + (first + plane)
        for tap in range(4):
            down, right = divmod(tap, 2)
            torch.add(corner, 3 * (size * down + right), out=rows[..., 4 * plane + tap])
            torch.mul((far if down else near)[v], (far if right else near)[u], out=weights[..., 4 * plane + tap])
    weights /= len(axes)
    return rows.reshape(-1, 12), weights.reshape(-1, 12)
