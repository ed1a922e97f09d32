"""A law of patch scales in words."""

from __future__ import annotations

from widgets.tick_views import LawKind, ScaleLaw

NAMES: dict[LawKind, str] = {"beta": "β(t)", "uniform": "smallest s(t)"}


def number(value: float) -> str:
    """A number for people: few digits, thousands apart."""
    return f"{value:,.6g}".replace(",", " ") if abs(value) < 1e6 else f"{value:,.0f}".replace(",", " ")


def law_words(law: ScaleLaw) -> str:
    """The law in one line: kind, its parameter now and where it goes, r / R, expected scale."""
    parameter, final = f"{law.parameter:.3g}", f"{law.final:.3g}"
    when = f"{number(law.anneal_kimg)} kimg"
    if law.kimg >= law.anneal_kimg:
        course = f"{final} since {when}"
    else:
        way = "rising" if law.final >= law.parameter else "falling"
        course = f"{parameter}, {way} to {final} at {when}"
    return f"{law.kind}, {NAMES[law.kind]} = {course}, r/R = {law.min_scale:.4g}, mean {law.mean:.3g}"
