"""Paints of the procedural shapes: colours that vary softly over a part, as fruit, glaze and bark do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.data.kinds.build import Paint
from app.data.mesh_texture import blend, cell_spots, fractal_noise, hsv, step_between

Field = Callable[[np.ndarray], np.ndarray]
"""From points [n, 3] to weights [n] in [0, 1]."""


def colour(
    rng: np.random.Generator, hue: tuple[float, float], saturation: tuple[float, float], value: tuple[float, float]
) -> np.ndarray:
    """A random colour in ranges of hue (a full turn is 1; may exceed it), saturation and value.  [3]."""
    return hsv(rng.uniform(*hue), rng.uniform(*saturation), rng.uniform(*value))


def any_colour(
    rng: np.random.Generator, saturation: tuple[float, float] = (0.45, 0.75), value: tuple[float, float] = (0.7, 0.95)
) -> np.ndarray:
    """A random colour of any hue.  [3]."""
    return colour(rng, (0, 1), saturation, value)


def plain(base: np.ndarray) -> Paint:
    """One colour all over."""
    return lambda points: np.tile(base, (len(points), 1))


def mottled(base: np.ndarray, other: np.ndarray, seed: int, size: float = 0.4) -> Paint:
    """Soft clouds of two colours; `size` is that of a cloud."""
    return lambda points: blend(base, other, step_between(fractal_noise(points / size + 50, seed, 2), 0.3, 0.7))


def fade(low: np.ndarray, high: np.ndarray, start: float, end: float, axis: int = 1) -> Paint:
    """From one colour at `start` to the other at `end` along an axis."""
    return lambda points: blend(low, high, step_between(points[:, axis], start, end))


def over(below: Paint, above: Paint, where: Field) -> Paint:
    """Paint a second coat where the weight is 1."""

    def paint(points: np.ndarray) -> np.ndarray:
        return blend(below(points), above(points), where(points))

    return paint


def spots(seed: int, size: float, radius: float = 0.32) -> Field:
    """Round spots, about one in every cube of `size`; their radius is a part of that."""
    return lambda points: cell_spots(points / size + 60, seed, radius)


def above(level: float, soft: float = 0.03, wave: float = 0.0, seed: int = 0, axis: int = 1) -> Field:
    """Where a coordinate exceeds a level; `wave` makes the edge run, as glaze does."""

    def where(points: np.ndarray) -> np.ndarray:
        edge = level + wave * (fractal_noise(points * [4, 0.5, 4] + 30, seed, 1) - 0.5) if wave else level
        return step_between(points[:, axis] - edge, -soft, soft)

    return where


def around(count: int, sharp: float = 0.25, twist: float = 0.0) -> Field:
    """Stripes like meridians around y; `twist` winds them, in turns per unit of height."""

    def where(points: np.ndarray) -> np.ndarray:
        turn = np.arctan2(points[:, 2], points[:, 0]) + twist * 2 * np.pi * points[:, 1]
        return step_between(np.cos(turn * count), -sharp, sharp)

    return where


def rings(spacing: float, share: float = 0.5, soft: float = 0.015, axis: int = 1, offset: float = 0.0) -> Field:
    """Bands across an axis every `spacing`, covering a share of it."""

    def where(points: np.ndarray) -> np.ndarray:
        middle = np.abs((points[:, axis] / spacing + offset) % 1 - 0.5) * spacing
        return step_between(middle, share * spacing / 2 + soft, share * spacing / 2 - soft)

    return where


def checks(count: int, height: float) -> Field:
    """A chequered board around y."""

    def where(points: np.ndarray) -> np.ndarray:
        turn = np.cos(np.arctan2(points[:, 2], points[:, 0]) * count)
        return step_between(turn * np.cos(points[:, 1] / height * np.pi), -0.15, 0.15)

    return where


def waves(count: int, height: float, level: float, depth: float = 0.06) -> Field:
    """A band around y whose edges are a wave."""

    def where(points: np.ndarray) -> np.ndarray:
        middle = level + depth * np.sin(np.arctan2(points[:, 2], points[:, 0]) * count)
        return step_between(np.abs(points[:, 1] - middle), height + 0.015, height - 0.015)

    return where
