"""A table like the paper's Table 2: what was varied, the metric it led to, and what it cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.board.facts import NOTHING
from app.board.runs import BoardRun, best, is_better_higher
from app.board.series import PRIVATE, groups
from app.board.table import differences

# What the paper varies comes first: the discriminator, then the patch size, then the schedule.
FIRST = (
    "discriminator.kind",
    "discriminator.experts",
    "discriminator.patch_resolution",
    "patches.kind",
    "patches.anneal_kimg",
    "optimizer.r1_gamma",
)
# Values of settings that are compared in a table; more would not be read.
MOST_VARIED = 6


@dataclass(frozen=True)
class AblationRow:
    """A run, or several that differ in their seed alone.

    Attributes:
        runs: These.
        varied: Values of the settings that differ.
        value: Mean of the runs' best values of the metric; NaN if none was measured.
        spread: Standard deviation over seeds (n - 1); NaN for a single run.
        kimg: Mean time of the best values; NaN if unknown.
        hours: Mean training time; NaN if unknown.
        best: Whether no other row has a better value.
    """

    runs: tuple[BoardRun, ...]
    varied: tuple[str, ...]
    value: float
    spread: float
    kimg: float
    hours: float
    best: bool = False

    @property
    def value_text(self) -> str:
        """The metric, with its spread over seeds if there are several."""
        if math.isnan(self.value):
            return NOTHING
        return f"{self.value:.4g}" + (f" ± {self.spread:.2g}" if not math.isnan(self.spread) else "")


@dataclass(frozen=True)
class Ablation:
    """The table.

    Attributes:
        metric: Its name.
        settings: Dotted names of what was varied.
        rows: The best first; those that were not measured last.
    """

    metric: str
    settings: tuple[str, ...]
    rows: tuple[AblationRow, ...]


def ablation(runs: Sequence[BoardRun], metric: str) -> Ablation:
    """Compare runs by a metric; seeds of one configuration are one row."""
    parts = groups(runs)
    varied = differences([group[0] for group in parts])
    told = [each for each in varied if each.name not in PRIVATE and each.name.rpartition(".")[2] != "seed"]
    told.sort(key=lambda each: (FIRST.index(each.name) if each.name in FIRST else len(FIRST), each.name))
    told = told[:MOST_VARIED]
    rows = [_row(group, tuple(each.values[index] for each in told), metric) for index, group in enumerate(parts)]
    sign = -1 if is_better_higher(metric) else 1
    rows.sort(key=lambda row: math.inf if math.isnan(row.value) else sign * row.value)
    if rows and not math.isnan(rows[0].value):
        rows[0] = AblationRow(**{**vars(rows[0]), "best": True})
    return Ablation(metric, tuple(each.name for each in told), tuple(rows))


def _row(group: tuple[BoardRun, ...], varied: tuple[str, ...], metric: str) -> AblationRow:
    figures = [figure for run in group if not math.isnan((figure := best(run, metric)).value)]
    values = np.array([figure.value for figure in figures])
    return AblationRow(
        group,
        varied,
        float(values.mean()) if len(values) else math.nan,
        float(values.std(ddof=1)) if len(values) > 1 else math.nan,
        _mean([figure.kimg for figure in figures]),
        _mean([run.hours for run in group]),
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
