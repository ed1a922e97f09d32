"""Procedural colours in object space: noise, palettes and patterns, so that every side of a surface looks its own."""

from __future__ import annotations

import colorsys
import hashlib

import numpy as np

# Primes of the spatial hash; any odd numbers with well spread bits would do.
HASH_X, HASH_Y, HASH_Z = 73856093, 19349663, 83492791


def seed_of(name: str) -> int:
    """A number that depends on a name only, the same on every machine."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def value_noise(points: np.ndarray, seed: int) -> np.ndarray:
    """Smooth noise with a cell of 1 world unit.  [n, 3] -> [n] in [0, 1]."""
    cell = np.floor(points).astype(np.int64)
    t = points - cell
    t = t * t * (3 - 2 * t)
    total = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        at = cell + corner
        weight = np.prod(np.where(corner, t, 1 - t), axis=1)
        total += weight * _lattice(at, seed)
    return total


def fractal_noise(points: np.ndarray, seed: int, octaves: int = 4) -> np.ndarray:
    """Noise of several sizes, each half as large and half as strong.  [n, 3] -> [n], mostly in [0.2, 0.8]."""
    weights = 0.5 ** np.arange(octaves)
    layers = [weight * value_noise(points * 2**k, seed + k) for k, weight in enumerate(weights)]
    return np.sum(layers, axis=0) / weights.sum()


def cell_spots(points: np.ndarray, seed: int, radius: float = 0.3) -> np.ndarray:
    """Round spots, one at a random place in every cell of 1 world unit.  [n, 3] -> [n], 1 inside and 0 outside."""
    cell = np.floor(points).astype(np.int64)
    nearest = np.full(len(points), np.inf)
    for offset in np.ndindex(3, 3, 3):
        at = cell + (np.array(offset) - 1)
        centre = at + np.column_stack([_lattice(at, seed + axis) for axis in range(3)])
        nearest = np.minimum(nearest, ((points - centre) ** 2).sum(axis=1))
    return step_between(np.sqrt(nearest), radius, radius * 0.8)


def step_between(values: np.ndarray, start: float, end: float) -> np.ndarray:
    """A smooth step from 0 at `start` to 1 at `end`."""
    t = np.clip((values - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def blend(first: np.ndarray, second: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mix colours [3] or [n, 3]; weight [n] 0 gives the first.  Returns [n, 3]."""
    return first + (second - first) * weight[:, None]


def hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    """A colour from hue (any number; whole turns vanish), saturation and value in [0, 1].  [3]."""
    return np.array(colorsys.hsv_to_rgb(hue % 1, min(max(saturation, 0), 1), min(max(value, 0), 1)))


def object_colours(points: np.ndarray, name: str, radius: float = 1.0) -> np.ndarray:
    """A texture that a name decides: patches of a palette, with bands, spots or veins on top.

    Args:
        points: [n, 3], an object around the origin.
        name: The object's name.
        radius: Of its bounding sphere; sets the size of the pattern.

    Returns:
        [n, 3] in [0, 1].
    """
    seed = seed_of(name)
    rng = np.random.default_rng(seed)
    hue = rng.random()
    palette = [
        hsv(hue, rng.uniform(0.45, 0.75), rng.uniform(0.75, 0.95)),
        hsv(hue + rng.uniform(0.08, 0.2), rng.uniform(0.4, 0.7), rng.uniform(0.6, 0.9)),
        hsv(hue + rng.uniform(0.4, 0.6), rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.85)),
    ]
    at = points / radius
    patches = step_between(fractal_noise(at * 1.7 + 40, seed, 3), 0.42, 0.58)
    colours = blend(palette[0], palette[1], patches)
    colours = blend(colours, palette[2], 0.9 * _pattern(at, seed, int(rng.integers(3)), rng))
    grain = fractal_noise(at * 9 + 7, seed + 50, 2)
    return np.clip(colours * (0.88 + 0.24 * grain)[:, None], 0, 1)


def _pattern(at: np.ndarray, seed: int, kind: int, rng: np.random.Generator) -> np.ndarray:
    """Wavy bands, spots, or veins on the unit ball.  [n] in [0, 1]."""
    if kind == 0:
        axis = rng.normal(size=3)
        axis /= np.linalg.norm(axis)
        wave = at @ axis * rng.uniform(9, 14) + 3 * fractal_noise(at * 2 + 3, seed + 9, 2)
        return step_between(np.sin(wave), 0.2, 0.6)
    if kind == 1:
        return cell_spots(at * rng.uniform(2.6, 3.6) + 100, seed + 9, 0.33)
    vein = np.abs(fractal_noise(at * 2.6 + 20, seed + 9, 3) - 0.5)
    return step_between(vein, 0.05, 0.02)


def _lattice(cell: np.ndarray, seed: int) -> np.ndarray:
    """A random number for every cell [n, 3].  [n] in [0, 1)."""
    mixed = (cell[:, 0] * HASH_X) ^ (cell[:, 1] * HASH_Y) ^ (cell[:, 2] * HASH_Z) ^ ((seed * 2654435761) & 0xFFFFFFFF)
    mixed = (mixed & 0xFFFFFFFF).astype(np.uint64)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        mixed = ((mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return ((mixed ^ (mixed >> np.uint64(16))).astype(np.float64)) / 2.0**32
