"""Gradients of a batch, computed at once or in pieces that fit into memory; too large pieces are halved."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.memory import is_out_of_memory
from core.shares import Share
from training.random_numbers import RandomNumbers, drawing_for
from training.team import Team

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Computed:
    """What was computed of some samples.

    Attributes:
        loss: Their mean, scalar.
        facts: What there is to report of samples, or of some of them, by name: [any number, ...].
    """

    loss: Tensor
    facts: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of all samples of a share, without gradients.

    Attributes:
        loss: The share's part of the batch's mean.
        weight: The share's part of the batch.
        facts: What there is to report of samples, or of some of them, by name: [any number, ...].
    """

    loss: Tensor
    weight: float
    facts: dict[str, Tensor]


class Pieces:
    """Computes gradients piece by piece.

    Pieces consist of whole minibatch-std groups, and each draws its rows of the batch's random numbers, so the sum of
    their gradients is the gradient of the whole but for rounding.  When memory ends, the same is computed again with
    the same random numbers, in pieces of half the size.

    Attributes:
        size: Samples in a piece, at most.
        retries: How often memory has ended so far.
    """

    def __init__(self, share: Share, group: int, size: int, random: RandomNumbers, team: Team) -> None:
        """Begin with pieces of some size.

        Args:
            share: What this process computes.
            group: Samples that must stay together.
            size: Samples in a piece, at most; 0 for all at once.
            random: What the samples are drawn with.
            team: All have pieces of the same size.
        """
        self._share, self._group, self._random, self._team = share, group, random, team
        largest = -(-share.whole // group // team.size) * group
        self.size = min(size, largest) if size else largest
        self.retries = 0

    @property
    def whole(self) -> bool:
        """Whether the share is computed at once."""
        return self.size >= len(self._share)

    def backward(self, compute: Callable[[Share], Computed], zero_grad: Callable[[], None]) -> Outcome:
        """Leave the share's part of the batch's gradients at the parameters.

        Args:
            compute: Loss and facts of a piece, from random numbers and what does not change meanwhile.
            zero_grad: Takes away gradients.

        Returns:
            What came of it.

        Raises:
            OutOfMemoryError, MemoryError, RuntimeError: There is not enough memory for a single group.
        """
        state = self._random.state()
        while True:
            zero_grad()
            outcome = self._attempt(compute)
            if not self._team.any(outcome is None):
                assert outcome is not None
                return outcome
            zero_grad()
            self._halve()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            self._random.restore(state)

    def _attempt(self, compute: Callable[[Share], Computed]) -> Outcome | None:
        """All pieces; none if memory did not suffice and smaller ones are worth a try."""
        try:
            return self._all(compute)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or self.size <= self._group:
                raise
            logger.warning("not enough memory for %d pictures at once: %s", self.size, str(error).partition("\n")[0])
        return None

    def _all(self, compute: Callable[[Share], Computed]) -> Outcome:
        state = self._random.state()
        parts = []
        for index, piece in enumerate(self._share.pieces(self.size)):
            if index:
                self._random.restore(state)
            with drawing_for(piece):
                computed = compute(piece)
            loss = computed.loss if piece.is_whole else computed.loss * piece.weight
            loss.backward()
            parts.append(Computed(loss.detach(), {name: fact.detach() for name, fact in computed.facts.items()}))
        facts = {name: torch.cat([part.facts[name] for part in parts]) for name in parts[0].facts}
        return Outcome(torch.stack([part.loss for part in parts]).sum(), self._share.weight, facts)

    def _halve(self) -> None:
        self.retries += 1
        self.size = max(self.size // 2 // self._group, 1) * self._group
        logger.warning("going on with %d pictures at once, and the same gradients", self.size)
