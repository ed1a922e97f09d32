"""Behind the window of evaluations: what a run's snapshots were found to be, and one measurement at a time."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import user_path
from app.workers.tasks import Tasks
from core.durations import duration
from widgets.evaluation_view import (
    CancelMeasure,
    CloseEvaluations,
    EvaluationIntent,
    EvaluationView,
    Figure,
    Measure,
    Moment,
    Report,
)
from widgets.notes import Problem

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.evaluation_job import EvaluationJob, EvaluationOrder
    from training.evaluation_report import Evaluation

log = logging.getLogger(__name__)

# Seconds between two looks at the reports of a run, while they are shown.
READ_S = 3.0


class Evaluations:
    """Reads reports and starts measurements on threads.

    Args:
        wake: Called from threads when `view` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._tasks: Tasks[EvaluationView] = Tasks("evaluations", wake)
        self._lock = threading.Lock()
        self._view: EvaluationView | None = None
        self._job: EvaluationJob | None = None
        self._thread: threading.Thread | None = None
        self._work, self._fraction, self._problem = "", 0.0, ""
        self._measured: tuple[Path, float] | None = None
        self._stale = False
        self._read_at = 0.0

    def open(self, run: Path) -> None:
        """Show the evaluations of a run."""
        with self._lock:
            self._problem = ""
        self._view = EvaluationView(run, loading=True)
        self._read(run)

    def view(self) -> EvaluationView | None:
        """What the window shows; None if it is closed."""
        for outcome in self._tasks.take():
            if isinstance(outcome, Problem):
                self._problem, self._read_at = outcome.message, math.inf
                self._view = replace(self._view, loading=False) if self._view is not None else None
            elif self._view is not None and outcome.run == self._view.run:
                self._view = outcome
        if self._view is None:
            return None
        with self._lock:
            stale, self._stale = self._stale, False
            measured = self._measured[1] if self._measured is not None else None
            work, fraction, problem = self._work, self._fraction, self._problem
        if stale or (not self._tasks.waiting and time.monotonic() >= self._read_at):
            self._read(self._view.run)  # also what a trainer has measured meanwhile
        return replace(self._view, work=work, fraction=fraction, measured=measured, problem=problem)

    def handle(self, intent: EvaluationIntent) -> None:
        """Do what the window asks for."""
        match intent:
            case Measure():
                self._measure(intent)
            case CancelMeasure():
                self._cancel()
            case CloseEvaluations():
                self._view = None  # what is measured goes on: its report is there when somebody looks again

    def close(self) -> None:
        """End the measurement and the threads."""
        self._cancel()
        if self._thread is not None:
            self._thread.join()
        self._tasks.close()

    def _read(self, run: Path) -> None:
        self._read_at = time.monotonic() + READ_S
        self._tasks.submit(f"Reading the evaluations of {run.name}…", partial(read_moments, run))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _measure(self, wish: Measure) -> None:
        """Begin to measure, unless something is being measured already."""
        if self._measured is not None:
            return
        from training.config import ConfigError
        from training.evaluation_job import EvaluationJob

        try:
            self._job = EvaluationJob(_order(wish))
        except (ConfigError, OSError) as error:
            self._problem = str(error)
            return
        self._work, self._fraction, self._problem = "starting", 0.0, ""
        self._measured = (wish.run, wish.kimg)
        self._thread = threading.Thread(target=self._run, args=(self._job, wish), name="evaluation")
        self._thread.start()

    def _run(self, job: EvaluationJob, wish: Measure) -> None:
        from training.evaluation_job import EvaluationError

        problem = ""
        try:
            if job.run(self._report):
                log.info("%s at %g kimg is measured", wish.run.name, wish.kimg)
        except EvaluationError as error:
            problem = str(error)
            log.error("%s at %g kimg: %s", wish.run.name, wish.kimg, problem)
        with self._lock:
            self._problem, self._measured, self._work, self._stale = problem, None, "", True
        self._wake()

    def _report(self, fraction: float, doing: str) -> None:
        with self._lock:
            self._fraction, self._work = fraction, doing
        self._wake()


def read_moments(run: Path) -> EvaluationView:
    """All snapshots and reports of a run, the newest first.  Raises ConfigError, RunError."""
    from training.best import read_best
    from training.evaluation_report import FOLDER, load_evaluation
    from training.run_dir import RunDirectory

    folder = RunDirectory(run)
    settings = folder.config().metrics
    best = read_best(run)
    snapshots = {round(1000 * file.kimg): file.path for file in folder.snapshots()}
    reports = {int(path.stem): path for path in (run / FOLDER).glob("*.json") if path.stem.isdecimal()}
    moments = []
    for images in sorted({*snapshots, *reports}, reverse=True):
        snapshot = snapshots.get(images)
        found = load_evaluation(reports[images]) if images in reports else None
        is_best = best is not None and snapshot is not None and snapshot.name == best.snapshot
        name = f"{best.by}, {best.value:.4g}" if best is not None and is_best else ""
        moments.append(Moment(images / 1000, snapshot, _report_of(found) if found is not None else None, name))
    inception = str(settings.inception) if settings.inception is not None else ""
    return EvaluationView(run, tuple(moments), settings.pictures, inception)


def _order(wish: Measure) -> EvaluationOrder:
    """What the process is to do.  Raises ConfigError, RunError."""
    from training.config import RunConfig
    from training.config_files import with_values
    from training.evaluation_job import EvaluationOrder
    from training.evaluation_report import evaluation_path
    from training.run_dir import RunDirectory

    values = {
        "metrics.pictures": wish.pictures,
        "metrics.fid_pictures": wish.fid_pictures,
        "metrics.inception": str(user_path(wish.inception)) if wish.inception else None,
    }
    settings = with_values(RunConfig(), values, "the window").metrics
    config = RunDirectory(wish.run).config()
    return EvaluationOrder(
        snapshot=wish.snapshot,
        data=config.data_path,
        report=evaluation_path(wish.run, wish.kimg),
        device=config.loop.device,
        resolution=config.data.resolution,
        poses=config.poses,
        settings=settings.model_copy(update={"flat_below": config.metrics.flat_below}),
    )


def _report_of(found: Evaluation) -> Report:
    """A report as the window shows it."""
    from training.evaluation_report import figure

    figures = tuple(
        Figure(
            label=each.heading,
            count=each.count,
            value=figure(each.value, each.spread),
            floor=figure(each.floor, each.floor_spread),
            better="" if each.better == "neither" else each.better,
            protocol=each.protocol,
            alarming=bool(found.alarm) and each.name == "relief",
        )
        for each in found.measurements
    )
    by = f", cameras by {found.cameras}" if found.cameras else ""
    about = f"Against {Path(found.data).name}, {found.resolution} px{by}, in {duration(found.seconds)}"
    return Report(figures, found.alarm, found.text(), about)
