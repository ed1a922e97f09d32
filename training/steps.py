"""One training step: generator, discriminator and, lazily, R1 (EpiGRAF, Section 3.4)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from core.patches import extract_patches, gaussian_blur
from core.shares import Share, shares
from training.augmenter import Augmenter
from training.batches import RealBatch
from training.config import RunConfig
from training.diversity import diversity
from training.dual import augmented, real_pair
from training.generated import GeneratedPatches
from training.health import BAD_STEPS, MAX_BAD_STEPS, diverged
from training.networks import Networks
from training.objective import density_roughness, discriminator_loss, generator_loss, r1_penalty
from training.pieces import Computed, Outcome, Pieces
from training.random_numbers import RandomNumbers
from training.seen_patches import SeenRows, sighting
from training.shown import Shown
from training.team import Team
from training.telemetry import Telemetry

# The descents that a network learns from all the time, by what is recorded of them: regularisers are lazy.
MAIN_DESCENTS = {"Gradients/G": "G", "Gradients/D": "D"}


class TrainingDiverged(RuntimeError):
    """Gradients stayed NaN or infinite."""


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
        team: Team | None = None,
    ) -> None:
        """Begin with fresh optimisers.

        Args:
            config: Settings.
            networks: What is trained.
            poses: The data set's, [n, 2 or more], if it has any.
            rng: Draws poses, labels, patches and augmentation; in all processes the same.
            device: Where it is computed.
            labels: The data set's, [n], if it has any.
            team: The processes that share each batch; none: we train alone.

        Raises:
            ValueError: There are more processes than minibatch-std groups.
        """
        self.config, self.networks, self.rng, self.device = config, networks, rng, device
        self.team = team or Team()
        group = config.discriminator.group_size
        self.share = shares(config.loop.batch, group, self.team.size)[self.team.rank]
        self.generated = GeneratedPatches(config, networks.generator, poses, labels, rng, device)
        random = RandomNumbers(rng, device)
        self.pieces = Pieces(self.share, group, config.parallel.micro_batch or 0, random, self.team)
        self.augmenter = Augmenter(config.augment, config.loop.batch, rng, self.team)
        self.seen = SeenRows(self.share, group, device)
        rates = config.optimizer.generator_adam, config.optimizer.discriminator_adam
        self.generator_optimizer = torch.optim.Adam(networks.generator.parameters(), **rates[0], fused=True)
        self.discriminator_optimizer = torch.optim.Adam(networks.discriminator.parameters(), **rates[1], fused=True)
        # Per kind of step: one network's good gradients say nothing of the other's.
        self.bad_steps: dict[str, int] = {}

    def steer(self, config: RunConfig) -> None:
        """Go on with other settings (training/steering.py says which may differ)."""
        self.config = config
        self.generated.steer(config)
        self.augmenter.steer(config.augment, config.loop.batch)
        self.generator_optimizer.param_groups[0] |= config.optimizer.generator_adam
        self.discriminator_optimizer.param_groups[0] |= config.optimizer.discriminator_adam

    def step(self, real: RealBatch, index: int, kimg: float, telemetry: Telemetry) -> None:
        """Train on one batch.

        Args:
            real: Real pictures of this process's share.
            index: Number of the step, for the lazy penalty.
            kimg: Time, for what is annealed.
            telemetry: Collects what happened; it has no influence.

        Raises:
            TrainingDiverged: Gradients were not finite for too many steps in a row.
        """
        self._generator_step(kimg, telemetry)
        if self.config.optimizer.density_weight > 0 and index % self.config.optimizer.density_interval == 0:
            self._density_step(kimg, telemetry)
        shown = self._shown(real, kimg, telemetry)
        self._discriminator_step(shown, real.images, kimg, telemetry)
        if self.config.optimizer.r1_gamma > 0 and index % self.config.optimizer.r1_interval == 0:
            self._penalty_step(shown, telemetry)
        if not self.pieces.whole:
            telemetry.keep("Resources/micro_batch", self.pieces.size)
        if self.config.augment.kind != "none":
            telemetry.keep("Augment/p", self.augmenter.p)
        self.networks.update_average(self.config.ema_decay(kimg))

    def _shown(self, real: RealBatch, kimg: float, telemetry: Telemetry) -> Shown:
        """Patches of real pictures."""
        squares = self.generated.squares(kimg, telemetry)[self.share.rows]
        told = self.generated.angles(real.angles), self.generated.classes(real.labels)
        if self.config.dual:
            side, sigma = self.config.raw_resolution(kimg), self.config.anneal.blur(kimg)
            images, raw = real_pair(real.images, side, sigma)
            return Shown(images, squares, *told, raw)
        resolution, antialias = self.config.discriminator.patch_resolution, self.config.patches.antialias
        patches = extract_patches(real.images, squares, resolution, antialias)
        patches = gaussian_blur(patches, self.config.anneal.blur(kimg))
        return Shown(patches, squares, *told)

    def _generator_step(self, kimg: float, telemetry: Telemetry) -> None:
        self._train_only(self.networks.generator)
        draw = self.generated.draw(kimg, telemetry)

        def compute(piece: Share) -> Computed:
            mine = draw[piece.rows]
            fake = self.generated.render(mine, self.generated.mapped(mine), kimg)
            return Computed(generator_loss(self._score(self._augmented(fake, piece))))

        outcome = self._descend(compute, self.generator_optimizer, self.networks.generator, "Gradients/G", telemetry)
        telemetry.add_mean("Loss/G/loss", outcome.loss, outcome.weight)

    def _density_step(self, kimg: float, telemetry: Telemetry) -> None:
        """Smooth densities: EG3D's regulariser of the generator, lazy as R1 is of the discriminator."""
        self._train_only(self.networks.generator)
        settings, generator = self.config.optimizer, self.networks.generator
        draw = self.generated.draw(kimg, Telemetry())  # nothing of it is shown

        def compute(piece: Share) -> Computed:
            field = generator.field(self.generated.mapped(draw[piece.rows]), generator.config.noise)
            loss = density_roughness(field, settings.density_distance)
            return Computed(loss * (settings.density_weight * settings.density_interval))

        outcome = self._descend(compute, self.generator_optimizer, generator, "Gradients/density", telemetry)
        telemetry.add_mean("Loss/G/reg", outcome.loss / settings.density_interval, outcome.weight)

    def _discriminator_step(self, real: Shown, pictures: Tensor, kimg: float, telemetry: Telemetry) -> None:
        self._train_only(self.networks.discriminator)
        draw = self.generated.draw(kimg, telemetry)
        with torch.no_grad():
            ws = self.generated.mapped(draw)

        def compute(piece: Share) -> Computed:
            with torch.no_grad():
                fake = self.generated.render(draw[piece.rows], ws[piece.rows], kimg)
            # In this order: augmentation and D's dropout draw random numbers.
            fake_given = self._augmented(fake, piece)
            fake_logits = self._score(fake_given)
            mine = real[piece.within(self.share)]
            real_given = self._augmented(mine, piece)
            real_logits = self._score(real_given)
            facts = {"real": real_logits, "fake": fake_logits}
            if telemetry.records:
                facts |= self._facts("fake", fake, fake_given, piece) | self._facts("real", mine, real_given, piece)
            return Computed(discriminator_loss(real_logits, fake_logits), facts)

        outcome = self._descend(
            compute, self.discriminator_optimizer, self.networks.discriminator, "Gradients/D", telemetry
        )
        self.networks.generator.mapping.track(ws, draw.told)
        telemetry.add_mean("Loss/D/loss", outcome.loss, outcome.weight)
        if telemetry.records:
            told = self.generated.angles(draw.poses)
            blur, p = self.config.anneal.blur(kimg), self.augmenter.p
            telemetry.sighting = sighting(self.seen, real, draw, outcome.facts, pictures, ws, told, blur, p)
            self._count_scores(outcome.facts, telemetry)
        self.augmenter.observe(outcome.facts["real"])

    def _facts(self, kind: str, shown: Shown, given: Shown, piece: Share) -> dict[str, Tensor]:
        """What there is to record of patches before augmentation and as D was given them."""
        facts = {f"{kind}_given": self.seen.of_piece(given.images, piece)}
        group = self.config.discriminator.group_size
        if group > 1:
            facts[f"{kind}_diversity"] = diversity(shown.images, group)
        return facts

    def _count_scores(self, facts: dict[str, Tensor], telemetry: Telemetry) -> None:
        """Record D's scores, and how different patches are."""
        for kind in ("real", "fake"):
            telemetry.add(f"Loss/scores/{kind}", facts[kind])
            telemetry.add(f"Loss/signs/{kind}", facts[kind].sign())
            telemetry.add_scores(kind, facts[kind])
            if f"{kind}_diversity" in facts:
                telemetry.add(f"Patch/diversity_{kind}", facts[f"{kind}_diversity"])

    def _penalty_step(self, real: Shown, telemetry: Telemetry) -> None:
        self._train_only(self.networks.discriminator)
        settings = self.config.optimizer

        def compute(piece: Share) -> Computed:
            mine = real[piece.within(self.share)]
            images = mine.images.detach().requires_grad_(True)
            raw = None if mine.raw is None else mine.raw.detach().requires_grad_(True)
            given = self._augmented(replace(mine, images=images, raw=raw), piece)
            penalty = r1_penalty(self._score(given), images, raw)
            return Computed(penalty.mean() * (settings.r1_gamma / 2 * settings.r1_interval), {"penalty": penalty})

        outcome = self._descend(
            compute, self.discriminator_optimizer, self.networks.discriminator, "Gradients/R1", telemetry
        )
        telemetry.add("Loss/r1_penalty", outcome.facts["penalty"])
        # As in the StyleGAN family: what the penalty weighs, not how much more of it a lazy step descends.
        telemetry.add_mean("Loss/D/reg", outcome.loss / settings.r1_interval, outcome.weight)

    def _augmented(self, shown: Shown, piece: Share) -> Shown:
        """What D is given of a piece of the batch: its patches, augmented."""
        return augmented(self.augmenter, shown, piece)

    def _score(self, given: Shown) -> Tensor:
        """The discriminator's logits, [piece]."""
        beside = {} if given.raw is None else {"raw": given.raw}
        return self.networks.discriminator(given.images, given.patches, given.angles, given.labels, **beside)

    def _train_only(self, network: nn.Module) -> None:
        self.networks.generator.requires_grad_(network is self.networks.generator)
        self.networks.discriminator.requires_grad_(network is self.networks.discriminator)

    def _descend(
        self,
        compute: Callable[[Share], Computed],
        optimizer: torch.optim.Optimizer,
        network: nn.Module,
        name: str,
        telemetry: Telemetry,
    ) -> Outcome:
        """Take one step of one optimiser down the gradients of what `compute` gives for the pieces of the batch.

        The step is skipped where the sum of the gradients over all processes is not finite.
        """
        before = self.pieces.retries
        outcome = self.pieces.backward(compute, optimizer.zero_grad)
        for _ in range(self.pieces.retries - before):
            telemetry.count("Resources/out_of_memory")
        self.team.add_gradients(network)
        names, norms = gradient_norms(network)
        if name in MAIN_DESCENTS:
            telemetry.keep_norms(MAIN_DESCENTS[name], names, norms)
        norm = float(torch.linalg.vector_norm(norms))
        # All processes have the same sums of gradients, and so the same norm: all take this step, or none does.
        if math.isfinite(norm):
            # Each tells its part of the norm, so that numbers of processes do not count.
            telemetry.add_mean(name, norm * self.share.weight, self.share.weight)
            self.bad_steps[name] = 0
            optimizer.step()
        else:
            short = "G" if network is self.networks.generator else "D"
            telemetry.add_broken(broken(short, names, norms))
            self._skip(name, telemetry)
        return outcome

    def _skip(self, name: str, telemetry: Telemetry) -> None:
        """Count a step that is not taken, and give up when they do not pass.

        Nothing may be made of gradients that are not finite: a number in their place, however chosen, would stay in
        Adam's second moments, with betas (0, 0.99) for hundreds of steps in which the parameter does not learn.
        """
        telemetry.count(BAD_STEPS)
        self.bad_steps[name] = self.bad_steps.get(name, 0) + 1
        if self.bad_steps[name] > MAX_BAD_STEPS:
            raise TrainingDiverged(diverged(name, self.bad_steps[name]))


def gradient_norms(network: nn.Module) -> tuple[list[str], Tensor]:
    """Norms of a network's gradients.

    Returns:
        Names of the parameters that have gradients, and their norms, [parameters], where they were computed.
    """
    found = [(name, parameter.grad) for name, parameter in network.named_parameters() if parameter.grad is not None]
    norms = torch._foreach_norm([gradient for _, gradient in found])  # pyright: ignore[reportPrivateImportUsage]
    return [name for name, _ in found], torch.stack(norms)


def broken(network: str, names: list[str], norms: Tensor) -> dict[str, float]:
    """Those of a network's norms that are no numbers, by network and parameter, as G.backbone.const."""
    found = zip(names, norms.tolist(), strict=True)
    return {f"{network}.{name}": norm for name, norm in found if not math.isfinite(norm)}
