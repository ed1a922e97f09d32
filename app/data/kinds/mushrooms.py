"""Mushrooms: one to three of them on a patch of moss, with gills below the cap."""

from __future__ import annotations

import math

import numpy as np

from app.data.kinds import paint
from app.data.kinds.build import bent, curve, group, lathe, part, towards, turned
from app.data.mesh_model import Surface
from app.data.mesh_texture import fractal_noise


def mushroom(rng: np.random.Generator) -> list[Surface]:
    """A clump of mushrooms.  Returns its parts."""
    seed = int(rng.integers(1 << 30))
    count = int(rng.choice([1, 1, 2, 3]))
    hue = float(rng.choice([0.0, 0.03, 0.07, 0.1, 0.58, 0.78, 0.93]))
    cap = paint.colour(rng, (hue - 0.02, hue + 0.02), (0.6, 0.85), (0.65, 0.9))
    rounded = rng.uniform(0.35, 1.0)
    dotted = rng.random() < 0.6
    parts = []
    for index in range(count):
        size = 1.0 if index == 0 else rng.uniform(0.45, 0.7)
        lean = rng.uniform(0.0, 0.12) if index == 0 else rng.uniform(0.2, 0.4)
        turn = index * 2.4 + rng.uniform(-0.4, 0.4)
        one = _one(rng, cap, rounded, dotted, seed + index)
        away = 0.0 if index == 0 else 0.28
        parts.append(group(one, at=(away * math.cos(turn), 0, away * math.sin(turn)), size=size,
                           turn=towards((lean * math.cos(turn), 1, lean * math.sin(turn)))))  # fmt: skip
    parts.append(_ground(rng, 0.45 if count > 1 else 0.36, seed))
    return parts


def _one(rng: np.random.Generator, cap: np.ndarray, rounded: float, dotted: bool, seed: int) -> list[Surface]:
    """A stem with a cap, upright, about one unit high."""
    height, width, thick = rng.uniform(0.55, 0.9), rng.uniform(0.38, 0.62), rng.uniform(0.09, 0.15)
    dome = width * (0.35 + 0.6 * rounded)
    cream, pale = paint.colour(rng, (0.09, 0.13), (0.12, 0.25), (0.88, 0.97)), np.array([0.8, 0.68, 0.52])
    stem = turned(
        [(thick * 1.35, 0), (thick * 1.25, height * 0.15), (thick * 0.9, height * 0.6), (thick, height)], 24, 24
    )
    top = curve([(width, 0), (width * 0.96, dome * 0.3), (width * 0.62, dome * 0.82), (0, dome)], 24)
    below = curve([(thick * 0.9, dome * 0.16), (width * 0.7, dome * 0.1), (width * 0.98, 0)], 12)
    skin = paint.mottled(cap, cap * 0.8, seed, 0.3)
    if dotted:
        skin = paint.over(skin, paint.plain(np.array([0.97, 0.95, 0.9])), paint.spots(seed, 0.24, 0.34))
    else:
        skin = paint.over(skin, paint.fade(cap, np.clip(cap * 1.35, 0, 1), 0, dome), paint.above(dome * 0.4, 0.25))
    gills = paint.over(paint.plain(cream * 0.95), paint.plain(pale * 0.75), paint.around(28, 0.6))
    parts = [
        part(
            stem, paint.over(paint.plain(pale), paint.mottled(cream, cream * 0.9, seed, 0.2), paint.above(0.15, 0.12))
        ),
        part(lathe(top), skin, at=(0, height - 0.03, 0)),
        part(lathe(below), gills, at=(0, height - 0.03, 0)),
    ]
    if rng.random() < 0.45:
        collar = turned([(thick * 0.9, 0.06), (thick * 1.2, 0.03), (thick * 1.75, -0.05)], 10, 28)
        parts.append(part(collar, paint.plain(cream), at=(0, height * 0.68, 0)))
    return parts


def _ground(rng: np.random.Generator, radius: float, seed: int) -> Surface:
    """A low cushion of moss."""
    green = paint.colour(rng, (0.2, 0.3), (0.5, 0.7), (0.4, 0.6))
    cushion = lathe(np.array([(0, -0.06), (radius * 0.8, -0.06), (radius, -0.01), (radius * 0.8, 0.05), (0, 0.08)]), 36)

    def lumpy(points: np.ndarray) -> np.ndarray:
        return points * (0.85 + 0.4 * fractal_noise(points * 3 + 9, seed, 2))[:, None]

    return part(bent(cushion, lumpy), paint.mottled(green, green * 0.65, seed, 0.12), crease=80)
