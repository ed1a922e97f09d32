"""Pictures as they are seen: laid over each other, side by side at a divider, and their difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.scene import Other

# Of the line between two halves, pixels.
DIVIDER_WIDTH = 2
DIVIDER_COLOUR = (236, 238, 242, 255)


@dataclass(frozen=True)
class Difference:
    """How much two pictures differ.

    Attributes:
        pixels: |a - b| times the gain, [height, width, 4], uint8, opaque.
        psnr: Peak signal-to-noise ratio of the 8-bit colours, dB; infinite where they are equal.
    """

    pixels: np.ndarray
    psnr: float


def laid_over(below: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Lay a picture with holes over another one, in the size of that.

    Args:
        below: [height, width, 4], uint8.
        upper: [any, any, 4], uint8; alpha is 0 in holes.

    Returns:
        [height, width, 4], uint8; alpha is that of `below`.
    """
    upper = resized(upper, below.shape[1], below.shape[0])
    share = upper[..., 3:].astype(np.float32) / 255
    colour = np.round(share * upper[..., :3] + (1 - share) * below[..., :3]).astype(np.uint8)
    return np.concatenate([colour, below[..., 3:]], axis=-1)


def side_by_side(left: np.ndarray, right: np.ndarray, divider: float) -> np.ndarray:
    """What a split shows: one picture left of the divider, the other one right of it, in the size of the larger.

    Args:
        left: [height, width, 4], uint8.
        right: Likewise, of the same view.
        divider: 0 is the left edge, 1 the right one.
    """
    height, width = max(left.shape[0], right.shape[0]), max(left.shape[1], right.shape[1])
    seen, place = resized(left, width, height).copy(), round(divider * width)
    seen[:, place:] = resized(right, width, height)[:, place:]
    seen[:, max(place - DIVIDER_WIDTH // 2, 0) : place + DIVIDER_WIDTH // 2] = DIVIDER_COLOUR
    return seen


def difference(one: np.ndarray, other: np.ndarray, gain: int) -> Difference:
    """Compare the colours of two pictures of one size [height, width, 3 or 4], uint8."""
    apart = np.abs(one[..., :3].astype(np.int16) - other[..., :3].astype(np.int16))
    error = float(np.mean(apart.astype(np.float64) ** 2))
    pixels = np.full((*apart.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = np.minimum(apart.astype(np.int32) * gain, 255)
    return Difference(pixels, 10 * math.log10(255**2 / error) if error > 0 else math.inf)


def together(one: Sequence[np.ndarray], other: Sequence[np.ndarray], how: Other) -> tuple[list[np.ndarray], str]:
    """Pictures of A and of B as a Scene wants them compared.

    Args:
        one: Pictures [height, width, 4], uint8.
        other: As many of the same size.
        how: At a divider, or as their difference.

    Returns:
        The pictures, and what a difference amounts to, for people; empty for a split.
    """
    pairs = list(zip(one, other, strict=True))
    if how.view == "split":
        return [side_by_side(*pair, how.divider) for pair in pairs], ""
    found = [difference(*pair, how.gain) for pair in pairs]
    return [each.pixels for each in found], f"; {psnr_words(min(each.psnr for each in found))}"


def psnr_words(psnr: float) -> str:
    """How close two pictures are, for people."""
    return "equal in 8 bit" if math.isinf(psnr) else f"PSNR {psnr:.1f} dB in 8 bit"


def resized(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """A picture [any, any, 4] in another size, smoothly; the same one if it has that size."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))
