"""The discriminator's score of any square of a picture (EpiGRAF, Section 3.2).

A discriminator with minibatch standard deviation judges groups, not pictures: in training all samples of a group share
their square, and one channel tells how much they differ.  So a square of a picture is judged here beside the same
square of other pictures of its kind: a real one beside other real ones, a generated one beside those of other seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.discriminator import Discriminator
from core.model_config import Antialias
from core.patches import extract_patches, gaussian_blur
from core.rays import Patches

# Numbers of the copies of pictures that patches are taken of at once, and patches that are judged at once.
MOST_NUMBERS, MOST_PATCHES = 2**24, 64


@dataclass(frozen=True)
class PictureGroup:
    """Pictures that are judged together; the first one is looked at.

    Attributes:
        images: [group, 3, R, R], about [-1, 1]; as many as a minibatch-std group has.
        angles: Yaw and pitch, radians, [group, 2]; none for a discriminator that is told no camera.
        labels: Classes, [group], int64; none likewise.
        antialias: How patches are taken of them.
        blur: Sigma of the blur that the patches get, pixels.
    """

    images: Tensor
    angles: Tensor | None = None
    labels: Tensor | None = None
    antialias: Antialias = "none"
    blur: float = 0.0

    @property
    def squares_at_once(self) -> int:
        """How many squares fit into the memory that is meant for them."""
        most = min(MOST_PATCHES // len(self.images), MOST_NUMBERS // self.images.numel())
        return max(most, 1)


@torch.no_grad()
def score_squares(
    discriminator: Discriminator, group: PictureGroup, scales: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    """The scores of the first picture's squares, each judged beside the same square of the others.

    Args:
        discriminator: In evaluation mode.
        group: The pictures.
        scales: Of the squares, [n], in (0, 1].
        offsets: Their lower left corners, [n, 2], in [0, 1 - scale].

    Returns:
        Logits, [n], float32: above 0 it takes them for real.

    Raises:
        ValueError: Part of the discriminator's condition is missing.
    """
    parts = [
        _scores(discriminator, group, scales[start : start + group.squares_at_once], offsets[start:])
        for start in range(0, len(scales), group.squares_at_once)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)


def _scores(discriminator: Discriminator, group: PictureGroup, scales: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Likewise of as many squares as can be judged at once; offsets beyond the last scale do not count."""
    count, size, device = len(scales), len(group.images), group.images.device
    squares = Patches(
        torch.from_numpy(np.repeat(scales, size).astype(np.float32)).to(device),
        torch.from_numpy(np.repeat(offsets[:count], size, axis=0).astype(np.float32)).to(device),
    )
    images = _for_each(group.images, count)  # squares after each other, and in each the whole group
    patches = extract_patches(images, squares, discriminator.config.patch_resolution, group.antialias)
    patches = gaussian_blur(patches, group.blur)
    angles, labels = (None if each is None else _for_each(each, count) for each in (group.angles, group.labels))
    return discriminator(patches, squares, angles, labels)[::size].float().cpu().numpy()


def _for_each(values: Tensor, count: int) -> Tensor:
    """[group, ...] -> [count * group, ...]."""
    return values[None].expand(count, *values.shape).flatten(0, 1)
