"""Distances between two sets of feature vectors: Fréchet, kernel, density and coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

# Kernel distance: subsets of at most so many vectors, so often (Bińkowski et al. 2018, as commonly run).
SUBSET = 1000
SUBSETS = 100
# Density and coverage: the neighbour whose distance is a ball's radius (Naeem et al. 2020, Section 5).
NEIGHBOUR = 5
CHUNK = 1024


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of features.

    Attributes:
        mean: [features], float64.
        covariance: [features, features], float64, divided by n - 1.
    """

    mean: np.ndarray
    covariance: np.ndarray

    @classmethod
    def of(cls, features: Tensor) -> Moments:
        """Of features [n, features], n at least 2."""
        values = features.to("cpu", torch.float64).numpy()
        return cls(values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False)))


def frechet_distance(one: Moments, other: Moments) -> float:
    """Squared Fréchet (2-Wasserstein) distance of two normal distributions (Heusel et al. 2017, Eq. 6).

    The trace of the root of a product is taken from the symmetric form: Tr (AB)^½ = Tr (A^½ B A^½)^½.
    """
    difference = one.mean - other.mean
    values, vectors = np.linalg.eigh(one.covariance)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    product = root @ other.covariance @ root
    cross = np.sqrt(np.linalg.eigvalsh((product + product.T) / 2).clip(min=0)).sum()
    distance = difference @ difference + np.trace(one.covariance) + np.trace(other.covariance) - 2 * cross
    return max(float(distance), 0.0)  # rounding may lie a hair below 0 between equal sets


def kernel_distance(one: Tensor, other: Tensor, seed: int = 0) -> tuple[float, float]:
    """Kernel distance (KID): unbiased squared MMD with the kernel (x·y / d + 1)³, over random subsets.

    Args:
        one: [n, d], n at least 2.
        other: [m, d], m at least 2.
        seed: Of the subsets.

    Returns:
        Mean over the subsets, and their standard deviation.  Unbiased, so between equal sets it may lie below 0.
    """
    size = min(len(one), len(other), SUBSET)
    # Where a subset is the whole, all would be the same.
    count = SUBSETS if size < max(len(one), len(other)) else 1
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        first = one[torch.from_numpy(rng.permutation(len(one))[:size])].to(torch.float64)
        second = other[torch.from_numpy(rng.permutation(len(other))[:size])].to(torch.float64)
        within = _off_diagonal(_kernel(first, first)) + _off_diagonal(_kernel(second, second))
        found.append(float(within - 2 * _kernel(first, second).mean()))
    return float(np.mean(found)), float(np.std(found))


def density_and_coverage(real: Tensor, fake: Tensor, neighbour: int = NEIGHBOUR) -> tuple[float, float]:
    """How densely fakes lie among reals, and which part of the reals has a fake nearby (Naeem et al. 2020).

    Around each real lies a ball that reaches to its k-th nearest other real.  Density counts the balls that hold a
    fake, over k: about 1 for equal distributions, and not bounded by it.  Coverage is the part of balls that hold any
    fake: about 1 - 2^-k for equal distributions.

    Args:
        real: [n, d], n above `neighbour`.
        fake: [m, d].
        neighbour: k.

    Raises:
        ValueError: There are too few reals.
    """
    if len(real) <= neighbour:
        raise ValueError(f"density and coverage take more than {neighbour} real pictures, got {len(real)}")
    inside, covered = 0, 0
    for part in real.to(torch.float64).split(CHUNK):
        # The nearest one is the picture itself.
        radius = torch.cdist(part, real.to(torch.float64)).kthvalue(neighbour + 1, dim=1).values
        held = torch.cdist(part, fake.to(torch.float64)) < radius[:, None]
        inside += int(held.sum())
        covered += int(held.any(dim=1).sum())
    return inside / (neighbour * len(fake)), covered / len(real)


def _kernel(one: Tensor, other: Tensor) -> Tensor:
    """[n, d] and [m, d] -> [n, m]."""
    return (one @ other.T / one.shape[1] + 1) ** 3


def _off_diagonal(kernel: Tensor) -> Tensor:
    """Mean of a square matrix without its diagonal."""
    size = len(kernel)
    return (kernel.sum() - kernel.diagonal().sum()) / (size * (size - 1))
