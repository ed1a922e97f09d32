"""The viewport's picture by a generator's upsampler, which knows no tiles: it is made at once and then cut."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.field_generator import FieldGenerator
from core.generator import Generator, Sample
from core.triplane import TriPlaneField
from core.upsampler import resized
from core.viewing import PLAIN, Tile, View, Viewing, rays_from
from core.volume import DETERMINISTIC, SamplingNoise


class Drawing(Protocol):
    """Draws one view of one sample, tile by tile."""

    def draw(self, tile: Tile) -> np.ndarray:
        """Colour in [0, 1] and opacity of a tile, rows from the top.  Returns [height, width, 4], uint8."""
        ...


def drawing_of(generator: Generator, sample: Sample, view: View, noise: SamplingNoise = DETERMINISTIC) -> Drawing:
    """What draws a view: an upsampler where there is one and it is wanted, or else rays.

    Args:
        generator: Whose sample it is.
        sample: Of one ws.
        view: What is drawn.
        noise: Deterministic unless asked for otherwise.
    """
    if view.upsampled and isinstance(generator, FieldGenerator) and generator.upsampler is not None:
        assert isinstance(sample, TriPlaneField)
        return UpsampledViewing(generator, sample, view, noise)
    return Viewing(generator, sample, view, noise)


class UpsampledViewing:
    """Draws one view of one sample through its generator's upsampler.

    Rays are as many along the shorter side as in training, and the picture is brought to the size that is wanted.  A
    constant backdrop takes the place of what training has seen where rays pass through; the upsampler itself sees the
    latter, since it has learned with no other.
    """

    def __init__(self, generator: FieldGenerator, sample: TriPlaneField, view: View, noise: SamplingNoise) -> None:
        self._generator, self._sample, self._view, self._noise = generator, sample, view, noise

    def draw(self, tile: Tile) -> np.ndarray:
        """As `Viewing.draw`; the first one takes the time of all."""
        return self._pixels[tile.rows, tile.columns]

    @cached_property
    def _pixels(self) -> np.ndarray:
        view, device = self._view, next(self._generator.parameters()).device
        places = raw_places(view.width, view.height, self._generator.config.upsampler.raw_resolution)
        matrix = torch.from_numpy(view.camera.matrix)[None].float().to(device)
        rays = rays_from(view.camera, self._generator.config.rays)
        with torch.no_grad():
            seen = self._generator.upsampled(
                self._sample, matrix, places[None].to(device), view.camera.fov, self._noise, rays
            )
            colour = resized(seen.image, (view.height, view.width))
            opacity = F.interpolate(seen.opacity, (view.height, view.width), mode="bilinear")
        if (plain := PLAIN.get(view.backdrop)) is not None:
            colour = colour + (1 - opacity) * (plain - (1.0 if rays.white_back else -1.0))
        values = torch.cat([0.5 * colour + 0.5, opacity], dim=1)[0].permute(1, 2, 0)
        return np.round(255 * np.clip(values.cpu().numpy(), 0, 1)).astype(np.uint8)


def raw_places(width: int, height: int, side: int) -> Tensor:
    """Where the rays of a raw picture cross the image plane, so that its edges are those of the picture.

    Args:
        width: Of the picture, pixels.
        height: Likewise; the middles of the shorter side's end pixels lie on ±1, as of `image_places`.
        side: Rays along the shorter side.

    Returns:
        [rows, columns, 2], float32, rows from the top, y up.
    """
    shorter = min(width, height)
    columns, rows = round(width * side / shorter), round(height * side / shorter)
    span = max(1, shorter - 1)
    across = ((2 * torch.arange(columns) + 1) / columns - 1) * width / span
    down = ((2 * torch.arange(rows) + 1) / rows - 1) * height / span
    y, x = torch.meshgrid(-down, across, indexing="ij")
    return torch.stack([x, y], dim=-1)
