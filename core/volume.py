"""Volume rendering with hierarchical sampling (NeRF, Section 5.2; METHOD: Volume rendering, Rays)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from core.field_parts import Placement, Summation
from core.model_config import RenderConfig
from core.triplane import Field

WEIGHT_EPS = 2e-5
OPAQUE_DELTA = 1e10  # reach of a last sample that lets nothing through


@dataclass(frozen=True)
class Rendering:
    """What rays see.

    Attributes:
        rgb: [batch, rays, 3], about [-1, 1]; or as many features as the field has in place of colours.
        depth: Expected distance along the ray, [batch, rays, 1].
        opacity: 1 - transmittance before the last sample, [batch, rays, 1]: the object without its backdrop.
    """

    rgb: Tensor
    depth: Tensor
    opacity: Tensor


@dataclass(frozen=True)
class SamplingNoise:
    """Randomness of training; without it rendering is deterministic.

    Attributes:
        jitter: Shift coarse samples within their stratum and draw the fine ones at random.
        density_std: Deviation of normal noise added to the density before its activation.
    """

    jitter: bool = False
    density_std: float = 0.0


DETERMINISTIC = SamplingNoise()


class PointSampler(Protocol):
    """Where rays are looked at.

    Attributes:
        placement: Its name, if shaders can do the same: samples that are even, and fine ones placed so.
    """

    placement: Placement | None = None

    def coarse(self, near: Tensor, far: Tensor, samples: int, noise: SamplingNoise) -> Tensor:
        """Depths between near and far, [batch, rays, 1] each.  Returns [batch, rays, samples], ascending."""
        ...

    def fine(self, depths: Tensor, weights: Tensor, count: int, noise: SamplingNoise) -> Tensor:
        """Depths where the weights are that an integrator has found at depths [batch, rays, samples].

        Returns:
            [batch, rays, count], ascending.
        """
        ...


class Integrator(Protocol):
    """What samples along a ray add up to.

    Attributes:
        summation: Its name, if shaders can do the same.
    """

    summation: Summation | None = None

    def weights(self, raw_density: Tensor, depths: Tensor, last_delta: float) -> tuple[Tensor, Tensor]:
        """Light that is absorbed.

        Args:
            raw_density: Before softplus, [batch, rays, samples].
            depths: Ascending, [batch, rays, samples].
            last_delta: How far the last sample reaches.

        Returns:
            Weights of the samples or of the intervals between them, [batch, rays, samples or one less], and the
            opacity before the last sample, [batch, rays, 1].
        """
        ...

    def shares(self, weights: Tensor) -> Tensor:
        """What each sample has of these weights.  Returns [batch, rays, samples]."""
        ...


@torch.no_grad()
def ray_range(origins: Tensor, directions: Tensor, config: RenderConfig) -> tuple[Tensor, Tensor]:
    """Where samples of each ray start and end.

    With bounds `range` that is near and far for all.  Parts of it that lie outside the box show the decoder's answer to
    zeros, which is fog and not empty space; with bounds `box` they are cut off.  A ray that misses the box ends where
    it starts: it is all backdrop, and `render_rays` sees to it that all such rays end alike.

    Args:
        origins: [batch, 1 or rays, 3], world units.
        directions: Unit vectors, [batch, rays, 3].
        config: Range, bounds and box.

    Returns:
        Twice [batch, rays, 1], along the ray.
    """
    near = torch.full_like(directions[..., :1], config.near)
    far = torch.full_like(near, config.far)
    if config.bounds == "range":
        return near, far
    # Slabs (Kay and Kajiya 1986): a ray is inside the box between its last entry and its first exit.
    slope = 1 / torch.where(directions.abs() < 1e-9, torch.full_like(directions, 1e-9), directions)
    one, other = (-config.cube_scale - origins) * slope, (config.cube_scale - origins) * slope
    entry = torch.minimum(one, other).amax(dim=-1, keepdim=True).maximum(near)
    leave = torch.maximum(one, other).amin(dim=-1, keepdim=True).minimum(far)
    hit = leave > entry
    return torch.where(hit, entry, near), torch.where(hit, leave, near)


def coarse_depths(near: Tensor, far: Tensor, samples: int, noise: SamplingNoise) -> Tensor:
    """Evenly spaced depths, both ends included, each moved inside its stratum when jittered.

    near and far [batch, rays, 1] -> [batch, rays, samples].
    """
    fractions = torch.linspace(0, 1, samples, device=near.device)
    if noise.jitter:
        jitter = torch.rand(*near.shape[:-1], samples, device=near.device) - 0.5
        fractions = fractions + jitter / (samples - 1)
    return near + (far - near) * fractions


def absorption(raw_density: Tensor, depths: Tensor, last_delta: float) -> tuple[Tensor, Tensor]:
    """What samples along rays take of the light that reaches them, and how much of it does; see compositing_weights.

    Returns:
        Alpha in [0, 1], and the transmittance before each sample, which begins with 1: twice [batch, rays, samples].
    """
    deltas = F.pad(depths.diff(dim=-1), (0, 1), value=last_delta)
    optical = deltas * F.softplus(raw_density)
    return 1 - torch.exp(-optical), transmittance(optical)


def transmittance(optical: Tensor) -> Tensor:
    """How much of the light reaches each sample or interval (NeRF, Eq. 3).

    The published product of 1 - alpha + 1e-10 is this but for rounding, and 1e-10 behind what is opaque.  A sum is
    faster, and its gradient asks for nothing: that of a product looks for zeros first, for which a GPU would be waited.

    Args:
        optical: Density times length, [..., samples].

    Returns:
        What is left by all that is nearer, which begins with 1, [..., samples].
    """
    return torch.exp(-F.pad(optical[..., :-1].cumsum(dim=-1), (1, 0)))


def compositing_weights(raw_density: Tensor, depths: Tensor, last_delta: float) -> tuple[Tensor, Tensor]:
    """Weights of samples along rays.

    Args:
        raw_density: Before softplus, [batch, rays, samples].
        depths: Ascending, [batch, rays, samples].
        last_delta: How far the last sample reaches; 1e10 makes it an opaque backdrop (METHOD: Volume rendering).

    Returns:
        Weights [batch, rays, samples], and the opacity before the last sample [batch, rays, 1].
    """
    alpha, before = absorption(raw_density, depths, last_delta)
    return alpha * before, 1 - before[..., -1:]


@dataclass(frozen=True)
class Marching:
    """A point sampler and the integrator whose weights it reads."""

    sampler: PointSampler
    integrator: Integrator


@torch.no_grad()
def fine_depths(depths: Tensor, weights: Tensor, count: int, noise: SamplingNoise) -> Tensor:
    """Depths drawn by the inverse CDF of the coarse weights, over the midpoints between coarse samples.

    Args:
        depths: Coarse, ascending, [batch, rays, samples].
        weights: Of the coarse samples, [batch, rays, samples].
        count: Fine samples to draw.
        noise: Random or evenly spaced positions on the CDF.

    Returns:
        Ascending, [batch, rays, count].
    """
    bins = (depths[..., :-1] + depths[..., 1:]) / 2  # [batch, rays, samples - 1]
    return inverse_cdf(bins, weights[..., 1:-1] + WEIGHT_EPS, count, noise)


def inverse_cdf(bins: Tensor, density: Tensor, count: int, noise: SamplingNoise, *, right: bool = False) -> Tensor:
    """Draw by the inverse of a piecewise linear distribution.

    Args:
        bins: Ends of its intervals, ascending, [batch, rays, more than intervals]; those beyond its last are not used.
        density: Of each interval, not normalised, [batch, rays, intervals].
        count: How many are drawn.
        noise: Random or evenly spaced positions on the CDF.
        right: To which side a position belongs that lies on the edge of two intervals.

    Returns:
        Ascending, [batch, rays, count].
    """
    cdf = F.pad(torch.cumsum(density / density.sum(dim=-1, keepdim=True), dim=-1), (1, 0))
    if noise.jitter:
        positions = torch.rand(*cdf.shape[:-1], count, device=cdf.device).sort(dim=-1).values
    else:
        positions = torch.linspace(0, 1, count, device=cdf.device).expand(*cdf.shape[:-1], count).contiguous()
    above = torch.searchsorted(cdf, positions, right=right)
    below, above = (above - 1).clamp(min=0), above.clamp(max=cdf.shape[-1] - 1)
    cdf_below, cdf_above = cdf.gather(-1, below), cdf.gather(-1, above)
    bin_below, bin_above = bins.gather(-1, below), bins.gather(-1, above)
    width = cdf_above - cdf_below
    width = torch.where(width < 1e-5, torch.ones_like(width), width)
    return bin_below + (positions - cdf_below) / width * (bin_above - bin_below)


class StratifiedSampler(PointSampler):
    """EpiGRAF's points: `coarse_depths` and `fine_depths`."""

    placement = "by_weight"

    def coarse(self, near: Tensor, far: Tensor, samples: int, noise: SamplingNoise) -> Tensor:
        """Each inside its stratum."""
        return coarse_depths(near, far, samples, noise)

    def fine(self, depths: Tensor, weights: Tensor, count: int, noise: SamplingNoise) -> Tensor:
        """Between the middles of coarse intervals."""
        return fine_depths(depths, weights, count, noise)


