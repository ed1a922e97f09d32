"""A w as text, so that a Latent can hold one that no seed leads to: base64 of its numbers, single precision."""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np

# Little-endian on every machine.
NUMBERS = np.dtype("<f4")


def w_text(w: np.ndarray) -> str:
    """The text of a w.

    Args:
        w: [layers or 1, w_dim]; one row stands for all layers.
    """
    return base64.b64encode(np.ascontiguousarray(w, NUMBERS).tobytes()).decode("ascii")


def w_values(text: str) -> np.ndarray:
    """The numbers of a w, row after row: bit by bit those that `w_text` was given.

    Returns:
        [layers * w_dim], float32; how long a row is only the generator knows.

    Raises:
        ValueError: The text is cut off or no w, or a number is not finite.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"expected numbers in base64: {error}") from error
    if not content or len(content) % NUMBERS.itemsize:
        raise ValueError(f"its {len(content)} bytes are no whole numbers of {NUMBERS.itemsize} bytes: it is cut off")
    values = np.frombuffer(content, NUMBERS).astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("not all of its numbers are finite")
    return values


def w_mark(text: str) -> str:
    """Four digits by which people tell one w from another."""
    return f"{zlib.crc32(text.encode()) & 0xFFFF:04x}"
