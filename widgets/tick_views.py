"""What panels show of a run's ticks: drawn patch scales beside their law, and the discriminator's modulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

LawKind = Literal["beta", "uniform", "graf", "gnerf", "discrete"]
ModulationMode = Literal["input", "output"]


def _empty() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class ScaleLaw:
    """A run's law of patch scales, worked out.  Arrays do not count in comparisons: they follow from the rest.

    Attributes:
        kind: Which law.
        min_scale: Smallest scale, r / R, in (0, 1].
        anneal_kimg: When it is final, T; 0 if it never changes.
        kimg: The moment that is meant by now.
        parameter: Now: beta of the beta law, smallest scale of the others.
        final: The same from T on.
        mean: Expected scale now.
        scales: Of the discrete law, ascending; empty otherwise.
        mass: [bins] probability of each bin now.
        mean_kimg: [n] from the start to T, or to now if that is later.
        mean_scales: [n] expected scale then.
    """

    kind: LawKind
    min_scale: float
    anneal_kimg: float
    kimg: float
    parameter: float
    final: float
    mean: float
    scales: tuple[float, ...] = ()
    mass: np.ndarray = field(default_factory=_empty, compare=False)
    mean_kimg: np.ndarray = field(default_factory=_empty, compare=False)
    mean_scales: np.ndarray = field(default_factory=_empty, compare=False)


@dataclass(frozen=True)
class PatchesView:
    """Patch scales of a run.

    Attributes:
        run: Name of the run; empty when none is attached.
        law: None while it is not known.
        version: Changes whenever the arrays below do.
        edges: [bins + 1] scales that bound the bins, ascending; the last is 1.
        ticks: [n] numbers of the ticks that are kept, ascending.
        kimg: [n] when they ended.
        counts: [n, bins] squares drawn in each.
        masses: [n, bins] the law's probability of each bin at their ends.
        problem: What could not be read; empty if all is well.
    """

    run: str = ""
    law: ScaleLaw | None = None
    version: int = 0
    edges: np.ndarray = field(default_factory=_empty, compare=False)
    ticks: np.ndarray = field(default_factory=_empty, compare=False)
    kimg: np.ndarray = field(default_factory=_empty, compare=False)
    counts: np.ndarray = field(default_factory=lambda: np.empty((0, 0)), compare=False)
    masses: np.ndarray = field(default_factory=lambda: np.empty((0, 0)), compare=False)
    problem: str = ""


@dataclass(frozen=True)
class ModulationView:
    """The modulation sigma of every modulated layer at one tick, for centred patches of rising scale.

    Attributes:
        run: Name of the run; empty when none is attached.
        version: Changes whenever the arrays below do.
        tick: When it was measured; None when it never was.
        kimg: The same in thousands of images.
        mode: What sigma scales; None while that is not known.
        scales: [m] patch scales, ascending and evenly spaced.
        layers: [m, filters] each, by name, in the order of the forward pass.
        problem: What could not be read; empty if all is well.
    """

    run: str = ""
    version: int = 0
    tick: int | None = None
    kimg: float = 0.0
    mode: ModulationMode | None = None
    scales: np.ndarray = field(default_factory=_empty, compare=False)
    layers: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)
    problem: str = ""
