"""Patches of generated pictures: what is drawn for a batch, and what the generator makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.generator import Generator, Sample, as_image
from core.patches import gaussian_blur, pooled, supersampled_places
from core.rays import Patches
from core.schedules import sample_offsets
from core.volume import SamplingNoise
from training.config import RunConfig
from training.dual import generated_pair
from training.shown import Shown, some
from training.telemetry import Telemetry


@dataclass(frozen=True)
class Draw:
    """What is drawn for the pictures of a batch before any network runs.

    Attributes:
        z: Latents, [batch, z_dim].
        poses: Yaw and pitch of the cameras that look, radians, [batch, 2 or more].
        told: Yaw and pitch that the generator is told, [batch, 2]; none without its camera condition.
        labels: Classes, [batch], int64; none where nobody is told of them.
        patches: Squares.
    """

    z: Tensor
    poses: np.ndarray
    told: Tensor | None
    labels: Tensor | None
    patches: Patches

    def __getitem__(self, rows: slice) -> Draw:
        """Some of them."""
        told, labels = some(self.told, rows), some(self.labels, rows)
        return Draw(self.z[rows], self.poses[rows], told, labels, self.patches[rows])


class RowsOfClasses:
    """Which pictures of a data set are of a class.  labels: [n], int64."""

    def __init__(self, labels: np.ndarray) -> None:
        self._order = np.argsort(labels, kind="stable")  # one class after the other
        self._counts = np.bincount(labels)
        self._starts = self._counts.cumsum() - self._counts

    def draw(self, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw a picture of each of these classes, which the data set has: [batch] -> [batch], its number."""
        return self._order[self._starts[labels] + rng.integers(self._counts[labels])]


