"""Fréchet and kernel inception distance by the usual protocol (Heusel et al. 2017; Bińkowski et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.distances import Moments, frechet_distance, kernel_distance
from training.evaluation_report import Measurement
from training.inception import load_inception

# Of real pictures all count, up to so many; of generated ones so many are usual.
MOST = 50_000

Beat = Callable[[float, str], None]
Reals = Callable[[np.ndarray], Iterator[Tensor]]


class InceptionDistance:
    """Keeps the features of the real pictures.

    Args:
        path: The Inception file.
        device: Where to compute.

    Raises:
        InceptionError: It cannot be used.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        self._network = load_inception(path, device)
        self._real: Tensor | None = None
        self._moments: Moments | None = None
        self._floors: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def look_at_reals(self, reals: Reals, total: int, beat: Beat) -> None:
        """Features and floors of the real pictures; once.

        Args:
            reals: Gives pictures [batch, 3, R, R] in [-1, 1] by their indices.
            total: How many there are.
            beat: Called with the fraction done, and what is done.
        """
        if self._real is not None:
            return
        order = np.random.default_rng(0).permutation(total)[:MOST]
        self._real = self._features(reals(order), len(order), "features of real pictures", beat)
        half = len(order) // 2
        one, other = self._real[:half], self._real[half : 2 * half]
        self._moments = Moments.of(self._real)
        self._floors = (frechet_distance(Moments.of(one), Moments.of(other)), *kernel_distance(one, other))

    def measure(self, fakes: Iterator[Tensor], count: int, beat: Beat) -> list[Measurement]:
        """FID and KID of `count` generated pictures, once the reals were looked at."""
        assert self._real is not None
        assert self._moments is not None
        features = self._features(fakes, count, "features of generated pictures", beat)
        kid, spread = kernel_distance(self._real, features)
        reals = len(self._real)
        against = f"against {reals} real pictures" + (" (all)" if reals < MOST else "")
        network = "2048 features of Inception (file of 2015-12-05, hash checked), bilinear to 299 px, in float64"
        floor = f"the floor is between halves of {reals // 2} real ones"
        name = f"{count // 1000}k_full" if count == MOST else str(count)
        usual = "" if count == MOST else f" The usual protocol has 50,000: this is the distance at {count}."
        return [
            Measurement(
                name=f"fid{name}", label=f"FID at {count}", count=count, better="lower",
                value=frechet_distance(self._moments, Moments.of(features)), floor=self._floors[0],
                protocol=f"{count} generated {against}, {network}; {floor}.{usual}",
            ),
            Measurement(
                name=f"kid{name}", label=f"KID at {count}", count=count, better="lower", value=kid, spread=spread,
                floor=self._floors[1], floor_spread=self._floors[2],
                protocol=f"{count} generated {against}, {network}; cubic kernel, unbiased, 100 subsets of at most "
                f"1000, the spread is over them; {floor}.{usual}",
            ),
        ]  # fmt: skip

    def _features(self, batches: Iterator[Tensor], count: int, doing: str, beat: Beat) -> Tensor:
        """[count, 2048], float32, on the CPU."""
        kept, done = [], 0
        for images in batches:
            kept.append(self._network((images + 1) * 127.5).cpu())
            done += len(images)
            beat(done / count, doing)
        return torch.cat(kept)
