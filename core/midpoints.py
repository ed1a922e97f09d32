"""EG3D's points along rays and its sum over the middles of intervals (METHOD: EG3D)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from core.volume import Integrator, Marching, PointSampler, SamplingNoise, inverse_cdf, transmittance

# Added to the smoothed weights: fine samples also go where the coarse ones have found nothing.
LEAST_WEIGHT, PDF_EPS = 0.01, 1e-5


class SmoothedSampler(PointSampler):
    """Even depths, and fine ones by coarse weights that are widened and smoothed first (as Mip-NeRF's, Section 3.1)."""

    placement = "smoothed"

    def coarse(self, near: Tensor, far: Tensor, samples: int, noise: SamplingNoise) -> Tensor:
        """From near to far; jittered ones lie between their place and the next."""
        fractions = torch.linspace(0, 1, samples, device=near.device)
        if noise.jitter:
            fractions = fractions + torch.rand(*near.shape[:-1], samples, device=near.device) / (samples - 1)
        return near + (far - near) * fractions

    @torch.no_grad()
    def fine(self, depths: Tensor, weights: Tensor, count: int, noise: SamplingNoise) -> Tensor:
        """Weights are those of the intervals, [batch, rays, samples - 1]."""
        widened = F.max_pool1d(weights.flatten(0, 1)[:, None], 2, stride=1, padding=1)  # [batch * rays, 1, samples]
        smoothed = F.avg_pool1d(widened, 2, stride=1)[:, 0].reshape(weights.shape) + LEAST_WEIGHT
        middles = (depths[..., :-1] + depths[..., 1:]) / 2
        return inverse_cdf(middles, smoothed[..., 1:-1] + PDF_EPS, count, noise, right=True)


class Midpoints(Integrator):
    """Intervals between samples, each with the mean of its ends; the ray ends with the last, which is not opaque."""

    summation = "midpoints"

    def weights(self, raw_density: Tensor, depths: Tensor, last_delta: float) -> tuple[Tensor, Tensor]:
        """Of the intervals; nothing reaches behind the last sample."""
        middle = (raw_density[..., :-1] + raw_density[..., 1:]) / 2
        optical = depths.diff(dim=-1) * F.softplus(middle)
        weights = (1 - torch.exp(-optical)) * transmittance(optical)
        return weights, weights.sum(dim=-1, keepdim=True)

    def shares(self, weights: Tensor) -> Tensor:
        """Half of the intervals beside a sample: so the mean of two colours never has to be formed."""
        return (F.pad(weights, (0, 1)) + F.pad(weights, (1, 0))) / 2


MIDPOINTS = Marching(SmoothedSampler(), Midpoints())
