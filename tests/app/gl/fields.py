"""Volumes for tests of the renderer, and the torch oracle that integrates them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from app.gl.volume_renderer import RendererOptions, VolumeRenderer
from core.baked import BakedVolume
from core.bounds import depth_range
from core.camera import Camera, pixel_directions
from core.folded import FoldedField
from core.scene import Quality

HALF, NEAR, FAR = 0.35, 0.74, 1.26


def volume_of(values: np.ndarray) -> BakedVolume:
    """A volume with the cameras of rendered objects.  values [z, y, x, 4]."""
    return BakedVolume(values.astype(np.float16), HALF, NEAR, FAR, 1.0, 30.0, 48, "test")


def smooth_volume(resolution: int = 24, seed: int = 0) -> BakedVolume:
    """Random waves in colour and density."""
    random = torch.Generator().manual_seed(seed)
    coarse = torch.randn(1, 4, 6, 6, 6, generator=random)
    fine = F.interpolate(coarse, (resolution,) * 3, mode="trilinear", align_corners=True)[0]
    fine[3] = fine[3] * 6 + 1
    return volume_of(fine.permute(1, 2, 3, 0).numpy())


def blob_volume(resolution: int = 32, empty_density: float = -15) -> BakedVolume:
    """Three balls on the axes with hard rims: red towards +x, green towards +y, blue towards +z, white around."""
    line = np.linspace(-HALF, HALF, resolution)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    values = np.ones((resolution,) * 3 + (4,))
    values[..., 3] = empty_density
    for axis in range(3):
        center = np.zeros(3)
        center[axis] = 0.18
        inside = (x - center[0]) ** 2 + (y - center[1]) ** 2 + (z - center[2]) ** 2 < 0.09**2
        values[inside] = [*np.where(np.arange(3) == axis, 1.0, -1.0), 60.0]
    return volume_of(values)


def oracle(volume: BakedVolume, camera: Camera, resolution: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Integrate in torch, double precision: raw colour [size, size, 3] and opacity [size, size]."""
    return oracle_of_rays(volume, camera, resolution, steps)[:2]


def oracle_of_rays(volume: BakedVolume, camera: Camera, resolution: int, steps: int) -> tuple[np.ndarray, ...]:
    """Likewise, and the mean depth of what absorbs light before the last sample [size, size]."""
    matrix = torch.from_numpy(camera.matrix)
    directions = torch.from_numpy(pixel_directions(resolution, camera.fov)) @ matrix[:3, :3].T
    eye = matrix[:3, 3]
    near, far = depth_range(camera, volume.radius, volume.near, volume.far)
    safe = torch.where(directions.abs() < 1e-9, torch.full_like(directions, 1e-9), directions)
    sides = torch.stack([(-volume.half - eye) / safe, (volume.half - eye) / safe])
    start = sides.amin(dim=0).amax(dim=-1).clamp(min=max(near, 0.0))
    end = sides.amax(dim=0).amin(dim=-1).clamp(max=far if math.isfinite(far) else 1e30)
    hit = start < end
    depths = start[..., None] + (end - start)[..., None] * torch.linspace(0, 1, steps, dtype=torch.float64)
    points = eye + directions[:, :, None] * depths[..., None]
    grid = torch.from_numpy(volume.values.astype(np.float64)).permute(3, 0, 1, 2)[None]
    sampled = F.grid_sample(grid, (points / volume.half)[None], align_corners=True, padding_mode="border")[0]
    deltas = F.pad(depths.diff(dim=-1), (0, 1), value=volume.last_delta)
    alpha = 1 - torch.exp(-F.softplus(sampled[3]) * deltas)
    passing = torch.cumprod(torch.cat([torch.ones_like(alpha[..., :1]), 1 - alpha], dim=-1), dim=-1)
    color = (passing[..., :-1] * alpha * sampled[:3]).sum(dim=-1).permute(1, 2, 0)
    color = color + float(volume.white_back) * passing[..., -1:]
    opacity = 1 - passing[..., -2]
    color = torch.where(hit[..., None], color, _ending(volume))
    reached = (passing[..., :-2] * alpha[..., :-1] * depths[..., :-1]).sum(dim=-1) / opacity.clamp(min=1e-6)
    return color.numpy(), torch.where(hit, opacity, torch.zeros(())).numpy(), reached.numpy()


def _ending(volume: BakedVolume) -> torch.Tensor:
    """Raw colour of a ray that misses the box, [3]."""
    if volume.outside is None:
        return torch.ones(3, dtype=torch.float64)
    *colour, density = torch.tensor(volume.outside, dtype=torch.float64)
    through = torch.exp(-F.softplus(density) * volume.last_delta)
    return (1 - through) * torch.stack(colour) + through * float(volume.white_back)


def psnr(ours: np.ndarray, reference: np.ndarray, peak: float) -> float:
    """Peak signal-to-noise ratio, dB."""
    return 10 * math.log10(peak**2 / max(float(np.mean((ours - reference) ** 2)), 1e-20))


def require_passed_over(
    volume: BakedVolume,
    full: FoldedField,
    sparse: FoldedField,
    cameras: Sequence[Camera],
    steps: int,
    size: tuple[int, int],
) -> None:
    """Empty space is passed over: pictures are the same with fewer samples.  Needs a current context.

    Args:
        volume: What is uploaded beside the fields.
        full: A field that knows of no empty space.
        sparse: The same field, which does.
        cameras: From where.
        steps: Samples along a ray.
        size: Width and height, pixels.
    """
    pictures, counts, quality = [], [], Quality(steps=steps, field="exact")
    for counted, kept in ((False, pictures), (True, counts)):
        renderer = VolumeRenderer(RendererOptions(target="float", counted=counted))
        for folded in (full, sparse):
            renderer.upload(volume, folded)
            for camera in cameras:
                renderer.render(camera, quality, *size, to_the_end=True)
                kept.append(renderer.read_counts() if counted else renderer.read_floats()[0])
        renderer.close()
    half = len(cameras)
    for before, after in zip(pictures[:half], pictures[half:], strict=True):
        assert before.std() > 0.1
        assert psnr(after, before, peak=2) >= 60
    assert np.mean(counts[half:]) < 0.75 * np.mean(counts[:half])
    assert np.max(counts[0]) == steps
