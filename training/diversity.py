"""How different patches of one square are, by which a generator that has collapsed is found out."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# Pixels along a side that are compared: enough for shapes and colours, and too few for the noise of rays.
SIDE = 8


@torch.no_grad()
def diversity(images: Tensor, group: int) -> Tensor:
    """Root mean square deviation from the mean patch, inside each minibatch-std group, on SIDE x SIDE means of pixels.

    The samples of a group share their square, so that what differs is what the pictures show there.  It is 0 where all
    show the same, and grows with the contrast of the data: real and generated patches are compared by their ratio.

    Args:
        images: [batch, channels, r, r], before augmentation, which makes even equal ones differ.
        group: Samples of a group; of one alone nothing can be said.

    Returns:
        [batch / group].
    """
    side = min(SIDE, images.shape[-1])
    small = F.adaptive_avg_pool2d(images.detach().to(torch.float32), side)
    grouped = small.reshape(len(small) // group, group, *small.shape[1:])
    return grouped.var(dim=1, unbiased=False).mean(dim=(1, 2, 3)).sqrt()
