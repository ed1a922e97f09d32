"""A run's law of patch scales as plain arrays, so that panels need no configuration (EpiGRAF, Section 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, ScaleSchedule, UniformSchedule
from widgets.tick_views import ScaleLaw

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.config import RunConfig

BINS = 40
MEAN_POINTS = 201
# A law of whole images has no width: its one bin that is not empty ends here at the left.
WHOLE_FROM = 0.5
# A scale this close to an edge lies on it, and so in the bin below: ticks keep scales in single precision.
ROUNDING = 1e-6


def bin_edges(min_scale: float) -> np.ndarray:
    """Bins of equal width from the smallest scale, in (0, 1], to 1.  Returns [BINS + 1]."""
    return np.linspace(min_scale if min_scale < 1 else WHOLE_FROM, 1, BINS + 1)


def bin_masses(schedule: ScaleSchedule, edges: np.ndarray, kimg: float) -> np.ndarray:
    """The law's probability of each bin at a time.  Edges [bins + 1] from its smallest scale to 1 -> [bins], sum 1."""
    below = schedule.cumulative(edges + ROUNDING, kimg)
    below[0], below[-1] = 0, 1
    return np.diff(below)


def bin_counts(scales: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """How many of the scales [n] lie in each bin; those beyond the ends by rounding count there.  Returns [bins]."""
    return np.histogram(np.clip(np.asarray(scales, np.float64) - ROUNDING, edges[0], edges[-1]), edges)[0]


def scale_law(config: RunConfig, edges: np.ndarray, kimg: float) -> ScaleLaw:
    """A run's law at a time, with its mean from the start until it is final; to the end if it never changes."""
    schedule = config.schedule
    final = schedule.final_kimg
    mean_kimg = np.linspace(0, max(final or config.loop.total_kimg, kimg), MEAN_POINTS)
    if kimg > final > 0:  # the bend at T must not fall between two points
        mean_kimg = np.sort(np.append(mean_kimg, final))
    return ScaleLaw(
        kind=config.patches.kind,
        min_scale=schedule.min_scale,
        anneal_kimg=final,
        kimg=kimg,
        parameter=_parameter(schedule, kimg),
        final=_parameter(schedule, final),
        mean=schedule.mean(kimg),
        scales=schedule.scales if isinstance(schedule, DiscreteSchedule) else (),
        mass=bin_masses(schedule, edges, kimg),
        mean_kimg=mean_kimg,
        mean_scales=np.array([schedule.mean(moment) for moment in mean_kimg]),
    )


def _parameter(schedule: ScaleSchedule, kimg: float) -> float:
    if isinstance(schedule, BetaSchedule):
        return schedule.beta(kimg)
    if isinstance(schedule, UniformSchedule | DecaySchedule):
        return schedule.lower(kimg)
    return schedule.min_scale
