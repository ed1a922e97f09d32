import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core.model_config import RenderConfig
from core.triplane import TriPlaneDecoder, TriPlaneField
from core.volume import DETERMINISTIC, SamplingNoise, compositing_weights, fine_depths, ray_range, render_rays


class Slab:
    """Red, of constant density between two planes z; empty elsewhere."""

    box = 1.0

    def __init__(self, density: float, low: float, high: float) -> None:
        self.raw = math.log(math.expm1(density))  # the inverse of softplus
        self.low, self.high = low, high

    def __call__(self, points, directions=None):
        inside = (points[..., 2:] >= self.low) & (points[..., 2:] <= self.high)
        rgb = torch.tensor([1.0, -1.0, -1.0]).expand_as(points)
        return torch.where(inside, rgb, torch.ones_like(points)), torch.where(inside, self.raw, -50.0)


def look_through(slab: Slab, coarse: int, fine: int, noise: SamplingNoise = DETERMINISTIC):
    config = RenderConfig(near=0.5, far=1.5, coarse_samples=coarse, fine_samples=fine)
    origin, direction = torch.zeros(1, 1, 3), torch.tensor([[[0.0, 0.0, 1.0]]])
    return render_rays(slab, origin, direction, config, noise)


def test_opacity_of_a_slab_follows_beer_and_lambert():
    rendering = look_through(Slab(density=3.0, low=0.8, high=1.2), coarse=512, fine=0)
    assert rendering.opacity.item() == pytest.approx(1 - math.exp(-3 * 0.4), abs=5e-3)


def test_the_backdrop_closes_every_ray_but_is_no_opacity():
    rendering = look_through(Slab(density=1e-4, low=0.8, high=1.2), coarse=64, fine=0)
    assert rendering.opacity.item() < 1e-3
    torch.testing.assert_close(rendering.rgb, torch.ones(1, 1, 3), atol=1e-2, rtol=0)


def test_transmittance_is_the_published_product_but_for_rounding():
    torch.manual_seed(0)
    depths = torch.rand(2, 64, 48, dtype=torch.float64).sort(dim=-1).values
    raw = (3 * torch.randn(2, 64, 48, dtype=torch.float64)).requires_grad_()
    deltas = F.pad(depths.diff(dim=-1), (0, 1), value=1e10)
    alpha = 1 - torch.exp(-deltas * F.softplus(raw))
    product = F.pad(torch.cumprod(1 - alpha + 1e-10, dim=-1)[..., :-1], (1, 0), value=1.0)
    weights, opacity = compositing_weights(raw, depths, 1e10)
    torch.testing.assert_close(weights, alpha * product, atol=1e-8, rtol=0)
    torch.testing.assert_close(opacity, 1 - product[..., -1:], atol=1e-8, rtol=0)
    asked = torch.randn_like(weights)
    ours, theirs = (torch.autograd.grad((asked * each).sum(), raw)[0] for each in (weights, alpha * product))
    torch.testing.assert_close(ours, theirs, atol=1e-7, rtol=0)


def test_thin_fog_adds_up_to_its_opacity():
    """A product of numbers that are 1 but for rounding would lose it all."""
    raw = torch.full((1, 1, 100), math.log(math.expm1(3e-8)))
    _, opacity = compositing_weights(raw, torch.arange(100.0).reshape(1, 1, 100), 1.0)
    assert opacity.item() == pytest.approx(99 * 3e-8, rel=0.05)


def test_a_white_backdrop_lies_behind_the_last_sample():
    slab = Slab(density=3.0, low=0.8, high=1.2)
    config = RenderConfig(near=0.5, far=1.5, coarse_samples=512, fine_samples=0, backdrop="white")
    rendering = render_rays(slab, torch.zeros(1, 1, 3), torch.tensor([[[0.0, 0.0, 1.0]]]), config)
    passing = math.exp(-3 * 0.4)
    expected = torch.tensor([[[1.0, 2 * passing - 1, 2 * passing - 1]]])  # red in front of white
    torch.testing.assert_close(rendering.rgb, expected, atol=2e-2, rtol=0)
    with pytest.raises(ValueError, match="white_back must be on"):
        RenderConfig(backdrop="white", white_back=False)


def test_a_ray_beside_the_box_is_all_backdrop():
    fog = Slab(density=50.0, low=-10, high=10)
    config = RenderConfig(near=0.5, far=1.5, cube_scale=0.3, bounds="box", backdrop="white")
    origin, beside = torch.tensor([[[0.0, 1.0, -1.0]]]), torch.tensor([[[0.0, 0.0, 1.0]]])
    rendering = render_rays(fog, origin, beside, config)
    torch.testing.assert_close(rendering.rgb, torch.ones(1, 1, 3), atol=0.11, rtol=0)
    assert rendering.opacity.item() < 1e-6


