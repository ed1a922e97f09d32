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
        signs = float(real_logits.detach().sign().nan_to_num().sum())
        sign_sum, scores = self._team.totals([signs, real_logits.numel()])
        self._sign_sum += sign_sum
        self._scores += int(scores)
        self._steps += 1
        if self._steps >= self._config.interval:
            direction = float(np.sign(self._sign_sum / self._scores - self._config.target))
            self.p = min(max(round(self.p + direction * self._change, DIGITS), 0.0), 1.0)
            self._sign_sum, self._scores, self._steps = 0.0, 0, 0

    def state_dict(self) -> dict[str, float]:
        """What the next steps depend on, besides the random numbers."""
        return {"p": self.p, "sign_sum": self._sign_sum, "scores": self._scores, "steps": self._steps}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Restore what `state_dict` gave; unless p adapts, the settings decide.  Raises KeyError."""
        if self._config.kind == "adaptive":
            self.p, self._sign_sum = state["p"], state["sign_sum"]
            self._scores, self._steps = int(state["scores"]), int(state["steps"])
