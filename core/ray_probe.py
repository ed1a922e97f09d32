"""One ray of a picture, sample by sample, by the renderer that draws the picture (METHOD: Volume rendering, Rays)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.ray_profile import RayProfile
from core.rays import place_rays, world_rays
from core.triplane import TriPlaneField
from core.viewing import Viewing
from core.volume import DETERMINISTIC, evaluation_along, ray_range


@dataclass(frozen=True)
class _Marched:
    """Samples of one ray by depth, [n] each, colours [n, 3]."""

    depths: Tensor
    density: Tensor
    rgb: Tensor
    fine: Tensor


@torch.no_grad()
def probe_ray(viewing: Viewing, place: tuple[float, float]) -> RayProfile:
    """What the ray of one pixel meets: exactly the samples that the renderer weighs.

    Args:
        viewing: What draws the picture.
        place: Of the pixel in the image plane, x and y up; the end pixels of the picture's shorter side lie on ±1.

    Returns:
        Whose weights times colours, with what lies behind, are the colour that `viewing` renders there.

    Raises:
        ValueError: The sample is a flat picture: there is no field along a ray.
    """
    sample = viewing.sample
    if not isinstance(sample, TriPlaneField):
        raise ValueError("this generator paints flat pictures: there is no field that a ray could meet")
    grid = torch.tensor([[place]], dtype=torch.float32, device=viewing.device)
    origins, directions = world_rays(viewing.matrix, place_rays(grid, viewing.view.camera.fov))
    near, far = ray_range(origins, directions, viewing.rays)
    marched = _march(sample, viewing, origins, directions, near, far)
    integrator = viewing.marching.integrator
    taken, opacity = integrator.weights(marched.density, marched.depths, viewing.rays.last_delta)
    weights, passed = integrator.shares(taken), 1 - opacity[0]
    before = F.pad(1 - taken.cumsum(dim=-1), (1, 0), value=1.0)[: len(weights)].clamp(min=0)  # light that reaches each
    behind, behind_weight = None, torch.zeros(())
    if viewing.plain is not None:
        behind, behind_weight = torch.full((3,), viewing.plain, device=viewing.device), passed
    elif sample.background is not None:
        behind, behind_weight = sample.background(grid, origins, directions)[0, 0].expand(3), passed
    elif viewing.rays.white_back:
        behind, behind_weight = torch.ones(3, device=viewing.device), 1 - weights.sum()
    colour = (weights[:, None] * marched.rgb).sum(dim=0)
    colour = colour if behind is None else colour + behind_weight * behind
    columns = [marched.depths, F.softplus(marched.density), weights, before, *marched.rgb.unbind(-1), marched.fine]
    return RayProfile(
        near=float(near), far=float(far), depth=float((weights * marched.depths).sum()), opacity=float(1 - passed),
        colour=_triple(colour), behind=None if behind is None else _triple(behind),
        behind_weight=float(behind_weight), samples=torch.stack(columns, dim=-1).cpu().numpy(),
    )  # fmt: skip


def _march(
    field: TriPlaneField, viewing: Viewing, origins: Tensor, directions: Tensor, near: Tensor, far: Tensor
) -> _Marched:
    """The samples that `render_rays` takes of one ray, in its order."""
    rays, sampler, integrator = viewing.rays, viewing.marching.sampler, viewing.marching.integrator
    evaluate = evaluation_along(field, origins, directions, rays, far > near, DETERMINISTIC)
    depths = sampler.coarse(near, far, rays.coarse_samples, DETERMINISTIC)
    rgb, density = evaluate(depths)
    fine = torch.zeros_like(depths)
    if rays.fine_samples:
        weights, _ = integrator.weights(density, depths, rays.last_delta)
        extra = sampler.fine(depths, weights, rays.fine_samples, DETERMINISTIC)
        extra_rgb, extra_density = evaluate(extra)
        depths, order = torch.cat([depths, extra], dim=-1).sort(dim=-1)
        fine = torch.cat([fine, torch.ones_like(extra)], dim=-1).gather(-1, order)
        density = torch.cat([density, extra_density], dim=-1).gather(-1, order)
        rgb = torch.cat([rgb, extra_rgb], dim=-2)[:, :, order[0, 0]]
    return _Marched(depths[0, 0], density[0, 0], rgb[0, 0], fine[0, 0])


def _triple(colour: Tensor) -> tuple[float, float, float]:
    red, green, blue = colour.tolist()
    return red, green, blue
