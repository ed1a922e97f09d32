"""What one ray meets, sample by sample, as plain numbers: for panels, tables and tests (METHOD: Volume rendering)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

# Columns of RayProfile.samples; depths in world units along the ray, densities per world unit, colours in [-1, 1].
COLUMNS = ("depth", "density", "weight", "transmittance", "red", "green", "blue", "fine")
# With less of its light absorbed than this, a ray has no depth that means anything.
LEAST_ABSORBED = 0.01

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class RayProfile:
    """The samples of a ray, and what they add up to.

    Attributes:
        near: Where samples begin, world units along the ray.
        far: Where they end; a ray that misses the box ends where it begins.
        depth: Sum of weight times depth, as the renderer has it: what passes all samples counts as 0.
        opacity: 1 - transmittance before the last sample.
        colour: Of the pixel: all weights times their colours, and what is seen behind.
        behind: Colour of what is seen through all samples; none where the last sample lets nothing through.
        behind_weight: Its weight.
        samples: [n, 8], by depth; COLUMNS says what; `transmittance` is that before the sample.
    """

    near: float
    far: float
    depth: float
    opacity: float
    colour: Colour
    behind: Colour | None
    behind_weight: float
    samples: np.ndarray = field(compare=False)

    def column(self, name: str) -> np.ndarray:
        """One of the COLUMNS, [n], float64."""
        return self.samples[:, COLUMNS.index(name)].astype(np.float64)

    @property
    def misses(self) -> bool:
        """Whether the ray meets nothing of the field."""
        return self.far <= self.near

    @property
    def fine(self) -> np.ndarray:
        """Which samples are fine ones, [n], bool."""
        return self.column("fine") > 0

    @property
    def expected_depth(self) -> float | None:
        """Mean depth at which light is absorbed, world units; none where hardly any is.

        An opaque last sample is the backdrop, and counts no more than what is seen behind the others.
        """
        met = slice(-1) if self.behind is None else slice(None)
        weights, depths = self.column("weight")[met], self.column("depth")[met]
        absorbed = float(weights.sum())
        return float(weights @ depths) / absorbed if absorbed >= LEAST_ABSORBED and not self.misses else None

    def nearest(self, depth: float) -> int:
        """Index of the sample nearest to a depth."""
        return int(np.argmin(np.abs(self.column("depth") - depth)))


def table(profile: RayProfile) -> str:
    """The samples as CSV: a line for each, and a last one for what lies behind, with a depth of inf."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(f"{value:.7g}" for value in row) for row in profile.samples.tolist()]
    if profile.behind is not None:
        colour = ",".join(f"{value:.7g}" for value in profile.behind)
        lines.append(f"inf,,{profile.behind_weight:.7g},{profile.behind_weight:.7g},{colour},")
    return "\n".join(lines) + "\n"
