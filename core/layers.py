"""Blocks that generator and discriminator share: equalised learning rate, FIR filters (StyleGAN2)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAK = 0.2
ACTIVATION_GAIN = math.sqrt(2)  # keeps the variance of a leaky ReLU's output at about one
FIR_TAPS = (1.0, 3.0, 3.0, 1.0)


def normalize_moment(x: Tensor, eps: float = 1e-8) -> Tensor:
    """Scale each row to unit second moment.  [batch, dim] -> [batch, dim]."""
    return x * (x.square().mean(dim=1, keepdim=True) + eps).rsqrt()


def leaky_relu(x: Tensor, clamp: float | None = None) -> Tensor:
    """Leaky ReLU, limited to plus and minus `clamp`.

    The gain that goes with it (ACTIVATION_GAIN) is left to the layer before: a leaky ReLU commutes with positive
    factors, and a factor on the weights costs nothing, one on the activations a pass over memory.
    """
    x = F.leaky_relu(x, LEAK)
    return x if clamp is None else x.clamp(-clamp, clamp)


def add_bias(x: Tensor, bias: Tensor) -> Tensor:
    """Add a bias per channel.  [batch, channels, ...] + [channels]."""
    return x + bias.to(x.dtype).reshape(1, -1, *[1] * (x.ndim - 2))


class FullyConnected(nn.Module):
    """A linear layer whose weights are stored at unit variance and scaled when used (equalised learning rate)."""

    def __init__(
        self, inputs: int, outputs: int, *, lr_multiplier: float = 1, bias_init: float = 0, activate: bool = False
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lr_multiplier)
        self.bias = nn.Parameter(torch.full((outputs,), float(bias_init) / lr_multiplier))
        gain = ACTIVATION_GAIN if activate else 1
        self.weight_gain = gain * lr_multiplier / math.sqrt(inputs)
        self.bias_gain = gain * lr_multiplier
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        """[..., inputs] -> [..., outputs]."""
        weight, bias = self.weight * self.weight_gain, self.bias * self.bias_gain
        x = F.linear(x, weight.to(x.dtype), bias.to(x.dtype))
        return leaky_relu(x) if self.activate else x


def fir_kernel(like: Tensor, gain: float = 1) -> Tensor:
    """Outer product of [1, 3, 3, 1] with sum `gain`.  Returns [4, 4] on the device and in the type of `like`."""
    taps = torch.tensor(FIR_TAPS, dtype=like.dtype, device=like.device)
    kernel = torch.outer(taps, taps)
    return kernel * (gain / kernel.sum())


def fir_filter(x: Tensor, padding: tuple[int, int], gain: float = 1) -> Tensor:
    """Low-pass filter each channel.

    Args:
        x: [batch, channels, height, width].
        padding: Zeros before and after, on both axes.
        gain: Sum of the filter.

    Returns:
        [batch, channels, height + before + after - 3, width + before + after - 3].
    """
    channels = x.shape[1]
    kernel = fir_kernel(x, gain).expand(channels, 1, 4, 4)
    before, after = padding
    if before == after:
        return F.conv2d(x, kernel, padding=before, groups=channels)
    return F.conv2d(F.pad(x, (before, after, before, after)), kernel, groups=channels)


def fir_upsample(x: Tensor) -> Tensor:
    """Double the size: zero insertion, then the filter with gain 4 (padding 2 before, 1 after).

    A strided transposed convolution does both at once; the filter is symmetric.
    """
    channels = x.shape[1]
    kernel = fir_kernel(x, gain=4).expand(channels, 1, 4, 4)
    return F.conv_transpose2d(x, kernel, stride=2, padding=1, groups=channels)
