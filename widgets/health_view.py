"""What the Health panel shows: values, their histograms and bands, and words; no toolkit here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from widgets.seen_view import KINDS, Kind
from widgets.tick_strip import TickView

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.health_alarms import Alarm

Network = Literal["G", "D"]
BINS = 40
# Parts of a parameter's name that do not tell one layer from another.
SMALL_PARTS = ("weight", "bias", "const", "noise_strength", "affine", "table")

HEALTHY = (
    "A healthy training: real and generated scores overlap around 0 and drift apart slowly, at most, gradients of all "
    "layers stay within a few powers of ten and are never NaN, ADA's p settles below 0.8, generated patches differ "
    "about as much as real ones, and relief rises well above 0.1."
)


@dataclass(frozen=True)
class LayerNorms:
    """Norms of the last gradients of a network, by layer.

    Attributes:
        names: In the order of the network.
        norms: [layers], NaN and infinity as they were.
    """

    names: tuple[str, ...]
    norms: np.ndarray = field(compare=False)


@dataclass(frozen=True)
class HealthView:
    """How a training does.

    Attributes:
        run: Name of the run; empty when none is attached.
        moment: The tick that all panels are about.
        kimg: [n] of all ticks, ascending.
        columns: [n] scalars, by name.
        until: How many of the ticks lie at or before the moment.
        scores: Of D since the tick before the moment, by kind; [m] each, finite. Empty where none are kept.
        norms: Of gradients at the moment.
        alarms: What looks wrong at the moment.
        problem: Why the moment's arrays cannot be shown; empty if they can.
        loading: Nothing is known yet.
    """

    run: str = ""
    moment: TickView = field(default_factory=TickView)
    kimg: np.ndarray = field(default_factory=lambda: np.empty(0), compare=False)
    columns: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)
    until: int = 0
    scores: Mapping[Kind, np.ndarray] = field(default_factory=dict, compare=False)
    norms: Mapping[Network, LayerNorms] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    problem: str = ""
    loading: bool = False

    def value(self, name: str) -> float:
        """A scalar at the moment; NaN where there is none."""
        column = self.columns.get(name)
        return float(column[self.until - 1]) if column is not None and 0 < self.until <= len(column) else float("nan")


def by_layer(names: np.ndarray, norms: np.ndarray) -> LayerNorms:
    """Norms of parameters put together to those of layers: the root of the sum of squares.

    Args:
        names: [n] as b64.conv1.affine.weight.
        norms: [n].
    """
    squares: dict[str, float] = {}
    for name, norm in zip(names.tolist(), norms.astype(np.float64).tolist(), strict=True):
        parts = str(name).split(".")
        while len(parts) > 1 and parts[-1] in SMALL_PARTS:
            parts.pop()
        layer = ".".join(parts)
        squares[layer] = squares.get(layer, 0.0) + norm**2
    return LayerNorms(tuple(squares), np.sqrt(np.array(list(squares.values()), np.float64)))


def score_shares(scores: Mapping[Kind, np.ndarray], bins: int = BINS) -> tuple[np.ndarray, dict[Kind, np.ndarray]]:
    """Histograms of scores on common bins.

    Returns:
        Edges [bins + 1], and for each kind that there is the part of its scores in each bin, percent, [bins].
    """
    every = np.concatenate([scores[kind] for kind in KINDS if kind in scores] or [np.empty(0)]).astype(np.float64)
    if not len(every):
        return np.linspace(-1, 1, bins + 1), {}
    low, high = min(float(every.min()), 0.0), max(float(every.max()), 0.0)  # the border of D's decision is seen
    edges = np.linspace(low, max(high, low + 1e-3), bins + 1)
    return edges, {
        kind: 100 * np.histogram(scores[kind].astype(np.float64), edges)[0] / len(scores[kind])
        for kind in KINDS
        if kind in scores and len(scores[kind])
    }


def band(view: HealthView, kind: Kind, points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Percentiles of D's scores over progress, at most so many, evenly spread.

    Returns:
        kimg, 10th, 50th and 90th percentile, [m] each; nothing where none are recorded.
    """
    columns = [view.columns.get(f"Loss/scores/{kind}_p{percent}") for percent in (10, 50, 90)]
    low, middle, high = (np.full(len(view.kimg), np.nan) if column is None else column for column in columns)
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(middle) & np.isfinite(high))
    if len(known) > points:
        known = known[np.linspace(0, len(known) - 1, points).astype(np.int64)]
    return view.kimg[known], low[known], middle[known], high[known]


def figures(view: HealthView) -> list[tuple[str, str, str]]:
    """Single figures at the moment: name, value, and what it is."""
    real, fake = view.value("Patch/diversity_real"), view.value("Patch/diversity_fake")
    found = [
        ("signs", _pair(view.value("Loss/signs/real"), view.value("Loss/signs/fake")),
         "Mean sign of D's scores of real and of generated patches: 1 and -1 where D is always right, 0 where it "
         "guesses. ADA steers the first to 0.6."),
        ("ADA p", _number(view.value("Augment/p"), ".2f"),
         "Probability of each augmentation; it rises while D overfits. At 1 there is no more to give."),
        ("R1", _number(view.value("Loss/r1_penalty"), ".3g"),
         "Squared slope of D's scores at real patches, before γ"),
        ("diversity", _number(fake / real if real > 0 else float("nan"), ".2f"),
         "How much generated patches of one square differ, as a part of what real ones do, each scaled down to 8 x 8. "
         "Near 0 G has collapsed."),
        ("relief", _number(view.value("Geometry/relief"), ".2f"),
         "Thickness over width of surfaces of four fixed samples: 0 is a plane, 0.47 a sphere; none while there is "
         "only fog"),
        ("bad steps", _number(view.value("Gradients/bad_steps"), ".0f"),
         "Steps since the tick before whose gradients were NaN or infinite"),
    ]  # fmt: skip
    return [each for each in found if each[1]]


def _number(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else ""


def _pair(real: float, fake: float) -> str:
    return f"{real:+.2f} real, {fake:+.2f} generated" if np.isfinite(real) and np.isfinite(fake) else ""
