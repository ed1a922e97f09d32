"""How many of D's filters switch with the patch scale, run beside run (EpiGRAF, Section 4.3 and Figure 7)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from app.board.runs import BoardRun, last

# Shares of filters in the statistics, in [0, 1]: switched by the scale, by the place; always on, always off.
SHARES: dict[str, str] = {
    "Modulation/switch_scale": "switched by scale",
    "Modulation/switch_position": "switched by position",
    "Modulation/always_on": "always on",
    "Modulation/always_off": "always off",
}
# "≈ 40 % of the filters are getting switched on and off depending on the patch scale": the paper's figure.
PAPER_SHARE = 0.4
EMPTY = "None of these runs has recorded which filters of D switch: only the hyper discriminator has such filters."


@dataclass(frozen=True)
class Shares:
    """The last known shares of a run.

    Attributes:
        run: Which.
        values: In [0, 1], in the order of SHARES; NaN where one is not known.
    """

    run: BoardRun
    values: tuple[float, ...]


def switching(runs: Iterable[BoardRun]) -> tuple[Shares, ...]:
    """The shares of all runs that have recorded any, those that switch most first."""
    found = [Shares(run, tuple(last(run.columns.get(name)) for name in SHARES)) for run in runs]
    found = [shares for shares in found if not all(math.isnan(value) for value in shares.values)]
    return tuple(sorted(found, key=lambda shares: -shares.values[0] if not math.isnan(shares.values[0]) else 1.0))
