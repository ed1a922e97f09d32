"""Blocks that generator and discriminator share: equalised learning rate, activation (StyleGAN2)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAK = 0.2
ACTIVATION_GAIN = math.sqrt(2)  # keeps the variance of a leaky ReLU's output at about one


def normalize_moment(x: Tensor, eps: float = 1e-8) -> Tensor:
    """Scale each row to unit second moment.  [batch, dim] -> [batch, dim]."""
    return x * (x.square().mean(dim=1, keepdim=True) + eps).rsqrt()


def leaky_relu(x: Tensor) -> Tensor:
    """Leaky ReLU.

    The gain that goes with it (ACTIVATION_GAIN) is left to the layer before: a leaky ReLU commutes with positive
    factors, and a factor on the weights costs nothing, one on the activations a pass over memory.
    """
    return F.leaky_relu(x, LEAK)


def leaky_relu_(x: Tensor, clamp: float | None = None) -> Tensor:
    """Leaky ReLU, limited to plus and minus `clamp`; `x` is not needed any more, and its memory is used again."""
    # A view's gradient would be copied twice over for writing into it.
    return limited(F.leaky_relu(x, LEAK, inplace=not x._is_view()), clamp)


def limited(x: Tensor, clamp: float | None) -> Tensor:
    """Limit to plus and minus `clamp`: as a `hardtanh`, whose gradient takes a quarter of the passes over memory."""
    return x if clamp is None else F.hardtanh(x, -clamp, clamp)


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
        rows = F.linear(x.flatten(0, -2), weight.to(x.dtype), bias.to(x.dtype))
        return (leaky_relu_(rows) if self.activate else rows).reshape(*x.shape[:-1], -1)


def pointwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolution 1x1 as the matrix product that it is in channels-last memory.

    Args:
        x: [batch, inputs, h, w].
        weight: [outputs, inputs]; or one for each sample, [batch, outputs, inputs], then without bias.
        bias: [outputs].

    Returns:
        [batch, outputs, h, w].
    """
    rows = x.permute(0, 2, 3, 1)
    if weight.ndim == 2:
        return F.linear(rows, weight, bias).permute(0, 3, 1, 2)
    mixed = torch.bmm(rows.flatten(1, 2), weight.transpose(1, 2))
    return mixed.unflatten(1, rows.shape[1:3]).permute(0, 3, 1, 2)
