"""A run as the board knows it: one frozen value, whoever wrote the folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.board.folders import FoundRun
from app.runs.scalars import KIMG
from widgets.palette import Tone
from widgets.views import RunEvent, Sample

if TYPE_CHECKING:
    from training.status import CommandName

HOURS = "Timing/total_sec"
SPEED = "Timing/sec_per_kimg"
MEMORY = ("Resources/peak_gpu_mem_gb", "Resources/gpu_mem_gb", "Resources/cpu_mem_gb")
METRICS = "Metrics/"
# Not a figure of merit, but a switch.
NO_METRICS = frozenset({"Metrics/flatness_alarm"})
# Of these more is better; of all others, less.
HIGHER = ("density", "coverage", "mask_iou", "reprojection_visible", "relief", "precision", "recall", "is50k")
# What runs are judged by unless somebody chooses, best first.
PREFERRED = ("fid50k_full", "fid", "frechet_random", "kid", "wasserstein")


@dataclass(frozen=True)
class BoardRun:
    """All that is known of a run.

    Attributes:
        found: Its folder.
        state: In one word.
        tone: How good a sign that is.
        message: What is the matter with it; empty if nothing is.
        problem: Why something of it cannot be read; empty if all can.
        settings: By dotted name.
        columns: [n] each by name, of all that was read so far.
        version: Changes whenever the columns do.
        kimg: Progress.
        total_kimg: Planned length; NaN if unknown.
        sec_per_kimg: Speed of late; NaN if unknown.
        memory_gb: GiB that it takes; NaN if unknown.
        offered: The commands that make sense now.
        events: What happened to it, by progress.
        samples: Its sample pictures, oldest first.
        loading: Whether its scalars are not yet read to their end.
    """

    found: FoundRun
    state: str = "reading"
    tone: Tone = "quiet"
    message: str = ""
    problem: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict, compare=False)
    columns: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)
    version: int = 0
    kimg: float = float("nan")
    total_kimg: float = float("nan")
    sec_per_kimg: float = float("nan")
    memory_gb: float = float("nan")
    offered: frozenset[CommandName] = frozenset()
    events: tuple[RunEvent, ...] = ()
    samples: tuple[Sample, ...] = ()
    loading: bool = True

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.found.path

    @property
    def name(self) -> str:
        """For people."""
        return self.found.name

    @property
    def hours(self) -> float:
        """How long it has trained; NaN if unknown."""
        return last(self.columns.get(HOURS)) / 3600

    def setting(self, *names: str) -> Any:
        """The first of these settings that it has; None without any.

        A name that begins with a star stands for the first one that ends so, as *.r1_gamma.
        """
        for name in names:
            if not name.startswith("*"):
                if self.settings.get(name) is not None:
                    return self.settings[name]
                continue
            for full, value in self.settings.items():
                if f".{full}".endswith(name[1:]) and value is not None:
                    return value
        return None


@dataclass(frozen=True)
class Figure:
    """A value of a metric, and when it was reached.

    Attributes:
        value: NaN if it was never measured.
        kimg: NaN if unknown.
    """

    value: float = float("nan")
    kimg: float = float("nan")


def last(values: np.ndarray | None) -> float:
    """The last value that is there; NaN without one.  values: [n]."""
    if values is None:
        return float("nan")
    known = np.flatnonzero(~np.isnan(values))
    return float(values[known[-1]]) if len(known) else float("nan")


def metric_names(runs: Iterable[BoardRun]) -> tuple[str, ...]:
    """All metrics that any of these runs has, those first by which one would judge."""
    names = {name for run in runs for name in run.columns if name.startswith(METRICS)} - NO_METRICS
    return tuple(sorted(names, key=lambda name: (_rank(name), name)))


def is_better_higher(metric: str) -> bool:
    """Whether more of a metric is better."""
    return any(word in metric for word in HIGHER)


def short(metric: str) -> str:
    """A metric's name without its head."""
    return metric.removeprefix(METRICS)


def latest(run: BoardRun, metric: str) -> Figure:
    """The last value of a metric, by progress."""
    values, kimg = measured(run, metric)
    return Figure(float(values[-1]), float(kimg[-1])) if len(values) else Figure()


def best(run: BoardRun, metric: str) -> Figure:
    """The best value of a metric."""
    values, kimg = measured(run, metric)
    if not len(values):
        return Figure()
    index = int(values.argmax() if is_better_higher(metric) else values.argmin())
    return Figure(float(values[index]), float(kimg[index]))


def measured(run: BoardRun, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """What a metric was at every measurement, and when.  Returns [n] and [n] kimg, ascending where that is known."""
    values = run.columns.get(metric)
    if values is None:
        return np.empty(0), np.empty(0)
    kimg = run.columns.get(KIMG, np.full(len(values), np.nan))
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(kimg[known], kind="stable")]
    return values[order], kimg[order]


def _rank(name: str) -> int:
    return next((index for index, word in enumerate(PREFERRED) if short(name).startswith(word)), len(PREFERRED))
