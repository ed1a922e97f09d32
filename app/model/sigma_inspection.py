"""Questions about the modulation of the discriminator that a sample was trained with; torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from app.model.inspection import Inspection
from core.camera import Camera
from widgets.sigma_views import ModulationMode, SigmaSet


@dataclass(frozen=True)
class SigmaQuestion(Inspection):
    """Sigma of all layers, at the patches that a tick records.

    Attributes:
        place: Where the patches of rising scale lie, position in the room that each leaves, in [0, 1]; the middle is
            what ticks record, and only there are the patches at the edges measured, too.
    """

    place: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True)
class PortraitQuestion(Inspection):
    """A small square picture of the sample by the generator's own renderer.

    Attributes:
        camera: Where it is seen from.
        side: Pixels.
    """

    camera: Camera = field(default_factory=Camera)
    side: int = 128


@dataclass(frozen=True)
class SigmaAnswer:
    """What the names of the arrays that came along are.

    Attributes:
        layers: In the order of the forward pass: with each came sigma [m, filters], and, where patches at the edges
            were measured, sigma [n, filters] of these behind all of the former.
        mode: What sigma scales; none where nothing does.
        min_scale: r / R.
        edges: Whether patches at the edges were measured.
        kimg: How long the checkpoint was trained; none if unknown.
        run: Where it was trained; empty if unknown.
    """

    layers: tuple[str, ...]
    mode: ModulationMode | None
    min_scale: float
    edges: bool
    kimg: float | None
    run: str

    def sigma_set(self, title: str, arrays: tuple[np.ndarray, ...]) -> SigmaSet:
        """Names and arrays brought together.  The first array holds the scales, the second those at the edges."""
        scales, edge_scales, *sigmas = arrays
        count = len(self.layers)
        layers: Mapping[str, np.ndarray] = dict(zip(self.layers, sigmas[:count], strict=True))
        placed = dict(zip(self.layers, sigmas[count:], strict=True)) if self.edges else {}
        measured = edge_scales if self.edges else edge_scales[:0]
        return SigmaSet(title, self.mode, scales, layers, measured, placed, self.run, self.kimg)
