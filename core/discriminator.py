"""Patch discriminators: StyleGAN2's, and with a hypernetwork aware of scale and location (EpiGRAF, Section 3.2)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embedding import ANGLES, PATCH_EMBEDDING_DIM, CameraCode, PatchEmbedding
from core.fir import fir_downsample, fir_filter
from core.layers import ACTIVATION_GAIN, FullyConnected, leaky_relu_, limited, pointwise
from core.mapping import ConditionMapping
from core.model_config import DiscriminatorConfig, Modulation
from core.rays import Patches


class Modulator(FullyConnected):
    """Patch representation to modulation: sigma = tanh(W p + b) + 1, in [0, 2] (Eq. 7); b starts at 0."""

    def forward(self, x: Tensor) -> Tensor:
        """[batch, hyper_dim] -> [batch, filters]."""
        return torch.tanh(super().forward(x)) + 1


class PatchConv(nn.Module):
    """Convolution with equalised learning rate, optional blurred downsampling and optional modulation (Eq. 2)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, down: bool = False, bias: bool = True, hyper_dim: int = 0,
        modulation: Modulation | None = None, clamp: float | None = None, activate: bool = True,
    ):  # fmt: skip
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.weight_gain = 1 / math.sqrt(inputs * kernel**2)
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.modulation: Modulation | None = modulation
        if modulation is not None:
            self.affine = Modulator(hyper_dim, inputs if modulation == "input" else outputs)
        self.down, self.activate, self.clamp = down, activate, clamp

    def forward(self, x: Tensor, patch: Tensor | None = None, gain: float = 1) -> Tensor:
        """Convolve.

        Args:
            x: [batch, inputs, h, h].
            patch: Patch representation, [batch, hyper_dim]; needed when modulated.
            gain: Multiplies the output.

        Returns:
            [batch, outputs, h, h], or half the size when downsampling.
        """
        sigma = None
        if self.modulation is not None:
            assert patch is not None
            sigma = self.affine(patch).to(x.dtype)[:, :, None, None]
        if sigma is not None and self.modulation == "input":
            x = x * sigma
        clamp = None if self.clamp is None else self.clamp * gain
        if self.activate:
            gain *= ACTIVATION_GAIN
        bias = None if self.bias is None else (self.bias * gain).to(x.dtype)
        if sigma is None or self.modulation == "input":
            x = self._convolve(x, gain, bias)
        else:
            x = self._convolve(x, gain, None) * sigma
            x = x if bias is None else x.add_(bias[:, None, None])
        return leaky_relu_(x, clamp) if self.activate else limited(x, clamp)

    def _convolve(self, x: Tensor, gain: float, bias: Tensor | None) -> Tensor:
        weight = (self.weight * (self.weight_gain * gain)).to(x.dtype)
        if weight.shape[-1] == 1:  # when halving, mix channels on the quarter of the pixels that is kept
            return pointwise(fir_downsample(x) if self.down else x, weight[:, :, 0, 0], bias)
        if self.down:
            return F.conv2d(fir_filter(x, padding=2), weight, bias, stride=2)
        return F.conv2d(x, weight, bias, padding=1)