class Quadrature(Integrator):
    """NeRF's sum over samples (Eq. 3): `compositing_weights`."""

    summation = "samples"

    def weights(self, raw_density: Tensor, depths: Tensor, last_delta: float) -> tuple[Tensor, Tensor]:
        """Of the samples."""
        return compositing_weights(raw_density, depths, last_delta)

    def shares(self, weights: Tensor) -> Tensor:
        """The weights themselves."""
        return weights


QUADRATURE = Marching(StratifiedSampler(), Quadrature())


def render_rays(
    field: Field,
    origins: Tensor,
    directions: Tensor,
    config: RenderConfig,
    noise: SamplingNoise = DETERMINISTIC,
    marching: Marching = QUADRATURE,
) -> Rendering:
    """Integrate a field along rays: coarse samples, fine ones where the coarse weights are, both merged by depth.

    Args:
        field: Colour and density in space.
        origins: [batch, 1 or rays, 3], world units.
        directions: Unit vectors, [batch, rays, 3].
        config: Depth range and sample counts.
        noise: Randomness of training.
        marching: Which depths are looked at, and how they are added up.

    Returns:
        Colour, depth and opacity per ray.
    """
    sampler, integrator = marching.sampler, marching.integrator
    near, far = ray_range(origins, directions, config)
    evaluate = evaluation_along(field, origins, directions, config, far > near, noise)
    depths = sampler.coarse(near, far, config.coarse_samples, noise)
    rgb, density = evaluate(depths)
    if config.fine_samples == 0:
        weights, opacity = integrator.weights(density, depths, config.last_delta)
        shares = integrator.shares(weights)
        color = (shares[..., None] * rgb).sum(dim=-2)
    else:
        weights, _ = integrator.weights(density.detach(), depths, config.last_delta)
        extra = sampler.fine(depths, weights, config.fine_samples, noise)
        extra_rgb, extra_density = evaluate(extra)
        depths, order = torch.cat([depths, extra], dim=-1).sort(dim=-1)
        density = torch.cat([density, extra_density], dim=-1).gather(-1, order)
        weights, opacity = integrator.weights(density, depths, config.last_delta)
        shares = integrator.shares(weights)
        # Shares return to where their samples are, which is a third of what colours would have to be moved.
        returned = torch.zeros_like(shares).scatter(-1, order, shares)[..., None]
        coarse, fine = returned.split([config.coarse_samples, config.fine_samples], dim=-2)
        color = (coarse * rgb).sum(dim=-2) + (fine * extra_rgb).sum(dim=-2)
    if config.white_back:
        color = color + 1 - weights.sum(dim=-1, keepdim=True)
    return Rendering(color, (shares * depths).sum(dim=-1, keepdim=True), opacity)


