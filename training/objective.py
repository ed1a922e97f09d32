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


def r1_penalty(real_logits: Tensor, images: Tensor) -> Tensor:
    """Squared norm of the logits' gradient at each image (Mescheder et al. 2018).

    Args:
        real_logits: [batch], computed from `images` with gradients.
        images: [batch, 3, r, r], requires grad.

    Returns:
        [batch], differentiable.
    """
    (gradient,) = torch.autograd.grad(real_logits.sum(), images, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3))