def test_rays_beside_the_box_end_alike():
    torch.manual_seed(0)
    field = TriPlaneField(torch.randn(1, 12, 8, 8), TriPlaneDecoder(4, 8).requires_grad_(False), 0.2)
    origin = torch.tensor([[[0.05, 0.4, -1.0]]])  # beside the box, but in the prism of a plane
    directions = F.normalize(torch.tensor([[[0.0, 0.0, 1.0], [0.0, 0.3, 1.0], [0.0, -0.4, 1.0]]]), dim=-1)
    config = RenderConfig(near=0.5, far=1.5, cube_scale=0.2, bounds="box", coarse_samples=8, fine_samples=4)
    rendering = render_rays(field, origin, directions, config)
    nothing, _ = field.decoder(torch.zeros(1, 4))
    torch.testing.assert_close(rendering.rgb[0, :2], nothing.expand(2, 3))
    assert not torch.allclose(rendering.rgb[0, 2], nothing[0])
    torch.testing.assert_close(rendering.opacity[0, :2], torch.zeros(2, 1))
    torch.testing.assert_close(rendering.depth[0, :2], torch.full((2, 1), 0.5))


def test_fine_samples_find_a_thin_surface():
    thin = Slab(density=500.0, low=1.0, high=1.06)
    depth = look_through(thin, coarse=24, fine=48).depth.item()
    coarse_only = look_through(thin, coarse=24, fine=0).depth.item()
    assert abs(depth - 1.0) < 0.03
    assert abs(depth - 1.0) <= abs(coarse_only - 1.0)


@given(st.integers(3, 12), st.integers(0, 1000))
def test_weights_are_a_distribution(samples, seed):
    random = torch.Generator().manual_seed(seed)
    depths = torch.rand(2, 5, samples, generator=random).sort(dim=-1).values
    weights, opacity = compositing_weights(torch.randn(2, 5, samples, generator=random) * 5, depths, 1e10)
    assert (weights >= 0).all()
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 5), atol=1e-4, rtol=0)
    torch.testing.assert_close(weights[..., :-1].sum(dim=-1, keepdim=True), opacity, atol=1e-4, rtol=0)


@given(st.integers(4, 12), st.integers(1, 16), st.booleans(), st.integers(0, 1000))
def test_fine_depths_are_sorted_and_between_the_midpoints(samples, count, jitter, seed):
    torch.manual_seed(seed)
    depths = torch.linspace(0.5, 1.5, samples).expand(1, 3, -1)
    weights = F.softmax(torch.randn(1, 3, samples) * 4, dim=-1)
    drawn = fine_depths(depths, weights, count, SamplingNoise(jitter=jitter))
    assert drawn.shape == (1, 3, count)
    assert (drawn.diff(dim=-1) >= -1e-6).all()
    middle = (depths[..., :-1] + depths[..., 1:]) / 2
    assert drawn.min() >= middle.min() - 1e-6
    assert drawn.max() <= middle.max() + 1e-6


def test_inference_is_deterministic_and_training_is_not():
    slab = Slab(density=5.0, low=0.9, high=1.1)
    assert torch.equal(look_through(slab, 12, 12).rgb, look_through(slab, 12, 12).rgb)
    noise = SamplingNoise(jitter=True)
    assert not torch.equal(look_through(slab, 12, 12, noise).rgb, look_through(slab, 12, 12, noise).rgb)


@given(st.integers(0, 1000), st.floats(0.2, 0.6))
def test_bounds_of_a_box_hold_all_of_the_ray_that_is_inside(seed, box):
    random = torch.Generator().manual_seed(seed)
    origins = F.normalize(torch.randn(1, 40, 3, generator=random), dim=-1)
    aims = (torch.rand(1, 40, 3, generator=random) * 2 - 1) * 0.5
    directions = F.normalize(aims - origins, dim=-1)
    config = RenderConfig(near=0.6, far=1.4, cube_scale=box, bounds="box")
    near, far = ray_range(origins, directions, config)
    depths = torch.linspace(0.6, 1.4, 2001).expand(1, 40, -1)
    inside = ((origins[:, :, None] + directions[:, :, None] * depths[..., None]).abs() <= box).all(dim=-1)
    within = (depths >= near) & (depths <= far)
    hit = inside.any(dim=-1, keepdim=True)
    step = 0.8 / 2000
    # What is inside lies within; what lies within is inside, up to rounding at the ends.
    assert (~inside | within | ((depths - near).abs() < step) | ((depths - far).abs() < step))[
        hit.expand_as(inside)
    ].all()
    middle = (depths > near + step) & (depths < far - step)
    assert (inside | ~middle)[hit.expand_as(inside)].all()
    assert ((far - near)[~hit] < 2 * step).all()
