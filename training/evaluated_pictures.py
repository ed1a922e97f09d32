"""Pictures and views that metrics ask of a generator; all randomness comes from seeds of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor

from core.field_generator import CHUNK_RAYS, FieldGenerator
from core.generator import Generator, Sample, as_image
from core.model_config import RenderConfig
from core.poses import mean_pose
from core.rays import Patches, camera_rays, patch_grid, world_rays
from core.triplane import TriPlaneField
from core.volume import ray_range
from training.metrics_views import SEEN_OPACITY, SURFACE_OPACITY, View, surface_distance
from training.reprojection import ViewPair

# Samples along rays that are evaluated at once: bounds the memory.
SAMPLES_AT_ONCE = 400_000
# Angle between two close views, radians.
STEP = 0.15
# Geometry is looked at with at least so many samples of each kind.
FINE_RAYS = 48

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
) -> Iterator[ViewPair]:
    """Two close views of a new latent for each pose.  The field is that of the first one's camera.

    The second camera is turned towards the middle of all poses, so that it stays among them.

    Raises:
        ValueError: The family paints flat pictures, which have no views.
    """
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    render = generator.config.rays
    rays = render.model_copy(
        update={
            "coarse_samples": max(render.coarse_samples, FINE_RAYS),
            "fine_samples": max(render.fine_samples, FINE_RAYS),
        }
    )
    middle = mean_pose(poses)[0]
    for pose in poses[:, None]:
        field = _field(generator, pose, random, labels)
        if not isinstance(field, TriPlaneField):
            raise ValueError("flat pictures have no views")
        matrices = generator.cameras(np.concatenate([pose, _beside(pose, middle)]), device)
        first, second = (_view(generator, field, each[None], resolution, rays, whole=True) for each in matrices)
        yield ViewPair(first, second, partial(_retraced, generator, field, matrices[1:], resolution, rays))


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


def _beside(pose: np.ndarray, middle: float | None) -> np.ndarray:
    """A pose [1, 2] turned a little around y; near a pole, where that hardly moves the eye, along the meridian.

    Args:
        pose: It.
        middle: Yaw to turn towards; none: either way.
    """
    yaw, pitch = pose[0]
    if math.sin(pitch) > 0.3:
        back = middle is not None and math.sin(middle - yaw) < 0
        return np.array([[yaw + (-STEP if back else STEP) / math.sin(pitch), pitch]])
    return np.array([[yaw, pitch + (STEP if pitch < math.pi / 2 else -STEP)]])


def _view(
    generator: Generator, field: TriPlaneField, matrices: Tensor, side: int, rays: RenderConfig, *, whole: bool = False
) -> View:
    """What one camera [1, 4, 4] sees of one sample, along a ray for each pixel.

    Args:
        generator: Whose sample it is.
        field: It.
        matrices: The camera.
        side: Pixels along a side.
        rays: How they are sampled.
        whole: Also what an upsampler makes of it.
    """
    fov = generator.pixel_fov(side)
    directions = camera_rays(Patches.whole(1, matrices.device), side, fov)
    places = patch_grid(Patches.whole(1, matrices.device), side).flatten(1, 2)
    seen = _traced(generator, field, matrices, places * _outermost(generator, side), rays)
    colour, depth, opacity = as_image(seen, side)[0].split([3, 1, 1])
    end = ray_range(*world_rays(matrices, directions), rays)[1].reshape(side, side)
    distance = surface_distance(depth[0], opacity[0], end, opaque_end=rays.backdrop == "field")
    surface = opacity[0] > SURFACE_OPACITY
    solid = float(surface.sum() / (opacity > SEEN_OPACITY).sum().clamp(min=1))
    painted = whole and isinstance(generator, FieldGenerator) and generator.upsampler is not None
    picture = generator.picture(field, matrices, side, rays=rays)[0, :3].clamp(-1, 1) if painted else None
    return View(colour.clamp(-1, 1), distance, surface, matrices[0], fov, solid, picture)


@torch.no_grad()
def _retraced(
    generator: Generator, field: TriPlaneField, matrices: Tensor, side: int, rays: RenderConfig, places: Tensor
) -> Tensor:
    """Colours that rays of a camera [1, 4, 4] see at places [n, 2] of its picture, y down.  Returns [3, n]."""
    upwards = places * places.new_tensor([1.0, -1.0]) * _outermost(generator, side)
    return _traced(generator, field, matrices, upwards[None], rays)[0, :, :3].clamp(-1, 1).T


def _outermost(generator: Generator, side: int) -> float:
    """Where the middles of a picture's outermost pixels lie, as a part of the half image plane."""
    inner, whole = (math.tan(math.radians(fov) / 2) for fov in (generator.pixel_fov(side), generator.config.render.fov))
    return inner / whole


def _traced(generator: Generator, field: TriPlaneField, matrices: Tensor, places: Tensor, rays: RenderConfig) -> Tensor:
    """Colour, depth and opacity of rays through places [1, n, 2], y up, in chunks.  Returns [1, n, 5]."""
    parts = [generator.render(field, matrices, 0, places=each, rays=rays) for each in places.split(CHUNK_RAYS, dim=1)]
    return torch.cat([torch.cat([part.rgb, part.depth, part.opacity], dim=-1) for part in parts], dim=1)
