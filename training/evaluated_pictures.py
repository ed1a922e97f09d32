"""Pictures and views that metrics ask of a generator; all randomness comes from seeds of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from core.generator import Generator, Sample
from core.model_config import RenderConfig
from core.rays import Patches, camera_rays, world_rays
from core.triplane import TriPlaneField
from core.volume import ray_range
from training.metrics_views import SEEN_OPACITY, SURFACE_OPACITY, View, surface_distance

# Samples along rays that are evaluated at once: bounds the memory.
SAMPLES_AT_ONCE = 400_000
# Angle between two close views, radians.
STEP = 0.15
# Geometry is looked at with at least so many samples of each kind, and in pictures of at most so many pixels a side.
FINE_RAYS = 48
MAX_VIEW_RESOLUTION = 128

# Draws so many latents' labels; none for a generator that knows no labels.
Labels = Callable[[int], Tensor | None]


def no_labels(_count: int) -> None:
    """For generators that are told of none, or choose themselves."""


@torch.no_grad()
def pictures(generator: Generator, poses: np.ndarray, resolution: int, seed: int, labels: Labels) -> Iterator[Tensor]:
    """One picture of a new latent for each pose, psi 1, in batches.

    A generator that is told the camera is told the one that looks.

    Args:
        generator: In evaluation mode.
        poses: [n, 2] yaw and pitch, radians.
        resolution: Pixels along a side.
        seed: Of the latents.
        labels: Draws classes.

    Yields:
        [batch, 3, resolution, resolution] in [-1, 1], rounded to the 256 steps of a file.
    """
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    render = generator.config.render
    samples = resolution**2 * (render.coarse_samples + render.fine_samples)
    size = max(SAMPLES_AT_ONCE // samples, 1)
    for start in range(0, len(poses), size):
        part = poses[start : start + size]
        field = _field(generator, part, random, labels)
        images = generator.picture(field, generator.cameras(part, device), resolution)[:, :3]
        yield ((images.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


@torch.no_grad()
def view_pairs(
    generator: Generator, poses: np.ndarray, resolution: int, seed: int, labels: Labels
) -> Iterator[tuple[View, View]]:
    """Two close views of a new latent for each pose.  The field is that of the first one's camera.

    Raises:
        ValueError: The family paints flat pictures, which have no views.
    """
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    render, side = generator.config.rays, min(resolution, MAX_VIEW_RESOLUTION)
    rays = render.model_copy(
        update={
            "coarse_samples": max(render.coarse_samples, FINE_RAYS),
            "fine_samples": max(render.fine_samples, FINE_RAYS),
        }
    )
    for pose in poses[:, None]:
        field = _field(generator, pose, random, labels)
        if not isinstance(field, TriPlaneField):
            raise ValueError("flat pictures have no views")
        matrices = generator.cameras(np.concatenate([pose, _beside(pose)]), device)
        first, second = (_view(generator, field, matrix[None], side, rays) for matrix in matrices)
        yield first, second


@torch.no_grad()
def single_views(
    generator: Generator, poses: np.ndarray, side: int, seed: int, labels: Tensor | None, rays: RenderConfig
) -> Iterator[View]:
    """What the camera of each pose sees of a new latent.

    Args:
        generator: In evaluation mode.
        poses: [n, 2] yaw and pitch, radians.
        side: Pixels along a side.
        seed: Of the latents.
        labels: Their classes, [n]; needed by a generator that is told of them.
        rays: How they are sampled.

    Raises:
        ValueError: The family paints flat pictures, which have no views.
    """
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    for row in range(len(poses)):
        pose, known = poses[row : row + 1], None if labels is None else labels[row : row + 1]
        field = _field(generator, pose, random, lambda _count, known=known: known)
        if not isinstance(field, TriPlaneField):
            raise ValueError("flat pictures have no views")
        yield _view(generator, field, generator.cameras(pose, device), side, rays)


def _field(generator: Generator, poses: np.ndarray, random: torch.Generator, labels: Labels) -> Sample:
    """The samples of new latents, one for each pose [n, 2]."""
    device = next(generator.parameters()).device
    z = torch.randn(len(poses), generator.config.z_dim, generator=random).to(device)
    told = torch.from_numpy(poses[:, :2].astype(np.float32)).to(device) if generator.config.camera_condition else None
    classes = labels(len(poses)) if generator.config.label_count else None
    return generator.field(generator.mapping(z, angles=told, labels=None if classes is None else classes.to(device)))


def _beside(pose: np.ndarray) -> np.ndarray:
    """A pose [1, 2] turned a little around y; near a pole, where that hardly moves the eye, along the meridian."""
    yaw, pitch = pose[0]
    if math.sin(pitch) > 0.3:
        return np.array([[yaw + STEP / math.sin(pitch), pitch]])
    return np.array([[yaw, pitch + (STEP if pitch < math.pi / 2 else -STEP)]])


def _view(generator: Generator, field: Sample, matrices: Tensor, side: int, rays: RenderConfig) -> View:
    """What one camera [1, 4, 4] sees of one sample."""
    picture = generator.picture(field, matrices, side, rays=rays)[0]  # [5, side, side]
    fov = generator.pixel_fov(side)
    origins, directions = world_rays(matrices, camera_rays(Patches.whole(1, matrices.device), side, fov))
    end = ray_range(origins, directions, rays)[1].reshape(side, side)
    depth, opacity = picture[3], picture[4]
    distance = surface_distance(depth, opacity, end, opaque_end=rays.backdrop == "field")
    surface = opacity > SURFACE_OPACITY
    solid = float(surface.sum() / (opacity > SEEN_OPACITY).sum().clamp(min=1))
    return View(picture[:3].clamp(-1, 1), distance, surface, matrices[0], fov, solid)
