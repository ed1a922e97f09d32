"""Adaptive augmentation in training: transforms what D sees, and steers how often (METHOD: Augmentation)."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from core.augment import augment
from core.shares import Share
from training.augment_config import AugmentConfig
from training.team import Team

# Adding and taking away steps must lead back to exactly 0, where nothing is transformed.
DIGITS = 12


class Augmenter:
    """Augmentation with the probability that the signs of D's scores call for (Karras et al. 2020, Section 3).

    D overfits when it is sure of all real pictures: the mean sign of their scores goes to 1.  While it is above the
    target p rises, and below it p falls, at a constant speed.

    Attributes:
        p: Probability of each transformation; part of the resume state.
    """

    def __init__(self, config: AugmentConfig, batch: int, rng: np.random.Generator, team: Team | None = None) -> None:
        """Begin with p = 0, or with the fixed one.

        Args:
            config: Settings.
            batch: Pictures per step.
            rng: Draws the transformations; its state belongs to whoever made it.
            team: Those whose scores count; none: ours alone.
        """
        self._team = team or Team()
        self._rng = rng
        self.steer(config, batch)
        self.p = config.p if config.kind == "fixed" else 0.0
        self._sign_sum, self._scores, self._steps = 0.0, 0, 0
        # Sums of signs that were left where they were computed: reading each at once would make every step wait for it.
        self._unread: list[Tensor] = []

    def __call__(self, images: Tensor, share: Share | None = None) -> Tensor:
        """Transform pictures; at p = 0 nothing is touched and nothing drawn.

        Args:
            images: [batch, 3, h, w].
            share: Of which batch they are a part; none: they are all of it.

        Returns:
            [batch, 3, h, w].
        """
        return augment(images, self._families, self.p, self._rng, share)

    def steer(self, config: AugmentConfig, batch: int) -> None:
        """Go on with these settings; p stays where it is."""
        self._config, self._families = config, config.families
        self._change = batch * config.interval / (config.speed_kimg * 1000)

    def observe(self, real_logits: Tensor) -> None:
        """Take note of D's scores of our real pictures of a step, [share], and adjust p when it is time."""
        if self._config.kind != "adaptive":
            return
        signs = real_logits.detach().sign().nan_to_num().sum()
        if self._team.size > 1:  # a state is one process's word for all
            sign_sum, scores = self._team.totals([float(signs), real_logits.numel()])
            self._sign_sum += sign_sum
            self._scores += int(scores)
        else:
            self._unread.append(signs)
            self._scores += real_logits.numel()
        self._steps += 1
        if self._steps >= self._config.interval:
            self._read()
            direction = float(np.sign(self._sign_sum / self._scores - self._config.target))
            self.p = min(max(round(self.p + direction * self._change, DIGITS), 0.0), 1.0)
            self._sign_sum, self._scores, self._steps = 0.0, 0, 0

    def _read(self) -> None:
        """Add up what was left on a device."""
        self._sign_sum += sum(float(signs) for signs in self._unread)  # whole numbers: exact in any order
        self._unread.clear()

    def state_dict(self) -> dict[str, float]:
        """What the next steps depend on, besides the random numbers."""
        self._read()
        return {"p": self.p, "sign_sum": self._sign_sum, "scores": self._scores, "steps": self._steps}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Restore what `state_dict` gave; unless p adapts, the settings decide.  Raises KeyError."""
        self._unread.clear()
        if self._config.kind == "adaptive":
            self.p, self._sign_sum = state["p"], state["sign_sum"]
            self._scores, self._steps = int(state["scores"]), int(state["steps"])
