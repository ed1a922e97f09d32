"""Alarms about a training, told from its statistics alone: what looks wrong, since when, by which figures, what to try.

Pure functions of columns as stats.jsonl has them, so that the window, a test and anybody else come to the same end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.health import BAD_STEPS, MAX_BAD_STEPS
from training.metrics_config import FLAT_BELOW

AlarmKind = Literal["gradients", "beaten", "overfit", "collapse", "flat"]
Columns = Mapping[str, np.ndarray]

KIMG = "Progress/kimg"
SIGN_REAL, SIGN_FAKE = "Loss/signs/real", "Loss/signs/fake"
SCORE_REAL, SCORE_FAKE = "Loss/scores/real", "Loss/scores/fake"
DIVERSITY_REAL, DIVERSITY_FAKE = "Patch/diversity_real", "Patch/diversity_fake"
RELIEF, P = "Geometry/relief", "Augment/p"

# A tick's means are over few pictures: what is judged are means over so many ticks, of which half must be known.
WINDOW = 10
# And nothing is said, bad gradients excepted, before it has lasted so many ticks: early on everything swings.
LASTING = 20
# A mean sign of 0.9: D is right about 95 of 100 patches.  ADA steers to 0.6 (Karras et al. 2020, Section 3).
SURE = 0.9
# Real and generated scores so far apart: at equal distance from 0, D gives a generated patch 5 in 100 to be real.
FAR_APART = 6.0
# ADA has no more to give: p ends at 1, and above 0.8 transformations begin to show in what G makes.
P_AT_ITS_END = 0.95
# ADA's own target: above it D overfits by ADA's measure.
ADA_TARGET = 0.6
# Generated patches differ a quarter as much as real ones, having differed half as much before.  In a training of the
# preset tiny the ratio was never below 0.6, from its first tick on.
COLLAPSED, ONCE_DIVERSE = 0.25, 0.5
# Less than this is collapsed whatever was before, but not while blur and noise at the start still hide what there is.
NEVER_DIVERSE, NEVER_TICKS = 0.1, 100
# Real patches that hardly differ (plain white) say nothing about the generated ones.
LEAST_DIVERSITY = 1e-3


@dataclass(frozen=True)
class Alarm:
    """Something that looks wrong.

    Attributes:
        kind: What.
        title: The same for people.
        figures: What it is told by, as words.
        since_kimg: When it began, kimg.
        advice: What to try, the first thing first; whole sentences with names of settings.
    """

    kind: AlarmKind
    title: str
    figures: str
    since_kimg: float
    advice: tuple[str, ...]


def alarms(columns: Columns) -> tuple[Alarm, ...]:
    """What looks wrong at the end of these statistics, the most urgent first.

    Args:
        columns: [n] each, by name, one value a tick, NaN where a tick has none; any may be missing.
    """
    if not len(columns.get(KIMG, ())):
        return ()
    looks = (_gradients, _beaten, _overfit, _collapse, _flat)
    return tuple(alarm for look in looks if (alarm := look(columns)) is not None)


def lately(values: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """Mean over the last ticks at each tick; NaN where fewer than half of them are known.  [n] -> [n]."""
    known = np.isfinite(values)
    sums = np.cumsum(np.concatenate([[0.0], np.where(known, values, 0.0)]))
    counts = np.cumsum(np.concatenate([[0], known]))
    start = np.maximum(np.arange(1, len(values) + 1) - window, 0)
    total, number = sums[1:] - sums[start], counts[1:] - counts[start]
    return np.where(number >= window / 2, total / np.maximum(number, 1), np.nan)


def stretch(bad: np.ndarray) -> int:
    """Ticks without a break up to the end at which something holds, of [n] booleans."""
    good = np.flatnonzero(~bad)
    return len(bad) - (int(good[-1]) + 1 if len(good) else 0)


def diversity_ratio(columns: Columns) -> np.ndarray:
    """How much generated patches differ, as a part of what real ones do.  [n], NaN where nothing can be said."""
    real, fake = _column(columns, DIVERSITY_REAL), _column(columns, DIVERSITY_FAKE)
    return np.where(real > LEAST_DIVERSITY, fake / np.maximum(real, LEAST_DIVERSITY), np.nan)


def _column(columns: Columns, name: str) -> np.ndarray:
    values = columns.get(name, np.full(len(columns[KIMG]), np.nan))
    return np.where(np.isfinite(values), values, np.nan)


def _since(columns: Columns, ticks: int) -> float:
    return float(columns[KIMG][-ticks])


def _separated(columns: Columns) -> np.ndarray:
    """Where D tells nearly all real patches from generated ones, and by far.  [n] booleans."""
    apart = lately(_column(columns, SCORE_REAL) - _column(columns, SCORE_FAKE))
    sure_real, sure_fake = lately(_column(columns, SIGN_REAL)), lately(_column(columns, SIGN_FAKE))
    return (sure_real >= SURE) & (sure_fake <= -SURE) & (apart >= FAR_APART)


def _score_words(columns: Columns) -> str:
    real, fake = lately(_column(columns, SCORE_REAL))[-1], lately(_column(columns, SCORE_FAKE))[-1]
    sign = lately(_column(columns, SIGN_REAL))[-1]
    return f"scores {real:+.1f} real and {fake:+.1f} generated, mean sign of real ones {sign:.2f}"


def _gradients(columns: Columns) -> Alarm | None:
    bad = np.nan_to_num(_column(columns, BAD_STEPS)) > 0
    ticks = stretch(bad)
    if not ticks:
        return None
    counts = _column(columns, BAD_STEPS)
    late = int(counts[-1])
    return Alarm(
        "gradients",
        "Gradients are NaN or infinite",
        f"{late} bad {'step' if late == 1 else 'steps'} in the last tick, {int(np.nansum(counts))} in all; "
        f"{MAX_BAD_STEPS} in a row end the run",
        _since(columns, ticks),
        (
            "Lower optimizer.generator_lr and optimizer.discriminator_lr to half (Change while training).",
            "With loop.precision bf16, try float32 in a new run from the last good snapshot.",
            "Raise optimizer.r1_gamma, so that D's slopes stay small.",
        ),
    )


def _beaten(columns: Columns) -> Alarm | None:
    """D has won from the first ticks on: no balance was ever there."""
    separated = _separated(columns)
    ticks = stretch(separated)
    if ticks < LASTING or _was_balanced(columns, len(separated) - ticks):
        return None
    return Alarm(
        "beaten",
        "D has won at once",
        f"{_score_words(columns)}, and never closer before: G gets hardly any gradient",
        _since(columns, ticks),
        (
            "Raise optimizer.r1_gamma, to 10 times what it is (Change while training).",
            "Look at Patch view: something simple may tell the two apart, as a grey instead of a white background "
            "(generator.render.backdrop: white), another fov, or a missing blur of one of them.",
            "In a new run: a lower optimizer.discriminator_lr, a longer anneal.blur_kimg.",
        ),
    )


def _overfit(columns: Columns) -> Alarm | None:
    """D knows the real pictures by heart, after a time in which it did not; or ADA is at its end."""
    p, sign = lately(_column(columns, P)), lately(_column(columns, SIGN_REAL))
    ticks = stretch((p >= P_AT_ITS_END) & (sign >= ADA_TARGET))
    apart, recent = stretch(_separated(columns)), _column(columns, P)[-WINDOW:]
    adapts = len(np.unique(recent[np.isfinite(recent)])) > 1  # ADA is about to deal with it
    if not adapts and _was_balanced(columns, len(p) - apart):
        ticks = max(ticks, apart)
    if ticks < LASTING:
        return None
    with_ada = np.isfinite(p[-1])
    ada = f", ADA p {p[-1]:.2f}" if with_ada else ", without ADA"
    first = (
        "ADA has no more to give: use more pictures, or data.mirror, in a new run."
        if with_ada
        else "Turn on augment.kind: adaptive, in a new run from a snapshot of before."
    )
    return Alarm(
        "overfit",
        "D overfits",
        f"{_score_words(columns)}{ada}",
        _since(columns, ticks),
        (
            first,
            "Raise optimizer.r1_gamma, to 2 to 4 times what it is (Change while training).",
            "Pictures of before this began are likely the best: go back to a snapshot of then (Back in time).",
        ),
    )


def _was_balanced(columns: Columns, end: int) -> bool:
    """Whether before a tick there was a time in which D was far from sure: means over ticks, so one is enough."""
    sure_real, sure_fake = lately(_column(columns, SIGN_REAL))[:end], lately(_column(columns, SIGN_FAKE))[:end]
    return bool(np.any((sure_real < ADA_TARGET) | (sure_fake > -ADA_TARGET)))


def _collapse(columns: Columns) -> Alarm | None:
    ratio = lately(diversity_ratio(columns))
    best = np.fmax.accumulate(ratio)
    fallen = (ratio < COLLAPSED) & (best >= ONCE_DIVERSE)
    never = (ratio < NEVER_DIVERSE) & (np.arange(len(ratio)) >= NEVER_TICKS)
    ticks = stretch(fallen | never)
    if ticks < LASTING:
        return None
    return Alarm(
        "collapse",
        "G collapses",
        f"generated patches differ {ratio[-1]:.2f} times as much as real ones of the same square; "
        f"{best[-1]:.2f} at best",
        _since(columns, ticks),
        (
            "Go back to a snapshot of before and begin anew from it: what is lost rarely comes back by itself.",
            "Raise optimizer.r1_gamma, to 2 to 4 times what it is; lower optimizer.generator_lr to half.",
            "For few pictures turn on augment.kind: adaptive.",
        ),
    )


def _flat(columns: Columns) -> Alarm | None:
    relief = lately(_column(columns, RELIEF))
    ticks = stretch(relief < FLAT_BELOW)
    if ticks < LASTING:
        return None
    return Alarm(
        "flat",
        "The geometry is flat",
        f"relief {relief[-1]:.3f}, where a plane has 0 and a sphere 0.47",
        _since(columns, ticks),
        (
            "Turn on discriminator.camera_condition in a new run, where poses cover a narrow range.",
            "If it is on, turn on generator.camera_condition too; its spoofing starts by itself.",
            "Check the data set's poses and fov (epigraf data check): wrong ones cannot be explained by any shape.",
        ),
    )
