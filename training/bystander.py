"""A recorder that writes nothing, for the processes of a team that do not own the run's folder."""

from __future__ import annotations

from training.config import RunConfig
from training.recorder import Recorder
from training.telemetry import Telemetry
from training.train_state import Progress


class Bystander(Recorder):
    """Stands where a recorder stands."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config

    def tick(self, progress: Progress, telemetry: Telemetry) -> dict[str, float]:
        """Nothing is recorded."""
        return {}

    def sample(self, progress: Progress) -> None:
        """No pictures."""

    def snapshot(self, progress: Progress, *, asked: bool = False) -> None:
        """No snapshot."""

    def live(self, progress: Progress, now: float) -> None:
        """No live weights."""

    def close(self) -> None:
        """There is nothing to close."""
