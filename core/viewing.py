"""The viewport's picture by the generator's own renderer: any size and camera, tile by tile (METHOD: Rays)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.bounds import depth_range
from core.camera import Camera
from core.generator import Generator, Sample
from core.model_config import RenderConfig
from core.scene import Backdrop
from core.triplane import TriPlaneField
from core.volume import DETERMINISTIC, Marching, Rendering, SamplingNoise

# Beyond any scene, but finite: 1 / 0 has no place in the arithmetic of rays.
FAR_AWAY = 1e6
# Pixels along a side: small enough that a picture is given up at once.
TILE = 64
# Raw colours of constant backdrops.
PLAIN: dict[Backdrop, float] = {"white": 1.0, "black": -1.0}


class ForegroundRays(RenderConfig):
    """Rays whose last sample shows nothing: what lies behind them is said by whoever draws them."""

    @property
    def last_delta(self) -> float:
        """How far a ray's last sample reaches: nowhere."""
        return 0.0


@dataclass(frozen=True)
class View:
    """A picture that is wanted.

    Attributes:
        camera: Its field of view spans the shorter side.
        width: Pixels.
        height: Pixels.
        backdrop: What is seen through the field.
        upsampled: Whether a generator with an upsampler shows its pictures, or else what rays see.
    """

    camera: Camera
    width: int
    height: int
    backdrop: Backdrop = "learned"
    upsampled: bool = True


@dataclass(frozen=True)
class Tile:
    """A rectangle of a picture, pixels; the top row of the picture is 0."""

    left: int
    top: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Of the picture."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """Of the picture."""
        return slice(self.left, self.left + self.width)


class Viewing:
    """Draws one view of one sample.

    Args:
        generator: Whose sample it is.
        sample: Of one ws.
        view: What is drawn.
        noise: Deterministic unless asked for otherwise.

    Attributes:
        view: What is drawn.
        sample: As it is drawn: without its background where another backdrop is seen.
        rays: How its rays are sampled.
        plain: Raw colour of a constant backdrop; none of what the generator has behind its field.
        matrix: Camera-to-world, [1, 4, 4].
        device: What computes.
    """

    def __init__(self, generator: Generator, sample: Sample, view: View, noise: SamplingNoise = DETERMINISTIC) -> None:
        self._generator, self.view, self._noise = generator, view, noise
        self.rays = rays_from(view.camera, generator.config.rays)
        self.sample, self.plain = sample, PLAIN.get(view.backdrop)
        if isinstance(sample, TriPlaneField):
            # As the gather reads them: else every tile would turn them around.
            self.sample = replace(sample, planes=sample.planes.contiguous(memory_format=torch.channels_last))
        if self.plain is not None:
            self.rays = ForegroundRays.model_construct(**{**dict(self.rays), "white_back": False})
            if isinstance(self.sample, TriPlaneField):
                self.sample = replace(self.sample, background=None)
        self.device = next(generator.parameters()).device
        self.matrix = torch.from_numpy(view.camera.matrix)[None].float().to(self.device)

    @property
    def marching(self) -> Marching:
        """Which points of a ray are looked at, and how they are added up."""
        return self._generator.marching

    @torch.no_grad()
    def render(self, places: Tensor) -> Rendering:
        """What is seen at places of the image plane, [1, rays, 2], y up; colours are not cut off at [-1, 1]."""
        seen = self._generator.render(
            self.sample, self.matrix, 0, fov=self.view.camera.fov, noise=self._noise,
            places=places.to(self.device), rays=self.rays,
        )  # fmt: skip
        return seen if self.plain is None else replace(seen, rgb=seen.rgb + (1 - seen.opacity) * self.plain)

    def draw(self, tile: Tile) -> np.ndarray:
        """Colour in [0, 1] and opacity of a tile, rows from the top.  Returns [height, width, 4], uint8."""
        seen = self.render(image_places(self.view.width, self.view.height, tile).reshape(1, -1, 2))
        values = torch.cat([0.5 * seen.rgb + 0.5, seen.opacity], dim=-1).reshape(tile.height, tile.width, 4)
        return np.round(255 * np.clip(values.cpu().numpy(), 0, 1)).astype(np.uint8)


def tiles_of(width: int, height: int, side: int = TILE) -> Iterator[Tile]:
    """Tiles that cover a picture, those in the middle first: that is where the object is."""
    tiles = [
        Tile(left, top, min(side, width - left), min(side, height - top))
        for top in range(0, height, side)
        for left in range(0, width, side)
    ]

    def off_centre(tile: Tile) -> float:
        return math.hypot(tile.left + tile.width / 2 - width / 2, tile.top + tile.height / 2 - height / 2)

    return iter(sorted(tiles, key=off_centre))


def image_places(width: int, height: int, tile: Tile) -> Tensor:
    """Image-plane coordinates of a tile's pixels, y up: the shorter side's end pixels lie on ±1.

    Returns:
        [tile.height, tile.width, 2], float32.
    """
    span = max(1, min(width, height) - 1)
    across = (2 * torch.arange(tile.left, tile.left + tile.width) + 1 - width) / span
    down = (2 * torch.arange(tile.top, tile.top + tile.height) + 1 - height) / span
    y, x = torch.meshgrid(-down, across, indexing="ij")
    return torch.stack([x, y], dim=-1)


def rays_from(camera: Camera, training: RenderConfig) -> RenderConfig:
    """How rays are sampled, as in the viewport: off the training sphere, in all of the box and nowhere else."""
    near, far = depth_range(camera, training.radius, training.near, training.far)
    if not math.isinf(far):
        return training
    return training.model_copy(update={"bounds": "box", "near": near, "far": FAR_AWAY})
