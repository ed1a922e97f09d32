"""Pictures that are the same, or nearly: exact copies by their hash, others by what of them is left at 17 x 16 pixels.

A difference hash says of each pixel of a tiny grey picture whether its right neighbour is brighter.  It stays when a
picture is scaled, compressed again or made a little darker.  Where pictures are mostly white, it is the same for many;
so the tiny pictures themselves must agree as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

COLUMNS, ROWS = 17, 16
HASH_BITS = (COLUMNS - 1) * ROWS
# Bits that may differ, and grey levels of 255 by which tiny pictures may differ on average.
MOST_BITS, MOST_LEVELS = 7, 2.5
# A thin object changes few levels of the whole picture: they may differ by this part of what is not background.
MOST_PART = 0.15
# The hash in so many parts: with fewer differing bits than parts, one part is the same in both.
PARTS = HASH_BITS // 32
# Of more pictures than this that share a part, only neighbours by their whole hash are compared.
CROWD, NEIGHBOURS = 64, 8


def tiny_picture(pixels: np.ndarray) -> np.ndarray:
    """A picture [R, R, 3] uint8 as [ROWS, COLUMNS] grey levels, uint8."""
    grey = Image.fromarray(pixels).convert("L")
    return np.asarray(grey.resize((COLUMNS, ROWS), Image.Resampling.BOX))


def hashes_of(tiny: np.ndarray) -> np.ndarray:
    """Difference hashes of tiny pictures [n, ROWS, COLUMNS].  [n, PARTS], uint32."""
    brighter = tiny[..., 1:] > tiny[..., :-1]
    return np.packbits(brighter.reshape(len(tiny), -1), axis=1).view(np.uint32)


def copies(digests: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Groups of pictures with equal digests [n], in order; single ones are no group."""
    _, inverse = np.unique(digests, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1)
    return tuple(sorted(tuple(group.tolist()) for group in groups if len(group) > 1))


def mirror_pairs(digests: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
    """Pairs of a picture and its exact mirrored copy, those that are their own mirrors left out.

    Args:
        digests: [n] of the pictures.
        mirrored: [n] of the same pictures, flipped.

    Returns:
        [m, 2] indices, the first one smaller; each pair once.
    """
    order = np.argsort(digests, kind="stable")
    place = np.minimum(np.searchsorted(digests[order], mirrored), len(digests) - 1) if len(digests) else order
    other = order[place]
    found = np.flatnonzero((digests[other] == mirrored) & (digests != mirrored))
    return np.unique(np.sort(np.stack([found, other[found]], axis=1), axis=1), axis=0).reshape(-1, 2)


def near_pairs(tiny: np.ndarray) -> np.ndarray:
    """Pairs of pictures that look the same.

    Args:
        tiny: [n, ROWS, COLUMNS], uint8.

    Returns:
        [m, 2] indices, the first one smaller; each pair once.
    """
    hashes = hashes_of(tiny)
    found = [pair for part in range(PARTS) for pair in _candidates(hashes, part)]
    if not found:
        return np.zeros((0, 2), int)
    pairs = np.concatenate(found)
    bits = np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]]).sum(axis=1)
    pairs = pairs[bits <= MOST_BITS]
    levels = np.abs(tiny[pairs[:, 0]].astype(np.int16) - tiny[pairs[:, 1]]).mean(axis=(1, 2))
    flat = tiny.reshape(len(tiny), -1).astype(np.int16)
    content = np.abs(flat - np.median(flat, axis=1, keepdims=True)).mean(axis=1)
    pairs = pairs[levels <= np.minimum(MOST_LEVELS, MOST_PART * content[pairs[:, 0]])]
    return np.unique(np.sort(pairs, axis=1), axis=0).reshape(-1, 2)


def _candidates(hashes: np.ndarray, part: int) -> Iterator[np.ndarray]:
    """Pairs that share one part of their hash.  [k, 2] each."""
    order = np.lexsort((*hashes.T[::-1], hashes[:, part]))
    ends = np.flatnonzero(np.diff(hashes[order, part])) + 1
    for group in np.split(order, ends):
        reach = len(group) - 1 if len(group) <= CROWD else NEIGHBOURS
        for step in range(1, reach + 1):
            yield np.stack([group[:-step], group[step:]], axis=1)
