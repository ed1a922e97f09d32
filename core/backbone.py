"""The StyleGAN2 synthesis network that paints tri-planes (skip architecture; METHOD: Backbone, Synthesis)."""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.fir import fir_filter, fir_upsample
from core.layers import ACTIVATION_GAIN, FullyConnected, leaky_relu_, pointwise
from core.model_config import GeneratorConfig

# Random noise comes from torch's own random state, or from a generator of one's own.
NoiseMode = Literal["none", "const", "random"] | torch.Generator
DEMODULATION_EPS = 1e-8
# Of planes that are learned directly, at the start: smooth enough that the first pictures are not all noise.
PLANES_DEVIATION = 0.1


class ModulatedConv(nn.Module):
    """3x3 convolution with inputs scaled by a style and outputs of unit variance (StyleGAN2, Eq. 1-3).

    Scaling activations before and after one shared convolution equals modulating the weights of each sample, and leaves
    a plain convolution that every device runs fast.
    """

    noise_const: Tensor

    def __init__(self, inputs: int, outputs: int, w_dim: int, resolution: int, *, up: bool):
        super().__init__()
        self.affine = FullyConnected(w_dim, inputs, bias_init=1)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.up = up

    def forward(self, x: Tensor, w: Tensor, noise: NoiseMode) -> Tensor:
        """[batch, inputs, h, h], [batch, w_dim] -> [batch, outputs, resolution, resolution]."""
        style = self.affine(w)  # [batch, inputs]
        energy = self.weight.square().sum(dim=(2, 3))  # [outputs, inputs]
        demodulation = (style.square() @ energy.t() + DEMODULATION_EPS).rsqrt() * ACTIVATION_GAIN  # [batch, outputs]
        dtype, weight = x.dtype, self.weight.to(x.dtype)
        x = x * style.to(dtype)[:, :, None, None]
        if self.up:
            x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)  # [batch, outputs, 2h + 1, 2h + 1]
            x = fir_filter(x, padding=1, gain=4)
        else:
            x = F.conv2d(x, weight, padding=1)
        bias, scale = (self.bias * ACTIVATION_GAIN).to(dtype), demodulation.to(dtype)
        x = torch.addcmul(bias[:, None, None], x, scale[:, :, None, None])
        if noise != "none":
            pattern = self.noise_const
            if noise == "random":
                pattern = torch.randn(len(x), 1, *x.shape[2:], device=x.device)
            elif isinstance(noise, torch.Generator):
                pattern = torch.randn(len(x), 1, *x.shape[2:], generator=noise, device=noise.device).to(x.device)
            x.add_((pattern * (self.noise_strength * ACTIVATION_GAIN)).to(dtype))
        return leaky_relu_(x)


class ToPlanes(nn.Module):
    """1x1 modulated convolution to the output channels; no demodulation, linear ("torgb" in StyleGAN2)."""

    def __init__(self, inputs: int, outputs: int, w_dim: int):
        super().__init__()
        self.affine = FullyConnected(w_dim, inputs, bias_init=1)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.gain = 1 / math.sqrt(inputs)

    def forward(self, x: Tensor, w: Tensor, below: Tensor | None) -> Tensor:
        """Add to planes of half the size, or of the same.

        Args:
            x: [batch, inputs, h, h].
            w: [batch, w_dim].
            below: Planes, [batch, outputs, h / 2 or h, ...]; none in the first block.

        Returns:
            [batch, outputs, h, h], float32.
        """
        style = self.affine(w) * self.gain
        share = pointwise(x, (self.weight[:, :, 0, 0] * style[:, None]).to(x.dtype)).to(torch.float32)
        bias = self.bias[:, None, None]
        if below is None or below.shape == share.shape:
            return share + bias if below is None else below + bias + share
        return fir_upsample(below).add_(bias).add_(share)


class SynthesisBlock(nn.Module):
    """One resolution: two convolutions, the first doubling (or not), and the planes' share.  b4 starts from a constant.

    Attributes:
        dtype: Of the features, given by b4; weights, styles and planes are float32.
    """

    dtype: torch.dtype = torch.float32

    def __init__(self, inputs: int, outputs: int, w_dim: int, resolution: int, image_channels: int, *, up: bool = True):
        super().__init__()
        self.first = inputs == 0
        if self.first:
            self.const = nn.Parameter(torch.randn(outputs, 4, 4))
        else:
            self.conv0 = ModulatedConv(inputs, outputs, w_dim, resolution, up=up)
        self.conv1 = ModulatedConv(outputs, outputs, w_dim, resolution, up=False)
        self.torgb = ToPlanes(outputs, image_channels, w_dim)

    @property
    def convolutions(self) -> int:
        """Convolutions that take a w of their own."""
        return 1 if self.first else 2

    def forward(self, x: Tensor | None, planes: Tensor | None, ws: Tensor, noise: NoiseMode) -> tuple[Tensor, Tensor]:
        """Grow features and planes; ws [batch, convolutions + 1, w_dim], the last one for torgb."""
        if x is None:
            # Channels last: faster to convolve, and planes are then read where they lie.
            const = self.const.to(self.dtype).expand(len(ws), -1, -1, -1)
            features = const.contiguous(memory_format=torch.channels_last)
        else:
            features = self.conv0(x, ws[:, 0], noise)
        features = self.conv1(features, ws[:, -2], noise)
        return features, self.torgb(features, ws[:, -1], planes)


class SynthesisNetwork(nn.Module):
    """ws to an image of any channel count, block by block."""

    def __init__(self, config: GeneratorConfig, image_channels: int):
        super().__init__()
        self.resolutions = config.resolutions
        for resolution in self.resolutions:
            inputs = config.channels(resolution // 2) if resolution > 4 else 0
            outputs = config.channels(resolution)
            block = SynthesisBlock(inputs, outputs, config.w_dim, resolution, image_channels)
            self.add_module(f"b{resolution}", block)

    def forward(self, ws: Tensor, noise: NoiseMode = "const") -> Tensor:
        """[batch, ws_count, w_dim] -> [batch, image_channels, resolution, resolution]."""
        x: Tensor | None = None
        planes: Tensor | None = None
        start = 0
        for resolution in self.resolutions:
            block = self.get_submodule(f"b{resolution}")
            assert isinstance(block, SynthesisBlock)
            # torgb of a block uses the w that the next block's first convolution uses too.
            x, planes = block(x, planes, ws[:, start : start + block.convolutions + 1], noise)
            start += block.convolutions
        assert planes is not None
        return planes


class LearnedPlanes(nn.Module):
    """Planes without a network, the same for every w: to see whether a scene can be fitted at all (Appendix C)."""

    def __init__(self, config: GeneratorConfig, image_channels: int):
        super().__init__()
        size = config.plane_resolution
        self.planes = nn.Parameter(torch.randn(1, image_channels, size, size) * PLANES_DEVIATION)

    def forward(self, ws: Tensor, noise: NoiseMode = "const") -> Tensor:
        """[batch, ...] -> [batch, image_channels, resolution, resolution]; there is no noise in it."""
        return self.planes.expand(len(ws), -1, -1, -1)