class ResidualBlock(nn.Module):
    """Two convolutions and a linear skip; the first block also turns RGB into features.

    Attributes:
        dtype: Of the features; weights are float32, and some blocks are float16 on a GPU anyway.
    """

    dtype: torch.dtype = torch.float32

    def __init__(
        self, config: DiscriminatorConfig, resolution: int, *, first: bool, down: bool, half: bool, channels: int
    ):
        super().__init__()
        inputs, outputs = config.channels(resolution), config.channels(resolution // 2)
        hyper, clamp, modulation = config.hyper_dim, config.conv_clamp, _modulation(config)
        if first:
            self.fromrgb = PatchConv(channels, inputs, 1, clamp=clamp)
        self.first, self.half_precision = first, half
        first_modulation: Modulation | None = "output" if modulation == "output" else None
        self.conv0 = PatchConv(inputs, inputs, 3, clamp=clamp, hyper_dim=hyper, modulation=first_modulation)
        self.conv1 = PatchConv(inputs, outputs, 3, down=down, clamp=clamp, hyper_dim=hyper, modulation=modulation)
        self.skip = PatchConv(inputs, outputs, 1, down=down, bias=False, activate=False)

    def forward(self, x: Tensor, patch: Tensor | None) -> Tensor:
        """[batch, channels or inputs, h, h] -> [batch, outputs, h or h / 2, ...]."""
        halved = self.half_precision and x.is_cuda and self.dtype == torch.float32
        x = x.to(torch.float16 if halved else self.dtype)
        if self.first:
            x = self.fromrgb(x)
        skip = self.skip(x, gain=math.sqrt(0.5))
        x = self.conv1(self.conv0(x, patch), patch, gain=math.sqrt(0.5))
        return skip + x


def _modulation(config: DiscriminatorConfig) -> Modulation | None:
    """What sigma scales; None where there is none."""
    return config.modulation if config.kind == "hyper" else None


def minibatch_std(x: Tensor, group_size: int) -> Tensor:
    """Append one channel: the mean standard deviation inside each group of consecutive samples.

    The published code groups strided samples while patches are shared by consecutive ones; here the two agree, so that
    a group compares patches of one scale.  [batch, channels, h, w] -> [batch, channels + 1, h, w].
    """
    batch, _, height, width = x.shape
    group = min(group_size, batch)
    grouped = x.reshape(batch // group, group, *x.shape[1:]).to(torch.float32)
    deviation = (grouped.var(dim=1, unbiased=False) + 1e-8).sqrt().mean(dim=(1, 2, 3))  # [groups]
    channel = deviation.repeat_interleave(group).to(x.dtype).reshape(batch, 1, 1, 1).expand(-1, 1, height, width)
    return torch.cat([x, channel], dim=1)


class Epilogue(nn.Module):
    """From 4x4 features to a vector that is projected on the mapped condition, or to a score if there is none."""

    def __init__(self, config: DiscriminatorConfig, outputs: int):
        super().__init__()
        channels = config.channels(4)
        modulation: Modulation | None = "output" if _modulation(config) == "output" else None
        self.group_size = config.group_size
        self.conv = PatchConv(
            channels + 1, channels, 3, clamp=config.conv_clamp, hyper_dim=config.hyper_dim, modulation=modulation
        )
        self.fc = FullyConnected(channels * 16, channels, activate=True)
        self.out = FullyConnected(channels, outputs)

    def forward(self, x: Tensor, patch: Tensor | None) -> Tensor:
        """[batch, channels, 4, 4] -> [batch, outputs]."""
        x = self.conv(minibatch_std(x.to(torch.float32), self.group_size), patch)
        return self.out(self.fc(x.flatten(1)))


class Discriminator(nn.Module, ABC):
    """Scores patches.

    Attributes:
        config: What it is made of.
    """

    config: DiscriminatorConfig

    @abstractmethod
    def forward(
        self, images: Tensor, patches: Patches, angles: Tensor | None = None, labels: Tensor | None = None
    ) -> Tensor:
        """Score patches.

        Args:
            images: [batch, 3, r, r], in [-1, 1].
            patches: [batch] scales and offsets; samples of a minibatch-std group share theirs.
            angles: Yaw and pitch, radians, [batch, 2]; needed with camera condition.
            labels: Classes from 0, [batch], int64; needed with label condition.

        Returns:
            Logits, [batch].

        Raises:
            ValueError: Part of the condition is missing.
        """

    def require_condition(self, angles: Tensor | None, labels: Tensor | None) -> None:
        """Look for what has to be told, before anything is computed.  Raises ValueError when part of it is missing."""
        if self.config.label_count and labels is None:
            raise ValueError("this discriminator is conditioned on the label: it needs labels")
        if self.config.camera_condition and angles is None:
            raise ValueError("this discriminator is conditioned on the camera: it needs yaw and pitch")

    @abstractmethod
    def modulations(self, patches: Patches) -> dict[str, Tensor]:
        """The modulation sigma of each modulated layer for the given patches.  Values [batch, filters], in [0, 2]."""


@dataclass(frozen=True)
class JudgeParts:
    """What families of discriminators do not share.

    Attributes:
        channels: Of what is judged.
        camera_code: How it is told the camera.
        head_layers: Fully connected layers between the condition and what the score is projected on.
    """

    channels: int = 3
    camera_code: CameraCode = ANGLES
    head_layers: int = 2


class PatchDiscriminator(Discriminator):
    """One network for all patches.

    Of the kind `hyper` a hypernetwork tells its filters which scale and place they see, and the projection head as
    well; of the kind `standard` nothing does.
    """

    def __init__(self, config: DiscriminatorConfig, parts: JudgeParts = JudgeParts()):
        super().__init__()
        if config.kind == "scale-specific":
            raise ValueError("one network cannot be scale-specific: see core.scale_specific")
        self.camera_code = parts.camera_code
        self.config, self.aware = config, config.kind == "hyper"
        if self.aware:
            self.patch_embedding = PatchEmbedding()
            self.hypernetwork = ConditionMapping(PATCH_EMBEDDING_DIM, config.hyper_dim)
        for index, resolution in enumerate(config.resolutions):
            # As deep as for whole images: the first log2(R / r) blocks keep the size.
            down = resolution <= config.patch_resolution
            half = index < config.mixed_precision_blocks
            block = ResidualBlock(config, resolution, first=index == 0, down=down, half=half, channels=parts.channels)
            self.add_module(f"b{resolution}", block)
        camera_dim = self.camera_code.dim * config.camera_condition
        condition = config.label_count + PATCH_EMBEDDING_DIM * self.aware + camera_dim
        self.b4 = Epilogue(config, config.channels(4) if condition else 1)
        self.camera_dropout = nn.Dropout(config.camera_dropout)
        self.head_mapping = None
        if condition:
            self.head_mapping = ConditionMapping(condition, config.channels(4), parts.head_layers)

    def forward(
        self, images: Tensor, patches: Patches, angles: Tensor | None = None, labels: Tensor | None = None
    ) -> Tensor:
        """Score patches: see Discriminator."""
        self.require_condition(angles, labels)
        return self.judged(images, patches, self.told(angles), labels)

    def told(self, angles: Tensor | None) -> Tensor | None:
        """What is told of cameras, with the dropout of training.

        Args:
            angles: Yaw and pitch, radians, [batch, 2]; needed with camera condition.

        Returns:
            [batch, camera_code.dim]; None without camera condition.
        """
        if not self.config.camera_condition:
            return None
        assert angles is not None
        return self.camera_dropout(self.camera_code(angles[:, :2]))

    def judged(self, images: Tensor, patches: Patches, camera: Tensor | None, labels: Tensor | None) -> Tensor:
        """Score patches as `forward` does, by what `told` gives of their cameras; this draws no random numbers."""
        embedding = self.patch_embedding(patches.scales, patches.offsets) if self.aware else None
        patch = self.hypernetwork(embedding) if self.aware else None
        x = images.contiguous(memory_format=torch.channels_last)
        for resolution in self.config.resolutions:
            x = self.get_submodule(f"b{resolution}")(x, patch)
        x = self.b4(x, patch)
        if self.head_mapping is None:
            return x[:, 0]
        condition = self.head_mapping(self._condition(embedding, camera, labels))
        return (x * condition).sum(dim=1) / math.sqrt(x.shape[1])

    def _condition(self, embedding: Tensor | None, camera: Tensor | None, labels: Tensor | None) -> Tensor:
        """Label, patch and camera, as far as they count, side by side."""
        parts = [] if embedding is None else [embedding]
        if self.config.label_count:
            assert labels is not None
            label = F.one_hot(labels, self.config.label_count).to(torch.float32)
            parts.insert(0, self.config.label_gain * label)
        if camera is not None:
            parts.append(camera)
        return torch.cat(parts, dim=1)

    def modulators(self) -> Iterator[tuple[str, Modulator]]:
        """Names of the modulated layers, in the order of the forward pass, with what predicts their sigma."""
        for name, module in self.named_modules():
            if isinstance(module, Modulator):
                yield name.removesuffix(".affine"), module

    def modulations(self, patches: Patches) -> dict[str, Tensor]:
        """The modulation sigma of each modulated layer for the given patches.  Values [batch, filters], in [0, 2]."""
        if not self.aware:
            return {}
        patch = self.hypernetwork(self.patch_embedding(patches.scales, patches.offsets))
        return {name: modulator(patch) for name, modulator in self.modulators()}
