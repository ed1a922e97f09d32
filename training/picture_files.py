"""Pictures of all kinds as colours and coverage: 8 or 16 bits, grey, palette, CMYK, turned by their camera."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from training.data_format import DataSetError

FOREIGN_SUFFIXES = frozenset({".png", ".webp", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})
# Looked at before anything is decoded: a file of a few bytes can ask for a memory full of pixels.
MOST_PIXELS = 80_000_000
# What the many decoders raise on damaged files.
PICTURE_ERRORS = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    EOFError, MemoryError, RuntimeError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
# Of EXIF: the camera lay on its side, so width and height change places.
ON_ITS_SIDE = frozenset({5, 6, 7, 8})


@contextmanager
def decoding(where: str) -> Iterator[None]:
    """Whatever decoding raises becomes a DataSetError that names the picture."""
    try:
        yield
    except DataSetError:
        raise
    except PICTURE_ERRORS as error:
        # Messages of the decoder tell addresses of objects in memory.
        reason = "unknown format" if isinstance(error, UnidentifiedImageError) else str(error) or type(error).__name__
        raise DataSetError(f"{where}: is no readable picture ({reason}). Replace or remove it.") from error


def picture_size(content: bytes, where: str) -> tuple[int, int]:
    """Width and height of a picture as its camera meant it, without decoding it.

    Raises:
        DataSetError: It is none, or has more than MOST_PIXELS.
    """
    with decoding(where), Image.open(io.BytesIO(content)) as picture:
        _require_room(picture, where)
        width, height = picture.size
        return (height, width) if _orientation(picture) in ON_ITS_SIDE else (width, height)


def read_picture(content: bytes, where: str) -> np.ndarray:
    """Decode a picture, upright.

    Args:
        content: A file.
        where: How to call it in messages.

    Returns:
        [height, width, 4], float32 in [0, 1]: red, green, blue as stored (sRGB), and coverage.

    Raises:
        DataSetError: It is damaged, too large, or of a kind whose range nobody knows (floats, 32 bits).
    """
    with decoding(where), Image.open(io.BytesIO(content)) as picture:
        _require_room(picture, where)
        upright = ImageOps.exif_transpose(picture)
        if upright.mode.startswith(("I", "F")):
            return _deep(upright, where)
        return np.asarray(upright.convert("RGBA"), np.float32) / 255


def _deep(picture: Image.Image, where: str) -> np.ndarray:
    """A grey picture of 16 bits."""
    values = np.asarray(picture)
    if picture.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise DataSetError(f"{where}: has floats or 32 bits, whose white nobody knows. Save it with 8 or 16 bits.")
    grey = values.astype(np.float32)[..., None] / 65535
    return np.concatenate([grey, grey, grey, np.ones_like(grey)], axis=-1)


def _require_room(picture: Image.Image, where: str) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise DataSetError(
            f"{where}: has {width} x {height} pixels; at most {MOST_PIXELS / 1e6:.0f} million are read. Scale it down."
        )


def _orientation(picture: Image.Image) -> int:
    found = picture.getexif().get(ExifTags.Base.Orientation, 1)
    return found if isinstance(found, int) else 1
