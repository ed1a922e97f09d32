"""Bilinear sampling of pictures whose gradient can be differentiated again, as penalties on gradients need."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def sample_bilinear(images: Tensor, grid: Tensor) -> Tensor:
    """Sample pictures; zero outside, corners not aligned.

    torch's own sampling is differentiable once.  It is linear in the pictures, though: the gradient's gradient is the
    sampling again.  The grid takes no gradient.

    Args:
        images: [batch, c, h, w].
        grid: x and y in [-1, 1], [batch, rows, columns, 2].

    Returns:
        [batch, c, rows, columns].
    """
    sampled: Tensor = _Sampling.apply(images, grid)  # pyright: ignore[reportAssignmentType]
    return sampled


class _Sampling(torch.autograd.Function):
    """Pictures to samples."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, grid: Tensor) -> Tensor:
        ctx.save_for_backward(grid)
        ctx.shape = images.shape
        return _sample(images, grid)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (grid,) = ctx.saved_tensors
        return _Spreading.apply(gradients[0], grid, ctx.shape), None


class _Spreading(torch.autograd.Function):
    """Samples back to the pictures: the transpose of sampling."""

    @staticmethod
    def forward(ctx: Any, samples: Tensor, grid: Tensor, shape: torch.Size) -> Tensor:
        ctx.save_for_backward(grid)
        with torch.enable_grad():
            images = samples.new_zeros(shape).requires_grad_(True)
            sampled = _sample(images, grid)
        return torch.autograd.grad(sampled, images, samples)[0]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (grid,) = ctx.saved_tensors
        return _Sampling.apply(gradients[0], grid), None, None


def _sample(images: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
