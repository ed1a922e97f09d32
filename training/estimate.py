"""What a training will need, measured by a few steps in a process of their own (training/probe.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from core.durations import duration
from core.sizes import size
from training.config import RunConfig
from training.errand import Errand, ErrandError

WHAT_TO_LOWER = (
    "lower loop.batch, generator.render.coarse_samples and generator.render.fine_samples, or generator.plane_resolution"
)
# Above this slowdown it is worth saying that other programs use the processor.
BUSY = 1.5
# A run keeps its newest state and the one before it (training/state_files.py).
STATES = 2
# These say how long and how often, and for whom; none of them changes what one step costs.
WITHOUT_INFLUENCE = {
    "name": True,
    "preset": True,
    "init": True,
    "patches": True,
    "ema": True,
    "metrics": True,
    "parallel": {"patience_minutes"},
    "augment": {"target", "interval", "speed_kimg"},
    "anneal": {"blur_kimg", "density_noise_kimg"},
    "optimizer": {"generator_lr", "discriminator_lr", "beta1", "beta2", "eps"},
    "loop": {
        "total_kimg", "kimg_per_tick", "snapshot_kimg", "keep_snapshots", "keep_every_kimg", "sample_kimg",
        "state_minutes", "live_seconds", "seed",
    },
}  # fmt: skip


class EstimateError(RuntimeError):
    """Nothing could be measured; the message says why and what to do."""


@dataclass(frozen=True)
class Estimate:
    """What a training needs.

    Attributes:
        device: Where it was measured: cpu, cuda or mps.
        threads: CPU threads that torch used.
        seconds_per_kimg: Of training alone, on a processor that does nothing else; samples and snapshots come on top.
        memory_bytes: Most that was in use at once: of the process on a CPU, of tensors on a GPU.
        snapshot_bytes: Size of a snapshot; 0 if it is not known.
        state_bytes: Size of a state for exact resume, of which a run keeps two; 0 if it is not known.
        slowdown: How many times as long it took while it was measured, because of other programs; 1 without any.
    """

    device: str
    threads: int
    seconds_per_kimg: float
    memory_bytes: int
    slowdown: float = 1.0
    snapshot_bytes: int = 0
    state_bytes: int = 0

    def seconds(self, kimg: float) -> float:
        """How long a training of this length takes."""
        return self.seconds_per_kimg * kimg

    def words(self, kimg: float) -> str:
        """For people: the whole training of this length, a thousand images, memory."""
        where = "in use" if self.device == "cpu" else f"on {self.device}"
        memory = f"{self.memory_bytes / 1e9:.1f} GB {where}"
        return f"{duration(self.seconds(kimg))} for {kimg:g} kimg, {self.seconds_per_kimg:.3g} s/kimg, {memory}"

    def disk_words(self, count: int) -> str:
        """For people: the space that so many snapshots and the states take; empty if it is not known."""
        if not self.snapshot_bytes:
            return ""
        together = size(count * self.snapshot_bytes + STATES * self.state_bytes)
        states = f" and {STATES} states of {size(self.state_bytes)}" if self.state_bytes else ""
        return f"{count} snapshots of {size(self.snapshot_bytes)} each{states}: {together} on disk"

    def as_json(self) -> str:
        """As one line."""
        return json.dumps(asdict(self))


def fingerprint(config: RunConfig) -> str:
    """What two configurations that cost the same share, whatever else tells them apart."""
    return config.model_dump_json(exclude=WITHOUT_INFLUENCE)


class Probe:
    """Measures one configuration.

    Args:
        config: Its data set must be there.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config, self._errand = config, Errand("training.probe")

    def measure(self, report: Callable[[str], None]) -> Estimate | None:
        """Start the process and wait for what it finds.

        Args:
            report: Told what is going on, for people.

        Returns:
            What was measured; None if it was cancelled.

        Raises:
            EstimateError: Nothing could be measured.
        """
        last = ""
        try:
            with closing(self._errand.lines(self._config.model_dump_json())) as lines:
                for line in lines:
                    said = _message(line)
                    match said:
                        case {"progress": str(text)}:
                            report(text)
                        case {"error": str(text)}:
                            raise EstimateError(text)
                        case {"device": _}:
                            return Estimate(**said)
                        case _:
                            last = line.decode(errors="replace").strip() or last
        except ErrandError as error:
            raise EstimateError(f"cannot measure: {error}") from error
        if self._errand.cancelled:
            return None
        raise EstimateError(_sudden_end(self._errand.code, last))

    def cancel(self) -> None:
        """End the process; may be called from any thread, before or after it has ended."""
        self._errand.cancel()


def _sudden_end(code: int | None, last: str) -> str:
    """Why the process ended without a result, for people."""
    if code == -9:
        return f"the system has ended the measurement, most likely for lack of memory: {WHAT_TO_LOWER}"
    return f"the measurement ended with code {code}: {last or 'it said nothing'}"


def _message(line: bytes) -> dict[str, Any]:
    """What the process says on a line; empty if it is no message."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
