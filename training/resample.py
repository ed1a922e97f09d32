"""Pictures of any size become square ones of the wanted size, on a colour where they are transparent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.srgb import linear, srgb
from training.data_text import DataSetError

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Crop:
    """A square part of a picture, pixels from its upper left corner."""

    left: int
    top: int
    side: int


def centre_crop(width: int, height: int) -> Crop:
    """The largest square in the middle."""
    side = min(width, height)
    return Crop((width - side) // 2, (height - side) // 2, side)


def require_inside(crop: Crop, width: int, height: int, where: str) -> None:
    """Refuse a crop that reaches out of a picture.  Raises DataSetError."""
    if min(crop.left, crop.top) < 0 or crop.left + crop.side > width or crop.top + crop.side > height:
        raise DataSetError(
            f"{where}: has {width} x {height} pixels; the crop of {crop.side} at {crop.left}, {crop.top} "
            "reaches out of it."
        )


def squared(pixels: np.ndarray, crop: Crop, side: int, paper: Colour, *, light: bool = False) -> np.ndarray:
    """Crop, lay on a colour, and scale with Lanczos' filter over all pixels that make a new one.

    Pictures are laid on the colour before they are scaled, so that what lies hidden under transparency does not bleed
    into edges.

    Args:
        pixels: [height, width, 4], float32 in [0, 1]: sRGB and coverage.
        crop: The part that is taken.
        side: Pixels along a side of the result.
        paper: Colour below what is transparent, sRGB in [0, 1].
        light: Average light and not the values that are stored.  Thin bright lines then keep their brightness; sets
            and training elsewhere average values (StyleGAN's tools and `data.resolution` alike).

    Returns:
        [side, side, 3], uint8.
    """
    part = pixels[crop.top : crop.top + crop.side, crop.left : crop.left + crop.side]
    laid = part[..., :3] * part[..., 3:] + np.array(paper, np.float32) * (1 - part[..., 3:])
    values = linear(laid) if light else laid
    scaled = np.stack([_scaled(values[..., channel], side) for channel in range(3)], axis=-1)
    return np.rint(255 * (srgb(scaled) if light else np.clip(scaled, 0, 1))).astype(np.uint8)


def _scaled(channel: np.ndarray, side: int) -> np.ndarray:
    """One channel [n, n] at another size, in floats, so that 16 bits are rounded only once."""
    if len(channel) == side:
        return channel
    picture = Image.fromarray(np.ascontiguousarray(channel, np.float32))
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS))
