"""What the Modulation panel shows and asks for: sigma of every layer, from a tick or a checkpoint, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.filter_kinds import counts, filter_kinds
from widgets.notes import Problem
from widgets.picture import Picture

ModulationMode = Literal["input", "output"]
Format = Literal[".png", ".svg", ".pdf", ".csv", ".npz"]
# Where sigma comes from: the tick that is looked at, the checkpoint that the viewport shows, a tick by number, or a
# snapshot by its file's name.
TICK, VIEWPORT, NOTHING = "tick", "viewport", ""
AT_TICK, SNAPSHOT = "tick ", "snapshot "


def _empty() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class SigmaSet:
    """The modulation sigma of every modulated layer at one moment.  Equal only to itself.

    Attributes:
        title: Which moment, for people.
        mode: What sigma scales; None while that is not known.
        scales: [m] of centred patches, ascending.
        layers: [m, filters] each, by name, in the order of the forward pass; none without modulation.
        placed_scales: [n] of patches at the edges of the image; none may be known.
        placed: [n, filters] each.
        run: Name of the run; empty if unknown.
        kimg: How long was trained; none if unknown.
        kinds: [filters] each, indices into core.filter_kinds.KINDS.
    """

    title: str
    mode: ModulationMode | None
    scales: np.ndarray
    layers: Mapping[str, np.ndarray]
    placed_scales: np.ndarray = field(default_factory=_empty)
    placed: Mapping[str, np.ndarray] = field(default_factory=dict)
    run: str = ""
    kimg: float | None = None

    def __post_init__(self) -> None:
        kinds = {
            name: filter_kinds(
                sigma, self.scales, self.placed.get(name, np.empty((0, sigma.shape[1]))), self.placed_scales
            )
            for name, sigma in self.layers.items()
        }
        object.__setattr__(self, "kinds", kinds)

    kinds: Mapping[str, np.ndarray] = field(init=False, default_factory=dict)

    @property
    def counts(self) -> dict[str, np.ndarray]:
        """How many filters of each layer are of each kind, [kinds] by name."""
        return {name: counts(kinds) for name, kinds in self.kinds.items()}

    def fits(self, other: SigmaSet) -> bool:
        """Whether both are of the same layers and scales, so that they can be subtracted."""
        shapes, others = ({name: sigma.shape for name, sigma in each.layers.items()} for each in (self, other))
        return shapes == others and np.allclose(self.scales, other.scales, atol=1e-3)


@dataclass(frozen=True)
class Place:
    """A patch on the picture.

    Attributes:
        x: Position in the room that its scale leaves, in [0, 1]: offset = x (1 - s).
        y: Likewise, from the bottom.
        scale: As it is drawn; sigma is shown for all scales at this place.
    """

    x: float = 0.5
    y: float = 0.5
    scale: float = 0.5

    @property
    def offset(self) -> tuple[float, float]:
        """Lower left corner, share of the image."""
        return self.x * (1 - self.scale), self.y * (1 - self.scale)

    def moved(self, across: float, up: float) -> Place:
        """The patch moved by shares of the image; what is the whole image has no room to move."""
        room = 1 - self.scale
        if room <= 0:
            return self
        x, y = self.x + across / room, self.y + up / room
        return Place(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0), self.scale)


@dataclass(frozen=True)
class PlaceView:
    """Sigma over all scales at the place of a patch.

    Attributes:
        title: Which checkpoint is asked; empty if none can be.
        sigma: Of patches at the place; None while it is computed.
        picture: The generator's sample; None while it is drawn.
        least: Smallest scale of a patch.
        problem: Why there is no sigma.
        busy: Whether something is computed.
    """

    title: str = ""
    sigma: SigmaSet | None = None
    picture: Picture | None = None
    least: float = 0.125
    problem: Problem | None = None
    busy: bool = False


@dataclass(frozen=True)
class ModulationView:
    """Everything about modulation.

    Attributes:
        sources: What sigma can be shown of: names for people by key.
        first: Sigma of the source that is chosen; None while there is none.
        second: What it is compared with; None without.
        place: Sigma where a patch is put.
        curve_kimg: [n] moments of the shares.
        curves: [n] share of filters of each kind over training, by scalar; none may be known.
        problem: Why the first or the second cannot be shown; empty if they can.
        saving: What is being written; empty if nothing is.
        busy: Whether something is computed or read.
        run: Whether a run is attached.
        tick: Number of the tick that is looked at; none if there is none.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    first: SigmaSet | None = None
    second: SigmaSet | None = None
    place: PlaceView = field(default_factory=PlaceView)
    curve_kimg: np.ndarray = field(default_factory=_empty, compare=False)
    curves: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False)
    problem: str = ""
    saving: str = ""
    busy: bool = False
    run: bool = False
    tick: int | None = None


@dataclass(frozen=True)
class SigmaSetup:
    """What one looks at; the desk reads it.

    Attributes:
        first: Key of the source.
        second: Key of what it is compared with; NOTHING for nothing.
        at_place: Whether sigma of the patch on the picture is wanted.
        place: Where that is.
    """

    first: str = TICK
    second: str = NOTHING
    at_place: bool = False
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class SaveSigma:
    """Write what is shown to a file.

    Attributes:
        suffix: Of the file.
        layers: Which, in the order of the forward pass.
        order: [filters] of each, as the rows are sorted.
        colours: What the first and the last colour stand for.
        at_place: Whether it is that of the patch on the picture.
    """

    suffix: Format
    layers: tuple[str, ...]
    order: Mapping[str, np.ndarray] = field(compare=False)
    colours: tuple[float, float] = (0.0, 2.0)
    at_place: bool = False
