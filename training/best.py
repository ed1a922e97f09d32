"""The best snapshot of a run by one metric: which it is, and that nothing removes it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from core.files import write_text
from core.model_config import FrozenModel
from training.run_errors import explained, read_bytes

FILE = "best.json"

logger = logging.getLogger(__name__)


class BestSnapshot(FrozenModel):
    """What is kept, and why."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    metric: str = Field(description="Name of the metric, as in the statistics.")
    value: float = Field(description="Its value, smaller than that of all snapshots before.")
    kimg: float = Field(ge=0, description="When it was reached.")
    snapshot: str = Field(description="Name of the file in the folder of snapshots.")
    own: int | None = Field(
        default=None,
        description="If it was written for this alone, and may go when a better one comes: when, in ns of the file.",
    )

    @property
    def by(self) -> str:
        """The metric, for people."""
        words = {"frechet_random": "Fréchet, random features", "wasserstein": "sliced Wasserstein"}
        known = words.get(self.metric)
        return known or self.metric.replace("fid50k_full", "FID").replace("fid", "FID at ")


def read_best(run: Path) -> BestSnapshot | None:
    """The best snapshot of a run's folder so far; None if none is known, or the note cannot be understood."""
    content = read_bytes(run / FILE)
    if content is None:
        return None
    try:
        return BestSnapshot.model_validate_json(content)
    except ValidationError:
        logger.warning("%s cannot be understood; the best snapshot is found anew", run / FILE)
        return None


def write_best(run: Path, best: BestSnapshot) -> None:
    """Say which snapshot is the best.  Trainer only.  Raises RunError."""
    with explained("write", run / FILE):
        write_text(run / FILE, best.model_dump_json(indent=1) + "\n")


def protected_snapshots(run: Path) -> frozenset[Path]:
    """Snapshots of a run's folder that no rule of retention may remove.  Raises RunError."""
    best = read_best(run)
    return frozenset() if best is None else frozenset({run / "snapshots" / best.snapshot})
