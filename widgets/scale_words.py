"""A law of patch scales and what was drawn from it, in words and numbers for people."""

from __future__ import annotations

import numpy as np

from widgets.tick_views import LawKind, PatchesView, ScaleLaw

SMALLEST = "smallest s(t)"
NAMES: dict[LawKind, str] = {"beta": "β(t)", "uniform": SMALLEST, "graf": SMALLEST, "gnerf": SMALLEST, "discrete": "s"}
TITLES: dict[LawKind, str] = {
    "beta": "beta", "uniform": "uniform", "graf": "uniform as in GRAF", "gnerf": "uniform as in GNeRF",
    "discrete": "discrete",
}  # fmt: skip
# As many scales are listed one by one.
LISTED = 6


def number(value: float) -> str:
    """A number for people: few digits, thousands apart."""
    return f"{value:,.6g}".replace(",", " ") if abs(value) < 1e6 else f"{value:,.0f}".replace(",", " ")


def law_words(law: ScaleLaw) -> str:
    """The law in one line: kind, its parameter now and where it goes, r / R, expected scale."""
    ratio = f"r/R = {law.min_scale:.4g}, mean {law.mean:.3g}"
    if law.kind == "discrete":
        likely = ", equally likely" if len(law.scales) > 1 else " always"
        return f"{TITLES[law.kind]}, {NAMES[law.kind]} = {_listed(law.scales)}{likely}, {ratio}"
    parameter, final = f"{law.parameter:.3g}", f"{law.final:.3g}"
    when = f"{number(float(f'{law.anneal_kimg:.4g}'))} kimg"
    if law.kimg >= law.anneal_kimg:
        course = f"{final} since {when}"
    else:
        way = "rising" if law.final >= law.parameter else "falling"
        course = f"{parameter}, {way} to {final} at {when}"
    return f"{TITLES[law.kind]}, {NAMES[law.kind]} = {course}, {ratio}"


def _listed(scales: tuple[float, ...]) -> str:
    if len(scales) > LISTED:
        return f"{len(scales)} values from {scales[0]:.4g} to {scales[-1]:.4g}"
    *first, last = [f"{scale:.4g}" for scale in scales]
    return f"{', '.join(first)} or {last}" if first else last


def drawn_words(view: PatchesView, ticks: int) -> str:
    """Which draws are counted."""
    if not len(view.ticks):
        return "none; they come with the first tick"
    chosen = view.ticks[-ticks:]
    return f"those of tick {chosen[0]}" if len(chosen) == 1 else f"those of ticks {chosen[0]} to {chosen[-1]}"


def share_words(
    edges: np.ndarray, counts: np.ndarray, mass: np.ndarray, earlier: tuple[float, np.ndarray] | None, scale: float
) -> str:
    """What is said of the bin at a scale."""
    index = int(np.clip(np.searchsorted(edges, scale, side="right") - 1, 0, len(mass) - 1))
    lines = [f"s {edges[index]:.4f} to {edges[index + 1]:.4f}", f"law now {100 * mass[index]:.3g} %"]
    if earlier is not None:
        lines.append(f"law then, at {number(earlier[0])} kimg, {100 * earlier[1][index]:.3g} %")
    if counts.sum():
        lines.append(f"drawn {100 * counts[index] / counts.sum():.3g} % ({counts[index]} of {counts.sum()})")
    return "\n".join(lines)


def mean_words(law: ScaleLaw, kimg: np.ndarray, drawn: np.ndarray, moment: float) -> str:
    """What is said of a moment: the law, and the nearest drawn mean if it has come that far."""
    moment = float(np.clip(moment, 0, law.mean_kimg[-1]))
    text = f"at {number(moment)} kimg\nlaw {np.interp(moment, law.mean_kimg, law.mean_scales):.4f}"
    known = np.flatnonzero(np.isfinite(drawn))
    if not len(known) or moment > kimg[known[-1]] + law.mean_kimg[-1] / 50:
        return text
    nearest = known[np.argmin(np.abs(kimg[known] - moment))]
    return f"{text}\ndrawn {drawn[nearest]:.4f} (tick at {number(float(kimg[nearest]))} kimg)"
