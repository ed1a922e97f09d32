"""The point in space that panels and viewport share: chosen in one of them, marked in all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Spot:
    """What is selected; no part of the Scene, since it decides nothing of what is shown.

    Attributes:
        point: World units; none if nothing is selected.
    """

    point: tuple[float, float, float] | None = None
