"""What a training will need, measured by a few steps in a process of their own (training/probe.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from core.sizes import size
from training.config import RunConfig

WHAT_TO_LOWER = (
    "lower loop.batch, generator.render.coarse_samples and generator.render.fine_samples, or generator.plane_resolution"
)
# Above this slowdown it is worth saying that other programs use the processor.
BUSY = 1.5
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
        slowdown: How many times as long it took while it was measured, because of other programs; 1 without any.
    """

    device: str
    threads: int
    seconds_per_kimg: float
    memory_bytes: int
    slowdown: float = 1.0
    snapshot_bytes: int = 0

    def seconds(self, kimg: float) -> float:
        """How long a training of this length takes."""
        return self.seconds_per_kimg * kimg

    def words(self, kimg: float) -> str:
        """For people: the whole training of this length, a thousand images, memory."""
        where = "in use" if self.device == "cpu" else f"on {self.device}"
        memory = f"{self.memory_bytes / 1e9:.1f} GB {where}"
        return f"{duration(self.seconds(kimg))} for {kimg:g} kimg, {self.seconds_per_kimg:.3g} s/kimg, {memory}"

    def disk_words(self, count: int) -> str:
        """For people: the space that so many snapshots take; empty if it is not known."""
        if not self.snapshot_bytes:
            return ""
        each, together = (size(taken) for taken in (self.snapshot_bytes, count * self.snapshot_bytes))
        return f"{count} snapshots of {each} each: {together} on disk"

    def as_json(self) -> str:
        """As one line."""
        return json.dumps(asdict(self))


def duration(seconds: float) -> str:
    """So long, for people: in its two largest units."""
    minutes = seconds / 60
    if minutes < 1:
        return f"{max(seconds, 1):.0f} s"
    if minutes < 60:
        return f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f"{int(minutes // 60)} h {int(minutes % 60)} min"
    return f"{minutes / 60 / 24:.0f} days"


def fingerprint(config: RunConfig) -> str:
    """What two configurations that cost the same share, whatever else tells them apart."""
    return config.model_dump_json(exclude=WITHOUT_INFLUENCE)


class Probe:
    """Measures one configuration.

    Args:
        config: Its data set must be there.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def measure(self, report: Callable[[str], None]) -> Estimate | None:
        """Start the process and wait for what it finds.

        Args:
            report: Told what is going on, for people.

        Returns:
            What was measured; None if it was cancelled.

        Raises:
            EstimateError: Nothing could be measured.
        """
        process = self._start()
        if process is None:
            return None
        try:
            return self._listen(process, report)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def cancel(self) -> None:
        """End the process; may be called from any thread, before or after it has ended."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes] | None:
        # `-P`: a folder named training/ in the current directory must not be taken for ours.
        command = [sys.executable, "-P", "-m", "training.probe"]
        with self._lock:
            if self._cancelled:
                return None
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                )
            except OSError as error:
                reason = error.strerror or error
                raise EstimateError(f"cannot start the measurement with {sys.executable}: {reason}") from error
            return self._process

    def _listen(self, process: subprocess.Popen[bytes], report: Callable[[str], None]) -> Estimate | None:
        assert process.stdin is not None
        assert process.stdout is not None
        last = ""
        try:
            # The pipe stays open: the process ends when it is closed, and so when we are gone.
            process.stdin.write(self._config.model_dump_json().encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; its output says why
        for line in process.stdout:
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
        if self._cancelled:
            return None
        if process.wait() == -9:
            raise EstimateError(
                f"the system has ended the measurement, most likely for lack of memory: {WHAT_TO_LOWER}"
            )
        raise EstimateError(f"the measurement ended with code {process.returncode}: {last or 'it said nothing'}")


def _message(line: bytes) -> dict[str, Any]:
    """What the process says on a line; empty if it is no message."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
