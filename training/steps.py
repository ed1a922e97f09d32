"""One training step: generator, discriminator and, lazily, R1 (EpiGRAF, Section 3.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import get_total_norm

from core.generator import Sample, as_image
from core.patches import extract_patches, gaussian_blur, pooled, supersampled_places
from core.rays import Patches, pose_matrices
from core.schedules import sample_offsets
from core.volume import SamplingNoise
from training.augmenter import Augmenter
from training.batches import RealBatch
from training.config import RunConfig
from training.networks import Networks
from training.objective import discriminator_loss, generator_loss, r1_penalty
from training.telemetry import Telemetry

# A bad step now and then is repaired and counted; this many in a row end the run.
MAX_BAD_STEPS = 50


class TrainingDiverged(RuntimeError):
    """Gradients stayed NaN or infinite."""


@dataclass(frozen=True)
class Shown:
    """What the discriminator is shown and told: real or generated patches.

    Attributes:
        images: [batch, 3, r, r].
        patches: Their squares.
        angles: Yaw and pitch, radians, [batch, 2]; none if unknown.
        labels: Classes, [batch], int64; none if unknown.
    """

    images: Tensor
    patches: Patches
    angles: Tensor | None = None
    labels: Tensor | None = None


class Stepper:
    """Owns the optimisers and takes steps; all randomness comes from `rng` and from torch's own state."""

    def __init__(
        self,
        config: RunConfig,
        networks: Networks,
        poses: np.ndarray | None,
        rng: np.random.Generator,
        device: torch.device,
        labels: np.ndarray | None = None,
    ) -> None:
        self.config, self.networks, self.rng, self.device = config, networks, rng, device
        self.poses, self.labels, self.schedule = poses, labels, config.schedule
        self.augmenter = Augmenter(config.augment, config.loop.batch, rng)
        rates = config.optimizer.generator_adam, config.optimizer.discriminator_adam
        self.generator_optimizer = torch.optim.Adam(networks.generator.parameters(), **rates[0])
        self.discriminator_optimizer = torch.optim.Adam(networks.discriminator.parameters(), **rates[1])
        # Per kind of step: one network's good gradients say nothing of the other's.
        self.bad_steps: dict[str, int] = {}

    def steer(self, config: RunConfig) -> None:
        """Go on with other settings (training/steering.py says which may differ)."""
        self.config, self.schedule = config, config.schedule
        self.augmenter.steer(config.augment, config.loop.batch)
        self.generator_optimizer.param_groups[0] |= config.optimizer.generator_adam
        self.discriminator_optimizer.param_groups[0] |= config.optimizer.discriminator_adam

    def step(self, real: RealBatch, index: int, kimg: float, telemetry: Telemetry) -> None:
        """Train on one batch.

        Args:
            real: Real pictures.
            index: Number of the step, for the lazy penalty.
            kimg: Time, for what is annealed.
            telemetry: Collects what happened; it has no influence.

        Raises:
            TrainingDiverged: Gradients were not finite for too many steps in a row.
        """
        self._generator_step(kimg, telemetry)
        squares = self._squares(len(real.images), kimg, telemetry)
        resolution, antialias = self.config.discriminator.patch_resolution, self.config.patches.antialias
        patches = extract_patches(real.images, squares, resolution, antialias)
        patches = gaussian_blur(patches, self.config.anneal.blur(kimg))
        shown = Shown(patches, squares, self._angles(real.angles), self._classes(real.labels))
        self._discriminator_step(shown, kimg, telemetry)
        if self.config.optimizer.r1_gamma > 0 and index % self.config.optimizer.r1_interval == 0:
            self._penalty_step(shown, telemetry)
        if self.config.augment.kind != "none":
            telemetry.keep("Augment/p", self.augmenter.p)
        self.networks.update_average(self.config.ema_decay(kimg))

    def _generator_step(self, kimg: float, telemetry: Telemetry) -> None:
        self._train_only(self.networks.generator)
        fake = self._fake(kimg, telemetry)
        logits = self._score(fake)
        loss = generator_loss(logits)
        telemetry.add("Loss/G/loss", loss)
        self._descend(loss, self.generator_optimizer, self.networks.generator, "Gradients/G", telemetry)

    def _discriminator_step(self, real: Shown, kimg: float, telemetry: Telemetry) -> None:
        self._train_only(self.networks.discriminator)
        with torch.no_grad():
            fake = self._fake(kimg, telemetry, track=True)
        fake_logits, real_logits = self._score(fake), self._score(real)
        loss = discriminator_loss(real_logits, fake_logits)
        telemetry.add("Loss/D/loss", loss)
        telemetry.add("Loss/scores/real", real_logits)
        telemetry.add("Loss/scores/fake", fake_logits)
        telemetry.add("Loss/signs/real", real_logits.sign())
        telemetry.add("Loss/signs/fake", fake_logits.sign())
        self.augmenter.observe(real_logits)
        self._descend(loss, self.discriminator_optimizer, self.networks.discriminator, "Gradients/D", telemetry)

    def _penalty_step(self, real: Shown, telemetry: Telemetry) -> None:
        self._train_only(self.networks.discriminator)
        images = real.images.detach().requires_grad_(True)
        penalty = r1_penalty(self._score(replace(real, images=images)), images)
        settings = self.config.optimizer
        loss = penalty.mean() * (settings.r1_gamma / 2 * settings.r1_interval)
        telemetry.add("Loss/r1_penalty", penalty)
        telemetry.add("Loss/D/reg", loss)
        self._descend(loss, self.discriminator_optimizer, self.networks.discriminator, "Gradients/R1", telemetry)

    def _fake(self, kimg: float, telemetry: Telemetry, *, track: bool = False) -> Shown:
        """Generate patches; `track` moves the running mean of w."""
        generator, batch = self.networks.generator, self.config.loop.batch
        poses = self.config.poses.sample(batch, self.rng, self.poses)
        told = self._told(poses, kimg)
        labels = self._classes(self._drawn_labels(batch))
        z = torch.randn(batch, generator.config.z_dim, device=self.device)
        ws = generator.mapping(z, angles=told, labels=labels)
        if track:
            generator.mapping.track(ws, told)
        matrices = pose_matrices(poses, generator.config.render.radius, self.device)
        squares = self._squares(batch, kimg, telemetry)
        noise = SamplingNoise(jitter=True, density_std=self.config.anneal.noise(kimg))
        field = generator.field(ws, generator.config.noise)
        images = self._rendered(field, matrices, squares, noise)
        images = gaussian_blur(images, self.config.anneal.blur(kimg))
        angles = torch.from_numpy(poses.astype(np.float32)).to(self.device)
        return Shown(images, squares, angles, labels)

    def _rendered(self, field: Sample, matrices: Tensor, squares: Patches, noise: SamplingNoise) -> Tensor:
        """Generated patches, with one ray for each pixel or the mean of several.  Returns [batch, 3, r, r]."""
        generator, side = self.networks.generator, self.config.patches.supersample
        resolution, whole = self.config.discriminator.patch_resolution, self.config.discriminator.image_resolution
        places = supersampled_places(squares, resolution, whole, side).flatten(1, 2) if side > 1 else None
        rendering = generator.render(field, matrices, resolution, squares, noise=noise, places=places)
        return pooled(as_image(rendering.rgb, resolution * side), side)

    def _told(self, poses: np.ndarray, kimg: float) -> Tensor | None:
        """The cameras that the generator is told: some of them others than those that look (EG3D, Section 4.3)."""
        if not self.config.generator.camera_condition:
            return None
        others = self.config.poses.sample(len(poses), self.rng, self.poses)
        spoofed = self.rng.random(len(poses)) < self.config.anneal.spoof(kimg)
        return self._angles(np.where(spoofed[:, None], others, poses))

    def _squares(self, batch: int, kimg: float, telemetry: Telemetry) -> Patches:
        """Draw patches, one square for each minibatch-std group (docs/design.md, "Where we differ")."""
        group = min(self.config.discriminator.group_size, batch)
        scales = self.schedule.sample(batch // group, kimg, self.rng)
        offsets = sample_offsets(scales, self.rng)
        telemetry.add_patches(scales, offsets)
        scales, offsets = np.repeat(scales, group), np.repeat(offsets, group, axis=0)
        return Patches(
            torch.from_numpy(scales.astype(np.float32)).to(self.device),
            torch.from_numpy(offsets.astype(np.float32)).to(self.device),
        )

    def _angles(self, angles: np.ndarray | None) -> Tensor | None:
        return None if angles is None else torch.from_numpy(angles[:, :2].astype(np.float32)).to(self.device)

    def _drawn_labels(self, batch: int) -> np.ndarray | None:
        """Labels as often as the data set has them; nothing is drawn where nobody is told of them."""
        if self.labels is None or not self.config.discriminator.label_count:
            return None
        return self.labels[self.rng.integers(len(self.labels), size=batch)]

    def _classes(self, labels: np.ndarray | None) -> Tensor | None:
        return None if labels is None else torch.from_numpy(labels).to(self.device)

    def _score(self, shown: Shown) -> Tensor:
        """The discriminator's logits for augmented patches, [batch]."""
        return self.networks.discriminator(self.augmenter(shown.images), shown.patches, shown.angles, shown.labels)

    def _train_only(self, network: nn.Module) -> None:
        self.networks.generator.requires_grad_(network is self.networks.generator)
        self.networks.discriminator.requires_grad_(network is self.networks.discriminator)

    def _descend(
        self, loss: Tensor, optimizer: torch.optim.Optimizer, network: nn.Module, name: str, telemetry: Telemetry
    ) -> None:
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        norm = float(get_total_norm(gradients))
        if math.isfinite(norm):
            telemetry.add(name, norm)
            self.bad_steps[name] = 0
        else:
            self._repair(gradients, name, telemetry)
        optimizer.step()

    def _repair(self, gradients: list[Tensor], name: str, telemetry: Telemetry) -> None:
        """Zero what is not finite, and count it; give up when it does not pass."""
        for gradient in gradients:
            torch.nan_to_num_(gradient, nan=0, posinf=1e5, neginf=-1e5)
        telemetry.count("Gradients/bad_steps")
        self.bad_steps[name] = self.bad_steps.get(name, 0) + 1
        if self.bad_steps[name] > MAX_BAD_STEPS:
            raise TrainingDiverged(
                f"{name} were NaN or infinite for {self.bad_steps[name]} steps in a row. Start a new run with a lower "
                "learning rate, or with a larger optimizer.r1_gamma."
            )
