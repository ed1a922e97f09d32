"""An evaluation in a process of its own (training/evaluation_process.py): with progress, and an end when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pydantic import Field

from core.model_config import FrozenModel
from core.poses import PoseConfig
from training import errand
from training.errand import Errand, ErrandError
from training.errand_words import words_of
from training.metrics_config import MetricsConfig


class EvaluationError(RuntimeError):
    """Nothing could be measured; the message says why and what to do."""


class EvaluationOrder(FrozenModel):
    """What is to be measured."""

    snapshot: Path = Field(description="The checkpoint.")
    data: Path = Field(description="The data set.")
    report: Path = Field(description="Where the report goes.")
    device: str = Field(default="auto", description="Where to compute.")
    settings: MetricsConfig = Field(description="What to measure.")
    resolution: int | None = Field(default=None, description="Pixels along a side; none: as the data set has them.")
    poses: PoseConfig | None = Field(default=None, description="Law of the cameras; none: as the data set has them.")


class _Word(FrozenModel):
    """What the process says on a line."""

    fraction: float = 0.0
    doing: str = ""
    error: str = ""
    done: bool = False


class EvaluationJob:
    """Measures one snapshot.

    Args:
        order: What is to be measured.
    """

    def __init__(self, order: EvaluationOrder) -> None:
        self._order, self._errand = order, Errand("training.evaluation_process")

    def run(self, report: Callable[[float, str], None]) -> bool:
        """Start the process and wait for its end.

        Args:
            report: Told the fraction done of what is being done, and what that is.

        Returns:
            Whether the report was written; not if it was cancelled.

        Raises:
            EvaluationError: Nothing could be measured.
        """
        try:
            with closing(words_of(self._errand, self._order, _Word)) as words:
                for word in words:
                    if word.error:
                        raise EvaluationError(word.error)
                    if word.done:
                        return True
                    report(word.fraction, word.doing)
        except ErrandError as error:
            raise EvaluationError(f"cannot evaluate: {error}") from error
        return False

    def cancel(self) -> None:
        """End the process; may be called from any thread, before or after it has ended."""
        self._errand.cancel()


def say(**word: float | str | bool) -> None:
    """Write a line for whoever listens; for the process."""
    errand.say(json.dumps(word))
