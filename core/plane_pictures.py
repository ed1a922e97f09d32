"""The three planes of a tri-plane as pictures, and what they say of one point (METHOD: Tri-plane field)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.triplane import TriPlaneField

COMPONENTS = 3
# Half the range of colours, standard deviations: what lies beyond is rare, and shown as the end.
SPREAD = 2.5


@dataclass(frozen=True)
class PlaneColours:
    """The features of all texels along their first principal components, as colours.

    Attributes:
        colours: [3, size, size, 3], in [0, 1]: red is the first component; the mean is grey.  Rows from the texels'
            lowest second coordinate.
        shares: [3] of the variance that each component explains, falling.
    """

    colours: Tensor
    shares: Tensor


@dataclass(frozen=True)
class PointFacts:
    """What a field says of one point.

    Attributes:
        density: Per world unit, after softplus.
        colour: As it is integrated, about -1 to 1, [3].
        left_out: Density there without each of the planes, [3].
    """

    density: float
    colour: tuple[float, float, float]
    left_out: tuple[float, float, float]


def plane_features(field: TriPlaneField) -> Tensor:
    """The planes of one sample apart.  Returns [3, features, size, size]."""
    return field.planes[0].unflatten(0, (len(field.axes), -1))


@torch.no_grad()
def plane_components(field: TriPlaneField) -> PlaneColours:
    """Colour the planes by the principal components that all three have in common, so that equal colours are alike.

    Fewer than three features leave the last colours grey.
    """
    features = plane_features(field).float()
    rows = features.permute(0, 2, 3, 1).flatten(0, 2)  # [texels, features]
    centred = rows - rows.mean(dim=0)
    variances, axes = torch.linalg.eigh(centred.T @ centred / len(rows))  # rising
    count = min(COMPONENTS, rows.shape[1])
    variances, axes = variances.flip(0).clamp(min=0), axes.flip(1)[:, :count]
    # An eigenvector has no sign of its own: its largest part points upwards, whatever the library gives.
    largest = axes.gather(0, axes.abs().argmax(dim=0, keepdim=True))
    axes = axes * torch.where(largest < 0, -1.0, 1.0)
    scale = (SPREAD * variances[:count].sqrt()).clamp(min=torch.finfo(torch.float32).tiny)
    found = torch.full((len(rows), COMPONENTS), 0.5, device=rows.device)
    found[:, :count] = (0.5 + 0.5 * (centred @ axes) / scale).clamp(0, 1)
    shares = torch.zeros(COMPONENTS, device=rows.device)
    shares[:count] = variances[:count] / variances.sum().clamp(min=torch.finfo(torch.float32).tiny)
    return PlaneColours(found.reshape(len(field.axes), *features.shape[2:], COMPONENTS), shares)


@torch.no_grad()
def plane_lengths(field: TriPlaneField) -> Tensor:
    """How long the feature vectors are.  Returns [3, size, size]."""
    return plane_features(field).float().norm(dim=1)


def plane_channel(field: TriPlaneField, channel: int) -> Tensor:
    """One feature.  Returns [3, size, size].  Raises ValueError if the planes have no such channel."""
    features = plane_features(field)
    if not 0 <= channel < features.shape[1]:
        raise ValueError(f"channel {channel} does not exist: these planes have {features.shape[1]}, counted from 0")
    return features[:, channel].float()


@torch.no_grad()
def point_facts(field: TriPlaneField, point: tuple[float, float, float]) -> PointFacts:
    """Density and colour at a point, world units, seen from the front."""
    place = torch.tensor([[point]], dtype=torch.float32, device=field.planes.device)
    colour, density = field(place)
    every = range(len(field.axes))
    without = [field.only([each for each in every if each != left])(place)[1] for left in every]
    values = F.softplus(torch.cat([density, *without], dim=-1))[0, 0].tolist()
    red, green, blue = colour[0, 0].tolist()
    return PointFacts(values[0], (red, green, blue), (values[1], values[2], values[3]))
