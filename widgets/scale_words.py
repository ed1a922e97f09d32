"""A law of patch scales and what was drawn from it, in words and numbers for people."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.goodness import Fit
from core.schedules import BetaSchedule, DecaySchedule, DiscreteSchedule, ScaleSchedule, UniformSchedule
from widgets.patch_views import PROBABILITIES, CoverageView, DrawnView, LawKind, LawLine, LawName

TITLES: dict[LawKind, str] = {
    "beta": "beta", "uniform": "uniform", "graf": "uniform as in GRAF", "gnerf": "uniform as in GNeRF",
    "discrete": "discrete",
}  # fmt: skip
NAMES: dict[LawName, str] = {
    "run": "this run", "what if": "what if", "beta": "beta", "uniform": "uniform", "graf": "GRAF", "gnerf": "GNeRF",
}  # fmt: skip
# As many scales are listed one by one.
LISTED = 6
# A chance below this is worth a look: draws of the law itself are so far off once in a hundred times.
DOUBTFUL = 0.01
FIT_TIP = """Kolmogorov-Smirnov: D is the largest distance between the shares that were drawn up to a scale
and the law's probability; p is how often draws from the law itself are at least as far off.
A p below 0.01 is worth a look.

Samples of a minibatch-std group share one patch, and ticks keep one draw for each group:
all of them are independent.

The law moves within a tick, so draws are compared with the mixture of the laws meanwhile;
p is on the safe side then, as it is where single scales have probabilities of their own.
Ticks keep 32-bit numbers, and the law is rounded likewise."""


def number(value: float) -> str:
    """A number for people: few digits, thousands apart."""
    return f"{value:,.6g}".replace(",", " ") if abs(value) < 1e6 else f"{value:,.0f}".replace(",", " ")


def kind_of(law: ScaleSchedule) -> LawKind:
    """Which law it is."""
    match law:
        case BetaSchedule():
            return "beta"
        case UniformSchedule():
            return "uniform"
        case DecaySchedule(whole_thousands=whole):
            return "graf" if whole else "gnerf"
        case _:
            return "discrete"


def law_words(law: ScaleSchedule, kimg: float) -> str:
    """The law in one line: kind, its parameter at a time and where it goes, r / R, expected scale."""
    ratio = f"r/R = {law.min_scale:.4g}, mean {law.mean(kimg):.3g}"
    title = TITLES[kind_of(law)]
    if isinstance(law, DiscreteSchedule):
        likely = ", equally likely" if len(law.scales) > 1 else " always"
        return f"{title}, s = {_listed(law.scales)}{likely}, {ratio}"
    name = "β(t)" if isinstance(law, BetaSchedule) else "smallest s(t)"
    now, end = _parameter(law, kimg), _parameter(law, law.final_kimg)
    when = f"{number(float(f'{law.final_kimg:.4g}'))} kimg"
    if kimg >= law.final_kimg:
        course = f"{end:.3g} since {when}"
    else:
        course = f"{now:.3g}, {'rising' if end >= now else 'falling'} to {end:.3g} at {when}"
    return f"{title}, {name} = {course}, {ratio}"


def _parameter(law: ScaleSchedule, kimg: float) -> float:
    """What changes of a law: beta of the beta law, the smallest scale of the others."""
    if isinstance(law, BetaSchedule):
        return law.beta(kimg)
    return law.lower(kimg) if isinstance(law, UniformSchedule | DecaySchedule) else law.min_scale


def _listed(scales: tuple[float, ...]) -> str:
    if len(scales) > LISTED:
        return f"{len(scales)} values from {scales[0]:.4g} to {scales[-1]:.4g}"
    *first, last = [f"{scale:.4g}" for scale in scales]
    return f"{', '.join(first)} or {last}" if first else last


def window_words(drawn: CoverageView) -> str:
    """Which draws are counted."""
    first, last = drawn.ticks
    ticks = f"tick {first}" if first == last else f"ticks {first} to {last}"
    return f"{ticks}, {number(drawn.kimg[0])} to {number(drawn.kimg[1])} kimg"


def fit_words(fit: Fit | None) -> str:
    """How well draws and law fit, in one line."""
    if fit is None:
        return "nothing drawn yet"
    return f"D = {fit.distance:.3f}, {chance_words(fit)}, {number(fit.count)} draws"


def chance_words(fit: Fit) -> str:
    """The chance of a fit, in short."""
    return "p < 0.0001" if fit.chance < 1e-4 else f"p = {fit.chance:.2g}"


def doubtful(fit: Fit | None) -> bool:
    """Whether chance alone hardly explains how far draws and law are apart."""
    return fit is not None and fit.chance < DOUBTFUL


def quantile_rows(drawn: DrawnView) -> list[tuple[str, str, str]]:
    """Share, scale of the draws, scale of the law, for a table."""
    rows = zip(PROBABILITIES, drawn.quantiles.tolist(), drawn.law_quantiles.tolist(), strict=True)
    return [(f"{100 * share:.0f} %", f"{ours:.3f}", f"{law:.3f}") for share, ours, law in rows]


def share_words(drawn: DrawnView, scale: float) -> str:
    """What is said of the bin at a scale."""
    edges, counts = drawn.edges, drawn.counts
    index = int(np.clip(np.searchsorted(edges, scale, side="right") - 1, 0, len(counts) - 1))
    lines = [f"s {edges[index]:.4f} to {edges[index + 1]:.4f}", f"law {100 * drawn.masses[index]:.3g} %"]
    if counts.sum():
        lines.append(f"drawn {100 * counts[index] / counts.sum():.3g} % ({counts[index]} of {counts.sum()})")
    return "\n".join(lines)


def mean_words(lines: dict[LawName, LawLine], kimg: np.ndarray, drawn: np.ndarray, moment: float) -> str:
    """What is said of a moment: the mean of each law, and the nearest drawn one if there is one near."""
    moment, far = max(moment, 0.0), max(line.kimg[-1] for line in lines.values())
    texts = [f"at {number(float(f'{min(moment, far):.4g}'))} kimg"]
    texts += [f"{NAMES[name]} {line.course.mean(min(moment, far)):.4f}" for name, line in lines.items()]
    known = np.flatnonzero(np.isfinite(drawn))
    if len(known) and moment <= kimg[known[-1]] + far / 50:
        nearest = known[np.argmin(np.abs(kimg[known] - moment))]
        texts.append(f"drawn {drawn[nearest]:.4f} (tick at {number(float(kimg[nearest]))} kimg)")
    return "\n".join(texts)


def density_words(line: LawLine, edges: np.ndarray, kimg: float, scale: float) -> str:
    """What a law says of a scale at a time."""
    masses, when = line.course.masses(edges, max(kimg, 0.0)), number(float(f"{kimg:.4g}"))
    for mass, (low, high) in zip(masses, pairwise(edges), strict=True):
        if scale <= high:
            density = f"{100 * mass:.3g} % of the patches, density {mass / (high - low):.3g}"
            return f"at {when} kimg, s {low:.3f} to {high:.3f}\n{density}"
    return ""
