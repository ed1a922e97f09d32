"""Filters of adaptive augmentation: resampling that keeps details, and bands of frequencies (METHOD: Augmentation)."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

# Decomposition low-pass filters of the least asymmetric orthogonal wavelets (Daubechies 1992); sum √2.
SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025)
SYM6 = (
    0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
    0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
    0.0017677118642428036, -0.007800708325034148,
)  # fmt: skip
BANDS = 4


def upsample(images: Tensor) -> Tensor:
    """Double the size: zero insertion, then the sym6 filter with gain 4.  [batch, c, h, w] -> [batch, c, 2h, 2w]."""
    taps = _normalised(SYM6, images.dtype, images.device) * 2
    channels, crop = images.shape[1], len(SYM6) // 2 - 1
    # Zero insertion and convolution at once.
    columns, rows = taps.expand(channels, 1, 1, -1), taps[:, None].expand(channels, 1, -1, 1)
    images = F.conv_transpose2d(images, columns, stride=(1, 2), padding=(0, crop), groups=channels)
    return F.conv_transpose2d(images, rows, stride=(2, 1), padding=(crop, 0), groups=channels)


def downsample(images: Tensor) -> Tensor:
    """Filter with the mirrored sym6 filter and keep every second pixel; six pixels at each edge have served as margin.

    [batch, c, 2h + 12, 2w + 12] -> [batch, c, h, w].
    """
    taps, channels = _normalised(SYM6, images.dtype, images.device), images.shape[1]
    images = images[:, :, 1:-1, 1:-1]
    images = F.conv2d(images, taps.expand(channels, 1, 1, -1), stride=(1, 2), groups=channels)
    return F.conv2d(images, taps[:, None].expand(channels, 1, -1, 1), stride=(2, 1), groups=channels)


def amplify(images: Tensor, gains: np.ndarray) -> Tensor:
    """Amplify bands of frequencies: up to π/8, π/4, π/2 and π.

    Args:
        images: [batch, c, h, w].
        gains: [batch, 4], lowest band first; all 1 change nothing.

    Returns:
        [batch, c, h, w].
    """
    batch, channels, height, width = images.shape
    taps = sent(gains @ filter_bank(), images)
    margin = taps.shape[1] // 2
    taps = taps.repeat_interleave(channels, dim=0)
    images = reflected(images, (margin, margin, margin, margin)).flatten(0, 1)[None]
    images = F.conv2d(images, taps[:, None, None, :], groups=batch * channels)
    images = F.conv2d(images, taps[:, None, :, None], groups=batch * channels)
    return images.reshape(batch, channels, height, width)


def reflected(images: Tensor, margins: tuple[int, int, int, int]) -> Tensor:
    """Continue pictures by their mirror images, as often as it takes; the pixels of the edge are not doubled.

    Args:
        images: [batch, c, h, w], h and w at least 2.
        margins: Pixels left, above, right and below.

    Returns:
        [batch, c, above + h + below, left + w + right].
    """
    left, above, right, below = margins
    for dim, before, after in ((3, left, right), (2, above, below)):
        last = images.shape[dim] - 1
        places = torch.arange(-before, last + 1 + after, device=images.device)
        images = images.index_select(dim, last - (places % (2 * last) - last).abs())
    return images


@cache
def filter_bank() -> np.ndarray:
    """Symmetric filters of the four bands, lowest first; together they are the identity.  [4, 43]."""
    low = np.array(SYM2)
    high = low * (-1.0) ** np.arange(len(low))
    # A filter after its mirror image has no phase.
    low, high = (np.convolve(taps, taps[::-1]) / 2 for taps in (low, high))
    bank = np.eye(BANDS, 1)
    for band in range(1, BANDS):
        spread = np.zeros((BANDS, 2 * bank.shape[1] - 1))
        spread[:, ::2] = bank
        bank = np.stack([np.convolve(taps, low) for taps in spread])
        margin = (bank.shape[1] - len(high)) // 2
        bank[band, margin : margin + len(high)] += high
    return bank


def sent(values: np.ndarray, like: Tensor) -> Tensor:
    """Values as float32, on the device and in the type of `like`.

    The processor does not wait for a GPU here: CUDA copies what is in pageable memory to a place of its own first.
    """
    return torch.from_numpy(values.astype(np.float32)).to(like, non_blocking=like.is_cuda)


@cache
def _normalised(taps: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """With sum 1; sent to a device once."""
    values = np.array(taps)
    with torch.inference_mode(False):  # whoever asks first, others may need gradients
        return torch.from_numpy((values / values.sum()).astype(np.float32)).to(device, dtype)
