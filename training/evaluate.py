"""Compare what a generator shows with a data set, in all figures that are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.checkpoint import load_checkpoint
from core.generator import Generator
from core.poses import PoseConfig
from training.data_set import ImageDataSet
from training.evaluated_pictures import Labels, no_labels, pictures, view_pairs
from training.evaluation_report import Evaluation, Measurement
from training.inception_distance import InceptionDistance
from training.metrics import SMALLEST
from training.metrics_config import MetricsConfig
from training.picture_sets import PictureSet, compare
from training.random_features import SEEDS, RandomNetwork
from training.view_figures import view_figures

BATCH = 16
# Density and coverage look at the fifth neighbour.
LEAST = 8

# Called with the fraction done and what is being done; may raise to end it.
Beat = Callable[[float, str], None]


class Evaluator:
    """Measures generators against one data set; what concerns the real pictures is computed once.

    It draws no random numbers but those of its own seeds, so a training goes on as if it had not been measured.

    Args:
        data: The real pictures.
        settings: What to measure.
        poses: The law of the generated pictures' cameras; none: the data set's, or all around.
        device: Where to compute.

    Raises:
        ValueError: The data set has too few pictures, or a size that is no power of two of at least 16.
        InceptionError: The Inception file cannot be used.
    """

    def __init__(
        self,
        data: ImageDataSet,
        settings: MetricsConfig,
        poses: PoseConfig | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self._data, self._settings, self._device = data, settings, torch.device(device)
        self._poses = poses or PoseConfig(kind="spherical-uniform" if data.all_angles is None else "custom")
        path, resolution = data.info.path, data.resolution
        self.count = min(settings.pictures, len(data) // 2)
        if self.count < LEAST:
            raise ValueError(f"{path}: has {len(data)} pictures; comparing takes at least {2 * LEAST}")
        if resolution < SMALLEST or resolution & (resolution - 1):
            raise ValueError(f"{path}: has {resolution} px; comparing takes a power of two of at least {SMALLEST}")
        self._networks = [RandomNetwork(seed, resolution, device) for seed in SEEDS] if settings.features else []
        self._reals: tuple[PictureSet, PictureSet] | None = None
        self._inception = InceptionDistance(settings.inception, self._device) if settings.inception else None

    @property
    def cameras(self) -> str:
        """Where the cameras of generated pictures stand, for people."""
        return "the poses of the data set" if self._poses.kind == "custom" else f"the law {self._poses.kind}"

    def measure(self, generator: Generator, beat: Beat) -> tuple[Measurement, ...]:
        """All figures of a generator in evaluation mode.  Raises whatever `beat` raises."""
        measured: list[Measurement] = []
        if self._settings.features or self._settings.wasserstein or self._data.info.background == "white":
            measured += self._compare_pictures(generator, beat)
        if self._settings.views and generator.config.family != "stylegan2":
            measured += self._look_around(generator, beat)
        if self._inception is not None:
            measured += self._inception_distance(self._inception, generator, beat)
        return tuple(measured)

    def _compare_pictures(self, generator: Generator, beat: Beat) -> list[Measurement]:
        if self._reals is None:
            order = np.random.default_rng(0).permutation(len(self._data))[: 2 * self.count]
            first, second = self._set(seed=1), self._set(seed=2)
            for done, images in _counted(self._real(order[: self.count])):
                beat(0.5 * done / self.count, "looking at real pictures")
                first.add(images)
            for done, images in _counted(self._real(order[self.count :])):
                beat(0.5 + 0.5 * done / self.count, "looking at real pictures")
                second.add(images)
            self._reals = first, second
        fakes = self._set(seed=3)
        for done, images in _counted(self._generated(generator, self.count, seed=0)):
            beat(done / self.count, "generating pictures")
            fakes.add(images)
        beat(1.0, "comparing pictures")
        return compare(*self._reals, fakes, on_white=self._data.info.background == "white")

    def _look_around(self, generator: Generator, beat: Beat) -> list[Measurement]:
        count = self._settings.pairs
        poses, labels = self._conditions(generator, count, seed=5)
        pairs = view_pairs(generator, poses, self._data.resolution, 6, labels)
        edge = 2 * generator.config.render.cube_scale
        return view_figures(pairs, count, edge, lambda done: beat(done / count, "comparing views"))

    def _inception_distance(self, inception: InceptionDistance, generator: Generator, beat: Beat) -> list[Measurement]:
        inception.look_at_reals(self._real, len(self._data), beat)
        wanted = self._settings.fid_pictures
        return inception.measure(self._generated(generator, wanted, seed=10), wanted, beat)

    def _set(self, seed: int) -> PictureSet:
        return PictureSet(self._networks, patches=self._settings.wasserstein, seed=seed)

    def _real(self, indices: np.ndarray) -> Iterator[Tensor]:
        """Pictures of the data set, [batch, 3, R, R] in [-1, 1]."""
        for start in range(0, len(indices), BATCH):
            pixels = np.stack([self._data.image(int(index)) for index in indices[start : start + BATCH]])
            images = torch.from_numpy(pixels).permute(0, 3, 1, 2).to(self._device, torch.float32)
            yield images / 127.5 - 1

    def _generated(self, generator: Generator, count: int, seed: int) -> Iterator[Tensor]:
        poses, labels = self._conditions(generator, count, seed + 1)
        return pictures(generator, poses, self._data.resolution, seed, labels)

    def _conditions(self, generator: Generator, count: int, seed: int) -> tuple[np.ndarray, Labels]:
        """Poses, and classes as often as the data set has them, of the same pictures where both come from it.

        Classes of another set mean nothing to the generator.
        """
        known, angles, rng = self._data.all_labels, self._data.all_angles, np.random.default_rng(seed)
        if known is None or (self._data.info.label_count or 0) > generator.config.label_count:
            return self._poses.sample(count, rng, angles), no_labels
        if self._poses.kind == "custom" and angles is not None:
            rows = rng.integers(len(angles), size=count)
            poses = angles[rows, :2]
        else:
            poses = self._poses.sample(count, rng, angles)
            rows = rng.integers(len(known), size=count)
        waiting = iter(torch.from_numpy(known[rows]))
        return poses, lambda batch: torch.stack([next(waiting) for _ in range(batch)])


def flatness_alarm(measurements: tuple[Measurement, ...], flat_below: float) -> str:
    """What there is to say when surfaces are all but flat; empty if they are not."""
    found = next((each.value for each in measurements if each.name == "relief"), None)
    if found is None or found >= flat_below:
        return ""
    return (
        f"the shapes are all but flat: relief {found:.3f} is below {flat_below:g} (0 is a plane, 0.47 a sphere). Where "
        "poses cover a narrow range, turn on discriminator.camera_condition; check the data set's poses and fov."
    )


def evaluate(
    checkpoint: Path,
    data_path: Path,
    settings: MetricsConfig | None = None,
    device: str = "cpu",
    beat: Beat = lambda _fraction, _doing: None,
    resolution: int | None = None,
    poses: PoseConfig | None = None,
) -> Evaluation:
    """Measure a snapshot.

    Args:
        checkpoint: A snapshot.
        data_path: The data set.
        settings: What to measure; none: all that needs no file.
        device: Where to compute.
        beat: Called with the fraction of a part that is done, and which part it is.
        resolution: Pixels along a side of what is compared; none: as the data set has them.
        poses: The law of the generated pictures' cameras, that of the training; none: the data set's, or all around.

    Raises:
        CheckpointError: The checkpoint cannot be used.
        DataSetError: The data set cannot be used.
        ValueError: The data set does not suit, or the Inception file cannot be used.
    """
    began = time.perf_counter()
    settings = settings or MetricsConfig()
    loaded = load_checkpoint(checkpoint, device)
    with ImageDataSet.open(data_path, resolution) as data:
        if poses is not None and poses.kind == "custom" and data.all_angles is None:
            poses = None  # those of other data than the training's
        evaluator = Evaluator(data, settings, poses, device)
        measurements, compared = evaluator.measure(loaded.generator, beat), data.resolution
    kimg = loaded.progress.get("kimg")
    return Evaluation(
        checkpoint=str(checkpoint),
        data=str(data_path),
        kimg=float(kimg) if isinstance(kimg, int | float) else None,
        resolution=compared,
        cameras=evaluator.cameras,
        seconds=time.perf_counter() - began,
        alarm=flatness_alarm(measurements, settings.flat_below),
        measurements=measurements,
    )


def _counted(batches: Iterator[Tensor]) -> Iterator[tuple[int, Tensor]]:
    """Batches with the number of pictures so far, theirs included."""
    done = 0
    for images in batches:
        done += len(images)
        yield done, images