class GeneratedPatches:
    """Draws what is needed for a batch, and lets the generator make patches of it."""

    def __init__(
        self,
        config: RunConfig,
        generator: Generator,
        poses: np.ndarray | None,
        labels: np.ndarray | None,
        rng: np.random.Generator,
        device: torch.device,
    ) -> None:
        """Bind to a generator.

        Args:
            config: Settings.
            generator: Makes the pictures.
            poses: The data set's, [n, 2 or more], if it has any.
            labels: The data set's, [n], if it has any.
            rng: Draws poses, labels and patches; latents and noise come from torch's own random state.
            device: Where the pictures are made.
        """
        self.config, self.generator, self.schedule = config, generator, config.schedule
        self.poses, self.labels, self.rng, self.device = poses, labels, rng, device
        self._classes = None if labels is None else RowsOfClasses(labels)

    def steer(self, config: RunConfig) -> None:
        """Go on with other settings."""
        self.config, self.schedule = config, config.schedule

    def draw(self, kimg: float, telemetry: Telemetry) -> Draw:
        """Draw for a whole batch at a time, kimg."""
        batch = self.config.loop.batch
        pairs = self._drawn_pairs(batch)
        if pairs is None:
            poses = self.config.poses.sample(batch, self.rng, self.poses)
            told, labels = self.told(poses, kimg), self._drawn_labels(batch)
        else:
            poses, labels = pairs
            told = self.told(poses, kimg, labels)
        z = torch.randn(batch, self.generator.config.z_dim, device=self.device)
        return Draw(z, poses, told, self.classes(labels), self.squares(kimg, telemetry))

    def mapped(self, draw: Draw) -> Tensor:
        """Map latents with what the generator is told.  Returns ws, [batch, ws_count, w_dim]."""
        return self.generator.mapping(draw.z, angles=draw.told, labels=draw.labels)

    def render(self, draw: Draw, ws: Tensor, kimg: float) -> Shown:
        """Patches of ws [batch, ws_count, w_dim], from the cameras and with the noise of a time, kimg."""
        matrices = self.generator.cameras(draw.poses, self.device)
        noise = SamplingNoise(jitter=True, density_std=self.config.anneal.noise(kimg))
        field = self.generator.field(ws, self.generator.config.noise)
        told = self.angles(draw.poses), draw.labels
        if self.config.dual:
            side, sigma = self.config.raw_resolution(kimg), self.config.anneal.blur(kimg)
            images, raw = generated_pair(self.generator, field, matrices, side, noise, sigma)
            return Shown(images, draw.patches, *told, raw)
        images = self._rendered(field, matrices, draw.patches, noise)
        images = gaussian_blur(images, self.config.anneal.blur(kimg))
        return Shown(images, draw.patches, *told)

    def told(self, poses: np.ndarray, kimg: float, labels: np.ndarray | None = None) -> Tensor | None:
        """The cameras that the generator is told: some of them others than those that look (EG3D, Section 4.3).

        Args:
            poses: Of those that look, [batch, 2 or more], radians.
            kimg: Time, which decides how many are others.
            labels: Classes, [batch], whose poses the others are, too; none: the others are of any class.  A camera
                that no picture of the class has would give away that it is not the one that looks.

        Returns:
            [batch, 2]; none without the generator's camera condition.
        """
        if not self.config.generator.camera_condition:
            return None
        if labels is None or self._classes is None:
            others = self.config.poses.sample(len(poses), self.rng, self.poses)
        else:
            others = self._poses_of(self._classes.draw(labels, self.rng))
        spoofed = self.rng.random(len(poses)) < self.config.anneal.spoof(kimg)
        return self.angles(np.where(spoofed[:, None], others, poses))

    def squares(self, kimg: float, telemetry: Telemetry) -> Patches:
        """Draw a batch of patches, one for each minibatch-std group (docs/design.md, "Where we differ")."""
        group = self.config.discriminator.group_size
        scales = self.schedule.sample(self.config.loop.batch // group, kimg, self.rng)
        offsets = sample_offsets(scales, self.rng)
        telemetry.add_patches(scales, offsets)
        scales, offsets = np.repeat(scales, group), np.repeat(offsets, group, axis=0)
        return Patches(
            torch.from_numpy(scales.astype(np.float32)).to(self.device),
            torch.from_numpy(offsets.astype(np.float32)).to(self.device),
        )

    def angles(self, poses: np.ndarray | None) -> Tensor | None:
        """Yaw and pitch of poses [batch, 2 or more], for networks.  Returns [batch, 2], float32."""
        return None if poses is None else torch.from_numpy(poses[:, :2].astype(np.float32)).to(self.device)

    def classes(self, labels: np.ndarray | None) -> Tensor | None:
        """Labels [batch], for networks."""
        return None if labels is None else torch.from_numpy(labels).to(self.device)

    def _rendered(self, field: Sample, matrices: Tensor, squares: Patches, noise: SamplingNoise) -> Tensor:
        """Generated patches, with one ray for each pixel or the mean of several.  Returns [batch, 3, r, r]."""
        side = self.config.patches.supersample
        resolution, whole = self.config.discriminator.patch_resolution, self.config.discriminator.image_resolution
        places = supersampled_places(squares, resolution, whole, side).flatten(1, 2) if side > 1 else None
        rendering = self.generator.render(field, matrices, resolution, squares, noise=noise, places=places)
        return pooled(as_image(rendering.rgb, resolution * side), side)

    def _drawn_pairs(self, batch: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Poses [batch, 2] and labels [batch] of the same pictures; none unless the data set is to give both.

        D is told pairs: real ones have the law of the data set, in which a class may have poses of its own.  Drawn each
        by itself, generated ones would have another, and D would know them by what it is told, without a look.
        """
        if self.config.poses.kind != "custom" or not self.config.discriminator.label_count:
            return None
        if self.labels is None or self.poses is None:
            return None
        rows = self.rng.integers(len(self.labels), size=batch)
        return self._poses_of(rows), self.labels[rows]

    def _poses_of(self, rows: np.ndarray) -> np.ndarray:
        """Yaw and pitch of pictures of the data set.  Returns [rows, 2], float64."""
        return np.asarray(self.poses, np.float64)[rows, :2]

    def _drawn_labels(self, batch: int) -> np.ndarray | None:
        """Labels as often as the data set has them; nothing is drawn where nobody is told of them."""
        if self.labels is None or not self.config.discriminator.label_count:
            return None
        return self.labels[self.rng.integers(len(self.labels), size=batch)]
