"""What questions of panels that look inside a checkpoint are answered from, in the model worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.workers.stages import Stages
from core.checkpoint import Checkpoint
from core.discriminator import Discriminator
from core.generator import Generator, Sample
from core.scene import Latent


@dataclass(frozen=True)
class Opened:
    """A checkpoint that is looked into; what of it is not asked for is not computed.

    Attributes:
        checkpoint: With the generator, and without the discriminator.
        sample: The sample of the question.
        sample_of: Any other sample of the same generator.
        judge: The discriminator; none where the file holds none.
        stages: What those who answer want to keep for the next question, by its inputs.
    """

    checkpoint: Checkpoint
    sample: Callable[[], Sample]
    sample_of: Callable[[Latent], Sample]
    judge: Callable[[], Discriminator | None]
    stages: Stages

    @property
    def generator(self) -> Generator:
        """The generator, in evaluation mode."""
        return self.checkpoint.generator

    def discriminator(self) -> Discriminator:
        """The discriminator, in evaluation mode.  Raises ValueError where the file holds none."""
        found = self.judge()
        if found is None:
            raise ValueError(
                f"{Path(self.checkpoint.path).name} holds a generator and no discriminator, so nothing can be judged "
                "with it: choose a snapshot of a run, or the demo"
            )
        return found
