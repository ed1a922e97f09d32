"""Plants in pots: leafy ones, cacti, and flowers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from app.data.kinds import paint
from app.data.kinds.build import ball, bent, curve, group, lathe, leaf, part, towards, tube, turn_y, turned
from app.data.mesh_model import Surface

SOIL = np.array([0.3, 0.2, 0.13])


def leafy(rng: np.random.Generator) -> list[Surface]:
    """A pot with a rosette or a bush of leaves."""
    seed = int(rng.integers(1 << 30))
    green = paint.colour(rng, (0.22, 0.4), (0.45, 0.75), (0.45, 0.75))
    other = (
        paint.colour(rng, (0.15, 0.3), (0.3, 0.5), (0.8, 0.95))
        if rng.random() < 0.7
        else paint.colour(rng, (0.85, 0.98), (0.4, 0.7), (0.6, 0.85))
    )
    count, length = int(rng.integers(8, 22)), rng.uniform(0.5, 0.85)
    width, bend, tip = rng.uniform(0.12, 0.34), rng.uniform(0.5, 1.6), rng.uniform(0.7, 1.2)
    upright = rng.uniform(0.3, 1.0)
    parts = pot(rng, rng.uniform(0.26, 0.34))
    for index in range(count):
        rise = upright * 0.5 + (1.45 - upright * 0.5) * index / count + rng.uniform(-0.1, 0.1)
        size = length * (1 - 0.25 * index / count) * rng.uniform(0.85, 1.1)
        blade = leaf(size, width * rng.uniform(0.85, 1.15), rise, bend * rng.uniform(0.7, 1.2), 0.35, tip)
        parts.append(part(blade, _leaf_paint(green, other, width, seed), at=(0, 0.02, 0), turn=turn_y(index * 2.4)))
    return parts


def cactus(rng: np.random.Generator) -> list[Surface]:
    """A cactus in a pot: a ribbed column with arms, a ball, or a stack of pads."""
    seed = int(rng.integers(1 << 30))
    green = paint.colour(rng, (0.27, 0.42), (0.4, 0.65), (0.42, 0.66))
    form = rng.integers(3)
    parts = pot(rng, rng.uniform(0.26, 0.34))
    if form == 0:
        parts += _column(rng, green)
    elif form == 1:
        radius = rng.uniform(0.3, 0.42)
        ribs = int(rng.integers(10, 18))
        body = bent(ball(radius, radius * rng.uniform(0.9, 1.2), 72), _ribbed(ribs, 0.14))
        parts.append(part(body, _rib_paint(green, ribs), at=(0, radius * 0.85, 0), crease=70))
        parts += _flower(rng, (0, radius * 1.8, 0), 0.16, int(rng.integers(6, 10)))
    else:
        parts += _pads(rng, green, seed)
    return parts


def flower(rng: np.random.Generator) -> list[Surface]:
    """A pot with one to three flowers on stalks."""
    green = paint.colour(rng, (0.25, 0.36), (0.5, 0.7), (0.4, 0.6))
    petal = paint.colour(rng, (-0.45, 0.17), (0.35, 0.8), (0.85, 0.98))  # anything but green
    count, petals = int(rng.integers(1, 4)), int(rng.integers(5, 12))
    parts = pot(rng, rng.uniform(0.22, 0.3))
    for index in range(count):
        turn, away = index * math.tau / count + rng.uniform(-0.3, 0.3), 0.0 if count == 1 else rng.uniform(0.2, 0.34)
        head = np.array([away * math.cos(turn), rng.uniform(0.65, 1.0), away * math.sin(turn)])
        parts.append(part(tube(curve([(0, 0, 0), head * [0.3, 0.5, 0.3], head], 20), 0.026, 8), paint.plain(green)))
        face = (math.cos(turn) * rng.uniform(0.2, 0.9), 1.0, math.sin(turn) * rng.uniform(0.2, 0.9))
        bloom = _flower(rng, (0, 0, 0), rng.uniform(0.24, 0.32), petals, petal)
        parts.append(group(bloom, at=tuple(head), turn=towards(face)))
    for index in range(int(rng.integers(3, 7))):
        blade = leaf(rng.uniform(0.35, 0.55), 0.15, rng.uniform(0.6, 1.2), rng.uniform(0.6, 1.4))
        parts.append(
            part(blade, paint.fade(green * 0.8, green * 1.15, 0, 0.5, 0), at=(0, 0.02, 0), turn=turn_y(index * 2.4))
        )
    return parts


def pot(rng: np.random.Generator, radius: float) -> list[Surface]:
    """A flower pot with soil, whose rim lies at y = 0."""
    seed = int(rng.integers(1 << 30))
    height, foot = radius * rng.uniform(1.3, 1.9), radius * rng.uniform(0.6, 0.85)
    clay = (
        paint.colour(rng, (0.03, 0.07), (0.5, 0.65), (0.65, 0.8))
        if rng.random() < 0.45
        else paint.any_colour(rng, (0.2, 0.6), (0.65, 0.95))
    )
    second = paint.any_colour(rng, (0.2, 0.6), (0.6, 0.95))
    rim, lip = radius * 1.1, height * 0.22
    outside = np.array(
        [
            (0, -height),
            (foot, -height),
            (radius * 0.97, -lip),
            (rim, -lip),
            (rim, 0.03),
            (radius * 0.94, 0.03),
            (radius * 0.92, -0.06),
        ]
    )
    coats = [
        paint.mottled(clay, clay * 0.9, seed, 0.3),
        paint.over(paint.plain(clay), paint.plain(second), paint.rings(height * 0.3, 0.45)),
        paint.over(
            paint.plain(clay), paint.plain(second), paint.waves(8, height * 0.09, -height * 0.55, height * 0.12)
        ),
        paint.over(paint.plain(clay), paint.plain(second), paint.around(6, 0.2)),
        paint.over(paint.plain(clay), paint.plain(second), paint.spots(seed, radius * 0.6, 0.3)),
    ]
    body = part(lathe(outside, 40), coats[int(rng.integers(len(coats)))], crease=35)
    soil = lathe(np.array([(radius * 0.96, -0.04), (radius * 0.5, 0.0), (0, 0.02)]), 24)
    return [body, part(soil, paint.mottled(SOIL, SOIL * 0.65, seed, 0.08))]


def _column(rng: np.random.Generator, green: np.ndarray) -> list[Surface]:
    """A ribbed column with bent arms."""
    height, radius, ribs = rng.uniform(0.75, 1.05), rng.uniform(0.13, 0.18), int(rng.integers(7, 11))
    profile = curve(
        [
            (radius * 0.85, 0),
            (radius, height * 0.3),
            (radius * 0.97, height * 0.75),
            (radius * 0.65, height * 0.95),
            (0, height),
        ],
        30,
    )
    parts = [part(bent(lathe(profile, 64), _ribbed(ribs, 0.16)), _rib_paint(green, ribs), crease=70)]
    for index in range(int(rng.integers(1, 4))):
        turn, foot, size = index * 2.4 + rng.uniform(-0.4, 0.4), height * rng.uniform(0.3, 0.55), rng.uniform(0.2, 0.32)
        out = radius * 0.6
        path = curve([(out, 0, 0), (out + 0.16, 0.01, 0), (out + 0.22, 0.1, 0), (out + 0.22, 0.1 + size, 0)], 22)
        radii = radius * 0.55 * np.sqrt(np.clip(1 - np.linspace(0, 1, 22) ** 8, 0.02, 1))
        arm = tube(path, radii, 14)
        parts.append(
            part(
                arm,
                paint.over(paint.plain(green), paint.plain(green * 1.25), paint.spots(5 + index, 0.1, 0.2)),
                at=(0, foot, 0),
                turn=turn_y(turn),
                crease=70,
            )
        )
    if rng.random() < 0.6:
        parts += _flower(rng, (0, height, 0), 0.13, 7)
    return parts


def _pads(rng: np.random.Generator, green: np.ndarray, seed: int) -> list[Surface]:
    """Flat pads that grow out of each other, each with bright thorns."""
    coat = paint.over(
        paint.mottled(green, green * 0.85, seed, 0.3),
        paint.plain(np.array([0.95, 0.93, 0.75])),
        paint.spots(seed, 0.15, 0.2),
    )
    pad = bent(ball(0.28, 0.38), lambda points: points * [1, 1, 0.3] + [0, 0.35, 0])
    parts = [part(pad, coat)]
    tips = [(np.array([0.0, 0.62, 0.0]), 0.0)]
    for _ in range(int(rng.integers(2, 5))):
        foot, lean = tips[int(rng.integers(len(tips)))]
        tilt, size = float(np.clip(lean + rng.uniform(-0.9, 0.9), -1.2, 1.2)), rng.uniform(0.55, 0.8)
        matrix = towards((math.sin(tilt), math.cos(tilt), rng.uniform(-0.3, 0.3)))
        parts.append(part(pad, coat, at=foot, turn=matrix @ turn_y(rng.uniform(-0.8, 0.8)), size=size))
        tips.append((foot + matrix @ [0, 0.66 * size, 0], tilt))
    if rng.random() < 0.7:
        parts += _flower(rng, tuple(tips[-1][0]), 0.13, 7)
    return parts


def _flower(
    rng: np.random.Generator, at: tuple[float, float, float], size: float, petals: int, petal: np.ndarray | None = None
) -> list[Surface]:
    """A flower that faces up: petals around a button, two rings of them when there are few."""
    base = paint.colour(rng, (-0.25, 0.15), (0.45, 0.8), (0.88, 0.98)) if petal is None else petal
    button = paint.colour(rng, (0.1, 0.15), (0.6, 0.85), (0.8, 0.95))
    rise = rng.uniform(0.1, 0.6)
    blade = leaf(size, size * min(0.95, 4.2 / petals), rise, rng.uniform(0.2, 0.9), 0.15, 1.5)
    coat = paint.fade(base * 0.7, base, 0.1 * size, 0.6 * size, 0)
    parts = [part(blade, coat, at=at, turn=turn_y(math.tau * index / petals)) for index in range(petals)]
    middle = turned([(size * 0.3, -0.01), (size * 0.28, size * 0.12), (0, size * 0.2)], 10, 20)
    return [
        *parts,
        part(
            middle, paint.over(paint.plain(button), paint.plain(button * 0.7), paint.spots(3, size * 0.16, 0.3)), at=at
        ),
    ]


def _ribbed(count: int, depth: float) -> Callable[[np.ndarray], np.ndarray]:
    """Furrows like meridians."""

    def change(points: np.ndarray) -> np.ndarray:
        inward = 1 - depth * np.abs(np.sin(np.arctan2(points[:, 2], points[:, 0]) * count / 2 + math.pi / 2)) ** 3
        return points * np.column_stack([inward, np.ones(len(points)), inward])

    return change


def _rib_paint(green: np.ndarray, ribs: int) -> paint.Paint:
    """Light ridges with thorns, dark furrows."""
    pale = np.array([0.93, 0.92, 0.75])
    coat = paint.over(paint.plain(green * 0.72), paint.plain(green * 1.08), paint.around(ribs, 1.0))

    def thorns(points: np.ndarray) -> np.ndarray:
        turn = np.arctan2(points[:, 2], points[:, 0])
        return ((np.cos(turn * ribs) > 0.8) & (np.abs((points[:, 1] / 0.11) % 1 - 0.5) < 0.14)).astype(float)

    return paint.over(coat, paint.plain(pale), lambda points: 0.8 * thorns(points))


def _leaf_paint(green: np.ndarray, other: np.ndarray, width: float, seed: int) -> paint.Paint:
    """A leaf with a bright rim or a bright middle, as the plant's seed decides."""
    coat = paint.fade(green * 0.7, green, 0.0, 0.4, 0)
    if seed % 3 == 0:
        return paint.over(
            coat,
            paint.plain(other),
            lambda points: paint.step_between(np.abs(points[:, 2]), width * 0.22, width * 0.36),
        )
    if seed % 3 == 1:
        return paint.over(
            coat,
            paint.plain(other),
            lambda points: paint.step_between(np.abs(points[:, 2]), width * 0.12, width * 0.04),
        )
    return paint.over(coat, paint.plain(green * 1.3), lambda points: 0.7 * paint.rings(0.14, 0.4, 0.02, 0)(points))