def evaluation_along(
    field: Field, origins: Tensor, directions: Tensor, config: RenderConfig, hit: Tensor, noise: SamplingNoise
) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """What evaluates a field at depths along rays.

    Args:
        field: Colour and density in space.
        origins: [batch, 1 or rays, 3], world units.
        directions: Unit vectors, [batch, rays, 3].
        config: Bounds and box.
        noise: Of the density.
        hit: Which rays meet what bounds them, [batch, rays, 1]; of `ray_range`, where far exceeds near.

    Returns:
        From depths [batch, rays, samples] to colours [batch, rays, samples, 3] and densities before softplus
        [batch, rays, samples].
    """
    starts, headings = origins, directions
    if config.bounds == "box":
        starts, headings = _beside(origins, directions, hit, config.cube_scale)

    def evaluate(depths: Tensor) -> tuple[Tensor, Tensor]:
        points = starts[:, :, None] + headings[:, :, None] * depths[..., None]  # [batch, rays, samples, 3]
        rgb, density = field(points.flatten(1, 2), directions)
        if noise.density_std > 0:
            density = density + torch.randn_like(density) * noise.density_std
        return rgb.reshape(*depths.shape, -1), density.reshape(depths.shape)

    return evaluate


def _beside(origins: Tensor, directions: Tensor, hit: Tensor, half: float) -> tuple[Tensor, Tensor]:
    """Keep rays that miss the box at a point of which no plane knows anything: all of them end alike.

    Beside the box, but within a plane's prism, a field of planes would answer with that plane's features, and no volume
    of the box could show the same.
    """
    nowhere = torch.full_like(directions, 3 * half)
    return torch.where(hit, origins, nowhere), torch.where(hit, directions, torch.zeros_like(directions))


def behind(foreground: Rendering, background: Tensor) -> Rendering:
    """Put colours [batch, rays, 3] behind what rays see, where light passes all samples but the last."""
    return replace(foreground, rgb=foreground.rgb + (1 - foreground.opacity) * background)
