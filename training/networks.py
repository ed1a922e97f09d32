"""The networks of a run: generator, its moving average, discriminator."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from core.checkpoint import load_checkpoint
from core.discriminator import Discriminator
from core.families import build_generator
from core.generator import Generator
from core.scale_specific import build_discriminator
from training.config import RunConfig
from training.precision import set_precision


@dataclass(frozen=True)
class Networks:
    """What is trained, and the average of it that is shown.

    Attributes:
        generator: Trained.
        average: Exponential moving average of the generator; in evaluation mode, without gradients.
        discriminator: Trained.
    """

    generator: Generator
    average: Generator
    discriminator: Discriminator

    @classmethod
    def build(cls, config: RunConfig, device: torch.device) -> Networks:
        """Initialise from torch's random state (seed it first)."""
        generator = build_generator(config.generator)
        discriminator = build_discriminator(config.discriminator, config.generator)
        average = copy.deepcopy(generator).eval().requires_grad_(False)
        set_precision(config.loop.precision, (generator, discriminator), device)
        return cls(generator.to(device).train(), average.to(device), discriminator.to(device).train())

    @torch.no_grad()
    def update_average(self, decay: float) -> None:
        """Average = decay * average + (1 - decay) * generator; buffers are copied."""
        averaged: list[torch.Tensor] = list(self.average.parameters())
        latest: list[torch.Tensor] = list(self.generator.parameters())
        torch._foreach_lerp_(averaged, latest, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]
        for kept, value in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(value)

    def start_from(self, snapshot: Path) -> None:
        """Take the weights of a snapshot that fits: its average twice over, and its discriminator if it has one.

        Raises:
            CheckpointError: The snapshot cannot be read.
        """
        checkpoint = load_checkpoint(snapshot)
        weights = checkpoint.generator.state_dict()
        self.generator.load_state_dict(weights)
        self.average.load_state_dict(weights)
        if checkpoint.discriminator is not None:
            self.discriminator.load_state_dict(checkpoint.discriminator.state_dict())

    def tensors(self) -> Iterator[torch.Tensor]:
        """All weights and buffers."""
        for _, network in self._named():
            yield from network.parameters()
            yield from network.buffers()

    def state_dict(self) -> dict[str, dict[str, torch.Tensor]]:
        """All weights, for exact resume."""
        return {name: network.state_dict() for name, network in self._named()}

    def load_state_dict(self, state: dict[str, dict[str, torch.Tensor]]) -> None:
        """Restore what `state_dict` gave."""
        for name, network in self._named():
            network.load_state_dict(state[name])

    def _named(self) -> list[tuple[str, nn.Module]]:
        return [("generator", self.generator), ("average", self.average), ("discriminator", self.discriminator)]
