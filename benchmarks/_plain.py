"""The method written down plainly, without any of our means of speed: what speed is measured against, and an oracle.

Weights, random draws and results are those of the networks in core/.  Each sample's convolution weights are modulated
and convolved in groups, filters are applied after zero insertion, gains and biases each pass over memory, planes are
read by one `grid_sample` each, samples along rays are merged by sorting, and all of it is float32.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.backbone import DEMODULATION_EPS, ModulatedConv, NoiseMode, SynthesisBlock, SynthesisNetwork, ToPlanes
from core.discriminator import PatchConv, PatchDiscriminator, ResidualBlock, minibatch_std
from core.epigraf import EpigrafGenerator
from core.fir import TAPS
from core.layers import LEAK, FullyConnected
from core.model_config import RenderConfig
from core.rays import Patches
from core.triplane import PLANE_AXES, TriPlaneField
from core.volume import WEIGHT_EPS, Rendering, SamplingNoise, ray_range
from training.config import RunConfig
from training.networks import Networks
from training.steps import Stepper
from training.train_state import seeded_rng

TRANSMITTANCE_EPS = 1e-10


def plain_stepper(
    config: RunConfig, networks: Networks, poses: np.ndarray | None, device: torch.device
) -> tuple[Stepper, Networks]:
    """Steps of a training without our means of speed, beginning with a copy of these weights.

    Raises:
        ValueError: Parts of the method are asked for that have no plain version here.
    """
    generator, discriminator = PlainGenerator(config.generator), PlainDiscriminator(config.discriminator)
    average = PlainGenerator(config.generator).eval().requires_grad_(False)
    plain = PlainNetworks(generator.to(device), average.to(device), discriminator.to(device))
    plain.load_state_dict(networks.state_dict())
    stepper = Stepper(config, plain, poses, seeded_rng(config.loop.seed), device)
    for name in ("generator_optimizer", "discriminator_optimizer"):
        fast = getattr(stepper, name)
        (group,) = fast.param_groups
        settings = {key: group[key] for key in ("lr", "betas", "eps")}
        setattr(stepper, name, torch.optim.Adam(group["params"], **settings, foreach=False, fused=False))
    return stepper, plain


class PlainNetworks(Networks):
    """Networks whose average is updated one tensor at a time."""

    @torch.no_grad()
    def update_average(self, decay: float) -> None:
        for kept, value in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            kept.copy_(value + (kept - value) * decay)
        for kept, value in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(value)


class PlainGenerator(EpigrafGenerator):
    """Synthesis, field and rays (METHOD: Backbone, Tri-plane field, Volume rendering)."""

    def field(self, ws: Tensor, noise: NoiseMode = "const") -> TriPlaneField:
        if not isinstance(self.backbone, SynthesisNetwork) or self.config.background != "none":
            raise ValueError("the plain path has no background, and no planes without a network")
        planes = synthesis(self.backbone, ws, noise)
        return PlainField(planes, self.decoder, self.config.render.cube_scale)

    def _render(
        self, field: TriPlaneField, grid: Tensor, origins: Tensor, directions: Tensor, noise: SamplingNoise,
        rays: RenderConfig | None = None,
    ) -> Rendering:  # fmt: skip
        return render(field, origins, directions, rays or self.config.rays, noise)


@dataclass(frozen=True)
class PlainField(TriPlaneField):
    """Three samples, their mean, and the decoder."""

    def __call__(self, points: Tensor, directions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        hidden = fully_connected(self.decoder.hidden, sample_planes(self.planes, points / self.box))
        out = fully_connected(self.decoder.out, hidden)
        return out[..., :3], out[..., 3:]


def sample_planes(planes: Tensor, points: Tensor) -> Tensor:
    """Mean of three `grid_sample`s.  [batch, 3 * features, size, size], [batch, n, 3] -> [batch, n, features]."""
    parts = []
    for plane, axes in zip(planes.chunk(3, dim=1), PLANE_AXES, strict=True):
        sampled = F.grid_sample(plane, points[:, :, None, list(axes)], align_corners=True, padding_mode="zeros")
        parts.append(sampled[..., 0].transpose(1, 2))
    return torch.stack(parts).mean(dim=0)


def fully_connected(layer: FullyConnected, x: Tensor) -> Tensor:
    """[..., inputs] -> [..., outputs]."""
    gain = math.sqrt(2) if layer.activate else 1
    x = F.linear(x, layer.weight * (layer.weight_gain / gain)) + layer.bias * (layer.bias_gain / gain)
    return activated(x) if layer.activate else x


def activated(x: Tensor, gain: float = 1, clamp: float | None = None) -> Tensor:
    """Leaky ReLU with its gain."""
    x = F.leaky_relu(x, LEAK) * math.sqrt(2) * gain
    return x if clamp is None else x.clamp(-clamp * gain, clamp * gain)


def filtered(x: Tensor, up: int = 1, padding: tuple[int, int] = (0, 0), gain: float = 1) -> Tensor:
    """Zero insertion, padding, and a 4 x 4 filter for each channel.  [batch, c, h, w] -> [batch, c, ...]."""
    batch, channels, height, width = x.shape
    if up > 1:
        x = x.reshape(batch, channels, height, 1, width, 1)
        x = F.pad(x, (0, up - 1, 0, 0, 0, up - 1)).reshape(batch, channels, height * up, width * up)
    taps = torch.tensor(TAPS, device=x.device)
    kernel = torch.outer(taps, taps) / taps.sum() ** 2 * gain
    before, after = padding
    return F.conv2d(F.pad(x, (before, after, before, after)), kernel.repeat(channels, 1, 1, 1), groups=channels)


def modulated_conv(weight: Tensor, x: Tensor, style: Tensor, *, up: bool, demodulate: bool) -> Tensor:
    """One convolution per sample (StyleGAN2, Eq. 1-3).  [batch, i, h, w], [batch, i] -> [batch, o, h or 2h, ...]."""
    batch, inputs, height, width = x.shape
    outputs, kernel = weight.shape[0], weight.shape[-1]
    weights = weight[None] * style[:, None, :, None, None]  # [batch, o, i, k, k]
    if demodulate:
        weights = weights * (weights.square().sum(dim=(2, 3, 4), keepdim=True) + DEMODULATION_EPS).rsqrt()
    x = x.reshape(1, batch * inputs, height, width)
    if up:
        weights = weights.transpose(1, 2).reshape(batch * inputs, outputs, kernel, kernel)
        x = F.conv_transpose2d(x, weights, stride=2, groups=batch)
        x = x.reshape(batch, outputs, *x.shape[2:])
        return filtered(x, padding=(1, 1), gain=4)
    weights = weights.reshape(batch * outputs, inputs, kernel, kernel)
    x = F.conv2d(x, weights, padding=kernel // 2, groups=batch)
    return x.reshape(batch, outputs, height, width)


def synthesis_layer(layer: ModulatedConv, x: Tensor, w: Tensor, noise: NoiseMode) -> Tensor:
    """Convolution, noise, bias, activation."""
    x = modulated_conv(layer.weight, x, fully_connected(layer.affine, w), up=layer.up, demodulate=True)
    if noise == "const":
        x = x + layer.noise_const * layer.noise_strength
    elif noise == "random":
        x = x + torch.randn_like(x[:, :1]) * layer.noise_strength
    return activated(x + layer.bias[:, None, None])


def to_planes(layer: ToPlanes, x: Tensor, w: Tensor) -> Tensor:
    """The share of a block in the planes."""
    style = fully_connected(layer.affine, w) * layer.gain
    return modulated_conv(layer.weight, x, style, up=False, demodulate=False) + layer.bias[:, None, None]


def synthesis(network: SynthesisNetwork, ws: Tensor, noise: NoiseMode) -> Tensor:
    """[batch, ws_count, w_dim] -> [batch, channels, resolution, resolution]."""
    x = planes = torch.zeros(0, device=ws.device)
    position = 0
    for resolution in network.resolutions:
        block = network.get_submodule(f"b{resolution}")
        assert isinstance(block, SynthesisBlock)
        if block.first:
            x = block.const[None].repeat(len(ws), 1, 1, 1)
        else:
            x = synthesis_layer(block.conv0, x, ws[:, position], noise)
            position += 1
        x = synthesis_layer(block.conv1, x, ws[:, position], noise)
        position += 1
        share = to_planes(block.torgb, x, ws[:, position])
        planes = share if block.first else filtered(planes, up=2, padding=(2, 1), gain=4) + share
    return planes


def composite(density: Tensor, depths: Tensor, last_delta: float) -> tuple[Tensor, Tensor]:
    """Weights of samples and opacity before the last one.  [batch, rays, samples] twice."""
    deltas = torch.cat([depths[..., 1:] - depths[..., :-1], torch.full_like(depths[..., :1], last_delta)], dim=-1)
    alpha = 1 - torch.exp(-deltas * F.softplus(density))
    passing = torch.cat([torch.ones_like(alpha[..., :1]), 1 - alpha + TRANSMITTANCE_EPS], dim=-1)
    before = torch.cumprod(passing, dim=-1)[..., :-1]
    return alpha * before, 1 - before[..., -1:]


@torch.no_grad()
def drawn_depths(depths: Tensor, weights: Tensor, count: int) -> Tensor:
    """Inverse CDF over the midpoints (NeRF, Section 5.2).  [batch, rays, samples] twice -> [batch, rays, count]."""
    bins = (depths[..., 1:] + depths[..., :-1]) / 2
    density = weights[..., 1:-1] + WEIGHT_EPS
    cdf = torch.cumsum(density / density.sum(dim=-1, keepdim=True), dim=-1)
    cdf = torch.cat([torch.zeros_like(cdf[..., :1]), cdf], dim=-1)
    places = torch.rand(*cdf.shape[:-1], count, device=cdf.device).sort(dim=-1).values
    above = torch.searchsorted(cdf, places)
    below, above = (above - 1).clamp(min=0), above.clamp(max=cdf.shape[-1] - 1)
    low, high = cdf.gather(-1, below), cdf.gather(-1, above)
    width = torch.where(high - low < 1e-5, torch.ones_like(low), high - low)
    start = bins.gather(-1, below)
    return start + (places - low) / width * (bins.gather(-1, above) - start)


def render(
    field: TriPlaneField, origins: Tensor, directions: Tensor, config: RenderConfig, noise: SamplingNoise
) -> Rendering:
    """Coarse and fine samples, sorted by depth, integrated."""
    if config.bounds != "range" or not noise.jitter:
        raise ValueError("the plain path has jittered samples from near to far, and no others")
    near, far = ray_range(origins, directions, config)

    def evaluate(depths: Tensor) -> tuple[Tensor, Tensor]:
        points = origins[:, :, None] + directions[:, :, None] * depths[..., None]
        rgb, density = field(points.flatten(1, 2))
        if noise.density_std > 0:
            density = density + torch.randn_like(density) * noise.density_std
        return rgb.reshape(*depths.shape, 3), density.reshape(depths.shape)

    count = config.coarse_samples
    strata = torch.linspace(0, 1, count, device=near.device)
    strata = strata + (torch.rand(*near.shape[:-1], count, device=near.device) - 0.5) / (count - 1)
    depths = near + (far - near) * strata
    rgb, density = evaluate(depths)
    weights, _ = composite(density.detach(), depths, config.last_delta)
    extra = drawn_depths(depths, weights, config.fine_samples)
    extra_rgb, extra_density = evaluate(extra)
    depths, order = torch.cat([depths, extra], dim=-1).sort(dim=-1)
    density = torch.cat([density, extra_density], dim=-1).gather(-1, order)
    rgb = torch.cat([rgb, extra_rgb], dim=-2).gather(-2, order[..., None].expand(*order.shape, 3))
    weights, opacity = composite(density, depths, config.last_delta)
    color = (weights[..., None] * rgb).sum(dim=-2)
    if config.white_back:
        color = color + 1 - weights.sum(dim=-1, keepdim=True)
    return Rendering(color, (weights * depths).sum(dim=-1, keepdim=True), opacity)


class PlainDiscriminator(PatchDiscriminator):
    """Residual blocks and projection head (METHOD, section 2)."""

    def forward(
        self, images: Tensor, patches: Patches, angles: Tensor | None = None, labels: Tensor | None = None
    ) -> Tensor:
        embedding = self.patch_embedding(patches.scales, patches.offsets)
        patch = self.hypernetwork(embedding)
        x = images
        for resolution in self.config.resolutions:
            block = self.get_submodule(f"b{resolution}")
            assert isinstance(block, ResidualBlock)
            if block.first:
                x = patch_conv(block.fromrgb, x, patch)
            skip = patch_conv(block.skip, x, patch, math.sqrt(0.5))
            x = patch_conv(block.conv1, patch_conv(block.conv0, x, patch), patch, math.sqrt(0.5)) + skip
        x = patch_conv(self.b4.conv, minibatch_std(x, self.b4.group_size), patch)
        x = fully_connected(self.b4.out, fully_connected(self.b4.fc, x.flatten(1)))
        if self.head_mapping is None:
            return x[:, 0]
        condition = self.head_mapping(self._condition(embedding, self.told(angles), labels))
        return (x * condition).sum(dim=1) / math.sqrt(x.shape[1])


def patch_conv(layer: PatchConv, x: Tensor, patch: Tensor, gain: float = 1) -> Tensor:
    """Modulation, filter, convolution, bias, activation, one after the other."""
    sigma = None if layer.modulation is None else layer.affine(patch)[:, :, None, None]
    if sigma is not None and layer.modulation == "input":
        x = x * sigma
    weight = layer.weight * layer.weight_gain
    kernel = weight.shape[-1]
    if layer.down:
        x = F.conv2d(filtered(x, padding=(1, 1) if kernel == 1 else (2, 2)), weight, stride=2)
    else:
        x = F.conv2d(x, weight, padding=kernel // 2)
    if sigma is not None and layer.modulation == "output":
        x = x * sigma
    if layer.bias is not None:
        x = x + layer.bias[:, None, None]
    if layer.activate:
        return activated(x, gain, layer.clamp)
    x = x * gain
    return x if layer.clamp is None else x.clamp(-layer.clamp * gain, layer.clamp * gain)
