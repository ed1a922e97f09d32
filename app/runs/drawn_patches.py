"""What ticks tell of the patches that were drawn, beside the mixture of the laws that held meanwhile."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.runs.law_study import read_course
from app.runs.tick_files import TickError, numbers, read_arrays
from app.runs.tick_history import TickId, TickSpan
from core.goodness import Fit, fit
from core.patch_coverage import LEVELS, covered, expected_coverage
from core.scale_course import Course, Mixture, bin_counts, bin_edges
from widgets.patch_views import PROBABILITIES, DrawnView
from widgets.views import RunEvent

# Draws of so many ticks stay in memory.
KEPT = 256
# Laws that are mixed for a window, spread over its ticks.
MOMENTS = 64
# A patch whose room is less than this has no place to speak of: rounding decides there.
LEAST_ROOM = 1e-3


@dataclass(frozen=True)
class DrawnKey:
    """Which draws are studied.

    Attributes:
        path: The run.
        made: Changes that were made so far: with each the run's law may be another.
        ticks: The ticks, oldest first; at least one.
        attempt: Counts on to have what could not be read tried again.
    """

    path: Path
    made: tuple[RunEvent, ...]
    ticks: tuple[TickSpan, ...]
    attempt: int = 0


@dataclass(frozen=True)
class Draws:
    """Patches that were drawn in a tick.

    Attributes:
        scales: [n], float32.
        offsets: [n, 2], float32.
        seen: [CELLS, CELLS] sum over the patches of what each covers of a cell.
    """

    scales: np.ndarray
    offsets: np.ndarray
    seen: np.ndarray


class DrawnReader:
    """Reads windows of ticks; those of the last windows are kept, so that each file is opened once."""

    def __init__(self) -> None:
        self._draws: OrderedDict[TickId, Draws] = OrderedDict()

    def read(self, key: DrawnKey) -> DrawnView:
        """The draws of a window and their law.  Raises ConfigError, RunError; TickError if no tick can be read."""
        _, course = read_course(key.path)
        found: list[tuple[TickSpan, Draws]] = []
        problems: list[str] = []
        for span in key.ticks:
            try:
                found.append((span, self._tick(span.identity)))
            except (TickError, OSError) as error:
                problems.append(tick_problem(error, span.identity.path))
        if not found:
            raise TickError(problems[-1])
        problem = problems[-1] if problems else ""
        if len(problems) > 1:
            problem += f" (and {len(problems) - 1} of the {len(key.ticks)} ticks likewise)"
        return study(course, found, problem)

    def _tick(self, identity: TickId) -> Draws:
        kept = self._draws.get(identity)
        if kept is None:
            kept = self._draws[identity] = read_draws(identity.path)
        self._draws.move_to_end(identity)
        while len(self._draws) > KEPT:
            self._draws.popitem(last=False)
        return kept


def read_draws(path: Path) -> Draws:
    """The draws of a tick.  Raises TickError, OSError."""
    arrays = read_arrays(path, ("scales", "offsets"))
    try:
        scales = numbers(arrays, "scales", 1).astype(np.float32)
        offsets = numbers(arrays, "offsets", 2).astype(np.float32)
    except (KeyError, TickError) as error:
        raise TickError(f"{path}: it does not hold the patches of a tick ({error})") from error
    if offsets.shape != (len(scales), 2):
        raise TickError(f"{path}: its offsets do not fit its scales")
    return Draws(scales, offsets, covered(scales, offsets))


def tick_problem(error: TickError | OSError, path: Path) -> str:
    """Why a tick cannot be used; of its folder only what matters in a panel about one run."""
    reason = "it is missing" if isinstance(error, FileNotFoundError) else str(error)
    return f"ticks/{path.name}: {reason.removeprefix(f'{path}: ')}"


def study(course: Course, found: Sequence[tuple[TickSpan, Draws]], problem: str = "") -> DrawnView:
    """Compare draws with their law.

    Args:
        course: The law over the training.
        found: Ticks and what was drawn in each; at least one.
        problem: What could not be read.
    """
    scales = np.concatenate([draws.scales for _, draws in found])
    offsets = np.concatenate([draws.offsets for _, draws in found])
    spans = [(span.start, span.end, float(max(len(draws.scales), 1))) for span, draws in found]
    mixture, edges = course.mixture(spans, max(MOMENTS // len(spans), 1)), bin_edges(course.min_scale)
    probabilities = np.array(PROBABILITIES)
    return DrawnView(
        ticks=(found[0][0].tick, found[-1][0].tick),
        kimg=(found[0][0].start, found[-1][0].end),
        edges=edges,
        counts=bin_counts(scales, edges),
        masses=mixture.masses(edges),
        fit=fit(scales, mixture.cumulative),
        quantiles=np.quantile(scales, probabilities) if len(scales) else np.full(len(probabilities), np.nan),
        law_quantiles=mixture.quantile(probabilities),
        seen=np.sum([draws.seen for _, draws in found], axis=0) / max(len(scales), 1),
        expected=coverage_of(mixture),
        places=places_fit(scales, offsets),
        problem=problem,
    )


def coverage_of(mixture: Mixture) -> np.ndarray:
    """Share of patches that cover each cell, by a law.  Returns [CELLS, CELLS], row 0 at the bottom."""
    levels = (np.arange(LEVELS) + 0.5) / LEVELS
    parts = [mixture.course.at(kimg).quantile(levels, kimg) for kimg in mixture.times.tolist()]
    return expected_coverage(np.concatenate(parts), np.repeat(mixture.weights / LEVELS, LEVELS))


def places_of(scales: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Where in the room 1 - s patches lie, across and upwards: even in [0, 1] by Eq. 3.

    Scales [n], offsets [n, 2] -> [m, 2] of those that leave room.
    """
    room = 1 - scales.astype(np.float64)
    wide = room > LEAST_ROOM
    return offsets[wide] / room[wide, None]


def places_fit(scales: np.ndarray, offsets: np.ndarray) -> tuple[Fit | None, Fit | None]:
    """Whether offsets are even in the room that each scale leaves, across and upwards."""
    across, up = (fit(places, lambda x: np.clip(x, 0, 1)) for places in places_of(scales, offsets).T)
    return across, up
