"""A picture that somebody has, as a generator's pictures are: square, opaque, of a known number of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Smaller ones show no object; larger ones would fill the memory before they are made smaller.
LEAST_SIDE, MOST_PIXELS = 16, 100_000_000
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class GivenPicture:
    """A picture.

    Attributes:
        pixels: [side, side, 3], uint8, rows from the top.
        reach: From the middle to the outer edge of its pixels, in the image plane: centres of the end pixels of the
            picture in the file lie on ±1.
        notes: What was done to the file's picture, sentences.
    """

    pixels: np.ndarray
    reach: float
    notes: tuple[str, ...] = ()


def read_given(path: Path, largest: int) -> GivenPicture:
    """Read a picture: its middle, on white where it is transparent, and no larger than wanted.

    Args:
        path: A file that PIL can read.
        largest: Pixels along a side, at most.

    Raises:
        ValueError: It is no picture, damaged, or too small or too large to be one of an object.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"{path} has {image.width} x {image.height} pixels: make it smaller first")
            image.load()
            picture = ImageOps.exif_transpose(image)  # as cameras mean it
    except FileNotFoundError as error:
        raise ValueError(f"{path}: there is no such picture") from error
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read as a picture ({error}): save it again as PNG or JPEG") from error
    if min(picture.size) < LEAST_SIDE:
        raise ValueError(f"{path} has {picture.width} x {picture.height} pixels; at least {LEAST_SIDE} are needed")
    notes = []
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        if np.asarray(layers)[..., 3].min() < 255:
            notes.append("What is transparent in the picture counts as white.")
        picture = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
    picture = picture.convert("RGB")
    side = min(picture.size)
    if max(picture.size) > side:
        notes.append(f"The picture is no square: its middle, {side} x {side} pixels, is taken.")
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
    if side > largest:
        picture = picture.resize((largest, largest), Image.Resampling.BOX)
    return GivenPicture(np.array(picture), side / (side - 1), tuple(notes))
