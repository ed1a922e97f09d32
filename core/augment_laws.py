"""What adaptive augmentation draws: parameters of its transformations and their matrices (METHOD: Augmentation).

The transformations are those of Karras et al. 2020, "Training generative adversarial networks with limited data",
Appendix B.  Each is applied to a picture with the same probability p, independently of the others.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np

Family = Literal["flip", "blit", "geometry", "colour", "filter", "noise", "cutout"]
MOST_SHIFT = 0.125  # part of the size
SCALE_DEVIATION = 0.2  # of log2
DRIFT_DEVIATION = 0.125  # part of the size
BRIGHTNESS_DEVIATION = 0.2
CONTRAST_DEVIATION = 0.5  # of log2
SATURATION_DEVIATION = 1.0  # of log2
BAND_DEVIATION = 1.0  # of log2
NOISE_DEVIATION = 0.1
CUTOUT_SIZE = 0.5  # part of the size
# Expected power of natural pictures in the bands of the filter, lowest first: 1 / f.
BAND_POWER = np.array([10, 1, 1, 1]) / 13
LUMA_AXIS = np.array([1, 1, 1]) / math.sqrt(3)


@dataclass(frozen=True)
class Geometry:
    """Parameters of the geometric transformations of a batch, in the order in which they are applied.

    Attributes:
        flip: 1 mirrors left and right, 0 does nothing, [batch].
        quarter_turns: 0 to 3, [batch].
        shift: In x and y, part of the size, rounded to pixels when applied, [batch, 2].
        scale: 1 changes nothing, [batch].
        turn_before: Rotation before stretching, radians, [batch].
        stretch: Factor in x, its inverse in y, [batch].
        turn_after: Rotation after stretching, radians, [batch].
        drift: In x and y, part of the size, not rounded, [batch, 2].
    """

    flip: np.ndarray
    quarter_turns: np.ndarray
    shift: np.ndarray
    scale: np.ndarray
    turn_before: np.ndarray
    stretch: np.ndarray
    turn_after: np.ndarray
    drift: np.ndarray

    @classmethod
    def identity(cls, count: int) -> Geometry:
        """What leaves `count` pictures where they are."""
        zero, one, none = np.zeros(count), np.ones(count), np.zeros((count, 2))
        return cls(zero, zero, none, one, zero, one, zero, none)

    def inverse(self, height: int, width: int) -> np.ndarray:
        """Matrices from output to input pixels, origin at the centre, x right and y down.  [batch, 3, 3]."""
        size = np.array([width, height])
        steps = (
            _scaling(1 - 2 * self.flip, np.ones_like(self.flip)),
            _rotation(np.pi / 2 * self.quarter_turns),
            _translation(-np.round(self.shift * size)),
            _scaling(1 / self.scale, 1 / self.scale),
            _rotation(self.turn_before),
            _scaling(1 / self.stretch, self.stretch),
            _rotation(self.turn_after),
            _translation(-self.drift * size),
        )
        matrix = steps[0]
        for step in steps[1:]:
            matrix = matrix @ step
        return matrix


@dataclass(frozen=True)
class Colour:
    """Parameters of the colour transformations of a batch, in the order in which they are applied, [batch] each.

    Attributes:
        brightness: Added; 0 changes nothing.
        contrast: Multiplied; 1 changes nothing.
        luma_flip: 1 inverts the luma and keeps the chroma, 0 does nothing.
        hue: Rotation around the luma axis, radians.
        saturation: Factor of the chroma; 1 changes nothing.
    """

    brightness: np.ndarray
    contrast: np.ndarray
    luma_flip: np.ndarray
    hue: np.ndarray
    saturation: np.ndarray

    @classmethod
    def identity(cls, count: int) -> Colour:
        """What leaves the colours of `count` pictures as they are."""
        zero, one = np.zeros(count), np.ones(count)
        return cls(zero, one, zero, zero, one)

    def matrix(self) -> np.ndarray:
        """From (r, g, b, 1) to (r, g, b, 1), [batch, 4, 4]."""
        eye, luma = np.eye(3), np.outer(LUMA_AXIS, LUMA_AXIS)
        mirrored = eye - 2 * luma * self.luma_flip[:, None, None]
        saturated = luma + (eye - luma) * self.saturation[:, None, None]
        linear = saturated @ _around_luma(self.hue) @ mirrored * self.contrast[:, None, None]
        matrix = np.tile(np.eye(4), (len(self.hue), 1, 1))
        matrix[:, :3, :3] = linear
        matrix[:, :3, 3] = linear @ np.ones(3) * self.brightness[:, None]
        return matrix


def draw_geometry(families: Collection[Family], p: float, count: int, rng: np.random.Generator) -> Geometry:
    """Draw geometric transformations.

    Args:
        families: Which are on; flip, blit and geometry have geometric ones.
        p: Probability of each, in [0, 1].
        count: Pictures.
        rng: Moved on.
    """
    drawn = Geometry.identity(count)
    parts = vars(drawn).copy()
    if "flip" in families:
        parts["flip"] = _some(p, rng.integers(2, size=count), 0, rng)
    if "blit" in families:
        parts["quarter_turns"] = _some(p, rng.integers(4, size=count), 0, rng)
        parts["shift"] = _some(p, rng.uniform(-MOST_SHIFT, MOST_SHIFT, (count, 2)), 0, rng)
    if "geometry" in families:
        # Two chances to be turned: together they make p.
        p_turn = 1 - math.sqrt(1 - p)
        parts["scale"] = _some(p, np.exp2(rng.normal(0, SCALE_DEVIATION, count)), 1, rng)
        parts["turn_before"] = _some(p_turn, rng.uniform(-np.pi, np.pi, count), 0, rng)
        parts["stretch"] = _some(p, np.exp2(rng.normal(0, SCALE_DEVIATION, count)), 1, rng)
        parts["turn_after"] = _some(p_turn, rng.uniform(-np.pi, np.pi, count), 0, rng)
        parts["drift"] = _some(p, rng.normal(0, DRIFT_DEVIATION, (count, 2)), 0, rng)
    return Geometry(**parts)


def draw_colour(p: float, count: int, rng: np.random.Generator) -> Colour:
    """Draw colour transformations: each with probability p, for `count` pictures."""
    return Colour(
        brightness=_some(p, rng.normal(0, BRIGHTNESS_DEVIATION, count), 0, rng),
        contrast=_some(p, np.exp2(rng.normal(0, CONTRAST_DEVIATION, count)), 1, rng),
        luma_flip=_some(p, rng.integers(2, size=count), 0, rng),
        hue=_some(p, rng.uniform(-np.pi, np.pi, count), 0, rng),
        saturation=_some(p, np.exp2(rng.normal(0, SATURATION_DEVIATION, count)), 1, rng),
    )


def draw_band_gains(p: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how much each band of frequencies is amplified, lowest first; the power of pictures stays the same.

    Returns:
        [count, 4].
    """
    gains = np.ones((count, len(BAND_POWER)))
    for band in range(len(BAND_POWER)):
        factors = np.ones_like(gains)
        factors[:, band] = _some(p, np.exp2(rng.normal(0, BAND_DEVIATION, count)), 1, rng)
        gains *= factors / np.sqrt(factors**2 @ BAND_POWER)[:, None]
    return gains


