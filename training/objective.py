"""Losses: non-saturating logistic, and the R1 penalty on real patches (METHOD: Training)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


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
