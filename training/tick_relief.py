"""Relief of the moving average at each tick: coarse, cheap, and always of the same samples, so that ticks compare."""

from __future__ import annotations

import statistics

import numpy as np
import torch

from core.generator import Generator
from training.config import RunConfig
from training.data_set import ImageDataSet
from training.evaluated_pictures import single_views
from training.metrics_views import relief

# Latents, each from a camera of its own.
VIEWS = 4
# Pixels along a side, and samples of each kind along a ray: a sphere's relief is still right within a hundredth.
SIDE, SAMPLES = 32, 24
# While most of what is seen is fog, the slivers of surface in it are flat and say nothing of the shape to come.
LEAST_SOLID = 0.5
POSE_SEED, LATENT_SEED, LABEL_SEED = 11, 12, 13


class ReliefGauge:
    """Measures how far surfaces are from being flat (docs/metrics.md, Relief); draws from seeds of its own only.

    A ray meets a surface where its opacity before the last sample exceeds 0.9, and the surface's distance leaves out
    what the last sample adds: so neither an opaque backdrop nor a background counts as one.

    Args:
        config: Whose cameras look.
        data: Its poses and labels, where these are drawn from the data set.
    """

    def __init__(self, config: RunConfig, data: ImageDataSet) -> None:
        self._poses = config.poses.sample(VIEWS, np.random.default_rng(POSE_SEED), data.all_angles)
        known, rng = data.all_labels, np.random.default_rng(LABEL_SEED)
        self._labels = None if known is None else torch.from_numpy(known[rng.integers(len(known), size=VIEWS)])

    def measure(self, generator: Generator) -> float | None:
        """Mean relief of the views that show a shape; None if all are fog, or the family has no field at all.

        Args:
            generator: In evaluation mode.
        """
        if generator.config.family == "stylegan2":
            return None
        config = generator.config.rays
        rays = config.model_copy(update={"coarse_samples": SAMPLES, "fine_samples": SAMPLES})
        views = single_views(generator, self._poses, SIDE, LATENT_SEED, self._labels, rays)
        found = [value for view in views if view.solid >= LEAST_SOLID and (value := relief(view)) is not None]
        return statistics.fmean(found) if found else None