def draw_noise(p: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw deviations of the noise that is added, [count]; 0 for none."""
    return _some(p, np.abs(rng.normal(0, NOISE_DEVIATION, count)), 0, rng)


def draw_cutouts(p: float, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw squares that are cut out: centres [count, 2] and edges [count], part of the size; edge 0 cuts nothing."""
    edges = _some(p, np.full(count, CUTOUT_SIZE), 0, rng)
    return rng.random((count, 2)), edges


def _some(p: float, values: np.ndarray, neutral: float, rng: np.random.Generator) -> np.ndarray:
    """Each row with probability p, else what does nothing."""
    chosen = rng.random(len(values)) < p
    return np.where(chosen.reshape(-1, *[1] * (values.ndim - 1)), values, neutral)


def _scaling(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    matrix = np.zeros((len(x), 3, 3))
    matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 2, 2] = x, y, 1
    return matrix


def _rotation(angle: np.ndarray) -> np.ndarray:
    matrix = _scaling(np.cos(angle), np.cos(angle))
    matrix[:, 0, 1], matrix[:, 1, 0] = -np.sin(angle), np.sin(angle)
    return matrix


def _translation(offset: np.ndarray) -> np.ndarray:
    matrix = np.tile(np.eye(3), (len(offset), 1, 1))
    matrix[:, :2, 2] = offset
    return matrix


def _around_luma(angle: np.ndarray) -> np.ndarray:
    """Rotations around the luma axis, [batch, 3, 3] (Rodrigues)."""
    x, y, z = LUMA_AXIS
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    sine, cosine = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.eye(3) * cosine + sine * cross + (1 - cosine) * np.outer(LUMA_AXIS, LUMA_AXIS)
