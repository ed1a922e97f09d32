"""Losses: non-saturating logistic, and the R1 penalty on real patches (METHOD: Training)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from core.generator import Sample
from core.triplane import TriPlaneField

ROUGHNESS_PAIRS = 1000  # for each sample, as published


def generator_loss(fake_logits: Tensor) -> Tensor:
    """-log sigmoid(D(G(z))), mean over the batch."""
    return F.softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-log sigmoid(D(x)) - log(1 - sigmoid(D(G(z)))), mean over the batch."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def r1_penalty(real_logits: Tensor, images: Tensor, raw: Tensor | None = None) -> Tensor:
    """Squared norm of the logits' gradient at each image (Mescheder et al. 2018).

    Args:
        real_logits: [batch], computed from `images` with gradients.
        images: [batch, 3, r, r], requires grad.
        raw: The raw pictures that were judged with them, [batch, 3, h, w], likewise: of dual discrimination.

    Returns:
        [batch], differentiable.
    """
    given = (images,) if raw is None else (images, raw)
    gradients = torch.autograd.grad(real_logits.sum(), given, create_graph=True)
    squares = [gradient.square().sum(dim=(1, 2, 3)) for gradient in gradients]
    return squares[0] if raw is None else squares[0] + squares[1]


def density_roughness(field: Sample, distance: float) -> Tensor:
    """How much the density before softplus differs between points that are close (EG3D, Section 5; METHOD: EG3D).

    Args:
        field: Of [batch] samples; the first points are anywhere in its box.
        distance: Standard deviation of the way to the second ones, world units.

    Returns:
        Mean absolute difference, scalar.
    """
    assert isinstance(field, TriPlaneField)
    batch, device = len(field.planes), field.planes.device
    points = (2 * torch.rand(batch, ROUGHNESS_PAIRS, 3, device=device) - 1) * field.box
    beside = points + torch.randn(batch, ROUGHNESS_PAIRS, 3, device=device) * distance
    one, other = field(torch.cat([points, beside], dim=1))[1].chunk(2, dim=1)
    return (one - other).abs().mean()
