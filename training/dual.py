"""Pictures beside their raw ones, as dual discrimination is shown them (EG3D, Section 4.2; METHOD: EG3D)."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from core.field_generator import FieldGenerator
from core.generator import Generator, Sample
from core.patches import gaussian_blur
from core.shares import Share
from core.triplane import TriPlaneField
from core.upsampler import resized
from core.volume import SamplingNoise
from training.augmenter import Augmenter
from training.shown import Shown


def real_pair(images: Tensor, side: int, sigma: float) -> tuple[Tensor, Tensor]:
    """Real pictures as the generator's are: [batch, 3, R, R] -> the same and [batch, 3, side, side].

    Args:
        images: Real pictures.
        side: Pixels along a side of raw pictures.
        sigma: Of the blur, pixels of the large ones; the small ones are blurred as far.
    """
    return _blurred(images, resized(images, (side, side)), sigma)


def generated_pair(
    generator: Generator, field: Sample, matrices: Tensor, side: int, noise: SamplingNoise, sigma: float
) -> tuple[Tensor, Tensor]:
    """Pictures of an upsampler and what it was given, with gradients; arguments and shapes as of `real_pair`."""
    assert isinstance(generator, FieldGenerator)
    assert isinstance(field, TriPlaneField)
    places = generator.raw_places(len(matrices), side, matrices.device)
    seen = generator.upsampled(field, matrices, places, noise=noise)
    return _blurred(seen.image, seen.raw, sigma)


def augmented(augmenter: Augmenter, shown: Shown, piece: Share) -> Shown:
    """What D is given of a piece of the batch: both pictures of a pair are transformed alike."""
    if shown.raw is None or augmenter.p == 0:
        return replace(shown, images=augmenter(shown.images, piece))
    (height, width), small = shown.images.shape[2:], shown.raw.shape[2:]
    pair = augmenter(torch.cat([shown.images, resized(shown.raw, (height, width))], dim=1), piece)
    images, raw = pair.split(3, dim=1)
    return replace(shown, images=images, raw=resized(raw, (small[0], small[1])))


def _blurred(images: Tensor, raw: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
    return gaussian_blur(images, sigma), gaussian_blur(raw, sigma * raw.shape[-1] / images.shape[-1])
