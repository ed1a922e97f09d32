"""Metrics of the run that is being trained: every so many ticks and on demand; the best snapshot is kept."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from core.bake import Cancelled
from core.generator import Generator
from core.memory import is_out_of_memory
from training.best import BestSnapshot, read_best, write_best
from training.config import RunConfig
from training.data_set import ImageDataSet
from training.evaluate import Evaluator, flatness_alarm
from training.evaluation_report import Evaluation, evaluation_path, save_evaluation
from training.full_disk import Persist
from training.inception import InceptionError
from training.retention import discard
from training.run_dir import RunDirectory
from training.telemetry import Telemetry
from training.train_state import Progress

ALARM = "Metrics/flatness_alarm"
SECONDS = "Timing/metrics_sec"

logger = logging.getLogger(__name__)


class TrainingMetrics:
    """Measures the moving average; draws no random numbers but its own, so that the training is not changed by it.

    Args:
        run: Whose folder gets the reports.
        config: The run's settings; where metrics are on, what they need is made ready.
        generator: The moving average.
        breathe: Called again and again while it takes long; returns whether to give up.
        persist: Writes, and waits while the disk is full.

    Raises:
        InceptionError: The Inception file cannot be used.
    """

    def __init__(
        self, run: RunDirectory, config: RunConfig, generator: Generator, breathe: Callable[[], bool], persist: Persist
    ) -> None:
        self._run, self._generator, self._breathe, self._persist = run, generator, breathe, persist
        self._data: ImageDataSet | None = None
        self._evaluator: Evaluator | None = None
        self._of: object = None
        self._off = False
        # Snapshots that could not be removed when it was time, with the times of their writing.
        self._left: dict[Path, int] = {}
        if config.metrics.interval:
            try:
                self._prepare(config)
            except InceptionError:
                raise
            except ValueError as error:
                self._switch_off(error)

    def at_tick(
        self, config: RunConfig, progress: Progress, telemetry: Telemetry, snapshot: Callable[[Progress], None] | None
    ) -> None:
        """Measure if it is time: figures go into the tick's statistics, the full report into the run's folder.

        Args:
            config: As it is now.
            progress: Where training stands, at a tick.
            telemetry: Of this tick.
            snapshot: Writes a snapshot; none if one is written now anyhow.
        """
        interval = config.metrics.interval
        if not interval or progress.tick % interval or self._off:
            return
        evaluation = self.on_demand(config, progress)
        if evaluation is None:
            return
        for name, value in evaluation.scalars().items():
            telemetry.keep(name, value)
        if evaluation.value("relief") is not None:
            telemetry.keep(ALARM, float(bool(evaluation.alarm)))
        telemetry.keep(SECONDS, evaluation.seconds)
        self._keep_best(config, evaluation, progress, snapshot)

    def on_demand(self, config: RunConfig, progress: Progress) -> Evaluation | None:
        """Measure now.  Returns None if it was given up, or cannot be done, of which the log tells."""
        began = time.perf_counter()
        try:
            measurements = self._prepare(config).measure(self._generator, self._beat)
        except Cancelled:
            logger.info("the metrics at %.3f kimg were given up", progress.kimg)
            return None
        except (ValueError, RuntimeError) as error:
            if not isinstance(error, ValueError) and not is_out_of_memory(error):
                raise
            self._switch_off(error)
            return None
        assert self._data is not None
        evaluation = Evaluation(
            checkpoint=self._run.name,
            data=str(config.data_path),
            kimg=progress.kimg,
            resolution=self._data.resolution,
            seconds=time.perf_counter() - began,
            alarm=flatness_alarm(measurements, config.metrics.flat_below),
            measurements=measurements,
        )
        path = evaluation_path(self._run.path, progress.kimg)
        self._persist(lambda: save_evaluation(path, evaluation))
        said = ", ".join(f"{each.name} {each.value:.4g}" for each in measurements if each.value is not None)
        logger.info("metrics at %.3f kimg in %.1f s: %s", progress.kimg, evaluation.seconds, said)
        if evaluation.alarm:
            logger.warning("%s", evaluation.alarm)
        return evaluation

    def close(self) -> None:
        """Let go of files."""
        if self._data is not None:
            self._data.close()

    def _prepare(self, config: RunConfig) -> Evaluator:
        """What measures, made when it is first needed, and anew for other settings.  Raises ValueError."""
        if self._evaluator is None or self._of != config.metrics:
            if self._data is None:
                # Without mirrored copies: a half of the real pictures must not hold mirror images of the other.
                self._data = ImageDataSet.open(config.data_path, config.data.resolution)
            device = next(self._generator.parameters()).device
            self._evaluator = Evaluator(self._data, config.metrics, config.poses, device)
            self._of = config.metrics
        return self._evaluator

    def _switch_off(self, error: Exception) -> None:
        """Training is worth more than its metrics."""
        if not self._off:
            logger.warning("the metrics are off from now on: %s", error)
        self._off = True
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _beat(self, _fraction: float, _doing: str) -> None:
        if self._breathe():
            raise Cancelled

    def _keep_best(
        self,
        config: RunConfig,
        evaluation: Evaluation,
        progress: Progress,
        snapshot: Callable[[Progress], None] | None,
    ) -> None:
        """Keep a snapshot of what is best so far, and let go of the one that was kept for this alone."""
        found = chosen_figure(config, evaluation)
        if found is None:
            return
        metric, value = found
        before, folder = read_best(self._run.path), self._run.path / "snapshots"
        if before is not None and before.metric == metric and before.value <= value:
            return
        path, own = self._run.snapshot_path(progress.kimg), None
        if snapshot is not None and not path.exists():
            snapshot(progress)
            own = path.stat().st_mtime_ns
        best = BestSnapshot(metric=metric, value=value, kimg=progress.kimg, snapshot=path.name, own=own)
        self._persist(lambda: write_best(self._run.path, best))
        logger.info("%s is the best so far: %s %.4g", path.name, metric, value)
        if before is not None and before.snapshot != path.name and before.own is not None:
            self._left[folder / before.snapshot] = before.own
        self._left = {left: written for left, written in self._left.items() if not _let_go(left, written)}


def chosen_figure(config: RunConfig, evaluation: Evaluation) -> tuple[str, float] | None:
    """Name and value of the figure that the best snapshot is chosen by; smaller is better.  None without one."""
    chosen = config.metrics.chosen_best
    prefix = {"frechet": "frechet_random", "wasserstein": "wasserstein_", "fid": "fid"}.get(chosen)
    if prefix is None:
        return None
    found = [each for each in evaluation.measurements if each.name.startswith(prefix) and each.value is not None]
    if not found:
        return None
    name = "wasserstein" if chosen == "wasserstein" else found[0].name
    return name, statistics.fmean(each.value for each in found if each.value is not None)


def _let_go(path: Path, own: int) -> bool:
    """Remove a snapshot that was written only for being the best; not if it was written again since, as at an end.

    Args:
        path: The snapshot.
        own: When it was written, ns.

    Returns:
        Whether there is nothing left to remove.
    """
    try:
        written = path.stat().st_mtime_ns
    except OSError:  # gone, or out of reach like the rest of its folder, of which others will tell
        return True
    return written != own or discard(path)
