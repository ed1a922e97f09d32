"""StyleGAN2's low-pass filter [1, 3, 3, 1], with sizes kept, doubled or halved.

The filter is linear and symmetric: its gradient is a filter again, and so is the gradient's gradient.  Torch does not
know that, and would convolve channel by channel for weights that nobody learns.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

TAPS = (1.0, 3.0, 3.0, 1.0)


def fir_filter(x: Tensor, padding: int, gain: float = 1) -> Tensor:
    """Low-pass filter each channel.

    Args:
        x: [batch, channels, height, width].
        padding: Zeros on all sides.
        gain: Sum of the filter.

    Returns:
        [batch, channels, height + 2 * padding - 3, width + 2 * padding - 3].
    """
    filtered: Tensor = _Filter.apply(x, padding, gain)  # pyright: ignore[reportAssignmentType]
    return filtered


def fir_upsample(x: Tensor) -> Tensor:
    """Double the size: zero insertion, then the filter with gain 4 (padding 2 before, 1 after)."""
    larger: Tensor = _Up.apply(x, 4.0)  # pyright: ignore[reportAssignmentType]
    return larger


def fir_downsample(x: Tensor) -> Tensor:
    """Halve the size: the filter with padding 1, then every second pixel."""
    smaller: Tensor = _Down.apply(x, 1.0)  # pyright: ignore[reportAssignmentType]
    return smaller


def _kernel(like: Tensor, gain: float) -> Tensor:
    """Outer product of the taps with sum `gain`.  Returns [channels, 1, 4, 4]."""
    # The taps as a parabola: made where they are needed, since a copy to a GPU would wait for all that it has to do.
    taps = 3.25 - (torch.arange(4, dtype=like.dtype, device=like.device) - 1.5).square()
    kernel = torch.outer(taps, taps) * (gain / sum(TAPS) ** 2)
    return kernel.expand(like.shape[1], 1, 4, 4)


class _Filter(torch.autograd.Function):
    """Filtering; the transpose pads by what is missing to 3."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, padding: int, gain: float) -> Tensor:
        ctx.settings = padding, gain
        return F.conv2d(x, _kernel(x, gain), padding=padding, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        padding, gain = ctx.settings
        return _Filter.apply(gradients[0], 3 - padding, gain), None, None


class _Up(torch.autograd.Function):
    """A strided transposed convolution inserts zeros and filters at once."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: float) -> Tensor:
        ctx.gain = gain
        # Processors have no fast kernel for this in half precision.
        wide = x.to(torch.promote_types(x.dtype, torch.float32)) if x.device.type == "cpu" else x
        return F.conv_transpose2d(wide, _kernel(wide, gain), stride=2, padding=1, groups=x.shape[1]).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _Down.apply(gradients[0], ctx.gain), None


class _Down(torch.autograd.Function):
    """A strided convolution; the transpose of `_Up`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: float) -> Tensor:
        ctx.gain = gain
        return F.conv2d(x, _kernel(x, gain), stride=2, padding=1, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _Up.apply(gradients[0], ctx.gain), None
