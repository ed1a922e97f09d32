"""Fruit: apples, pears, bananas, pumpkins, strawberries and cherries."""

from __future__ import annotations

import math

import numpy as np

from app.data.kinds import paint
from app.data.kinds.build import ball, bent, curve, group, leaf, part, tube, turn_x, turn_y, turn_z, turned
from app.data.mesh_model import Surface

STALK = np.array([0.36, 0.25, 0.13])
LEAF = np.array([0.33, 0.58, 0.2])


def apple(rng: np.random.Generator) -> list[Surface]:
    """An apple with stalk and leaf; sometimes bitten into a core's waist."""
    seed = int(rng.integers(1 << 30))
    hue = float(rng.choice([0.0, 0.98, 0.09, 0.24]))
    skin, blush = (
        paint.colour(rng, (hue, hue + 0.03), (0.7, 0.88), (0.68, 0.88)),
        paint.colour(rng, (0.1, 0.2), (0.5, 0.7), (0.85, 0.95)),
    )
    tall = rng.uniform(0.82, 1.08)
    body = turned([(0, -0.42 * tall), (0.16, -0.47 * tall), (0.4, -0.3 * tall), (0.56, 0.05), (0.47, 0.38 * tall),
                   (0.22, 0.46 * tall), (0.06, 0.36 * tall), (0, 0.3 * tall)], 40)  # fmt: skip
    ribs = rng.uniform(0.02, 0.06)

    def ribbed(points: np.ndarray) -> np.ndarray:
        turn = np.arctan2(points[:, 2], points[:, 0])
        low = np.clip(-points[:, 1] / 0.47, 0, 1)
        return points * np.column_stack([1 + ribs * low * np.cos(5 * turn)] * 3)

    coat = paint.over(
        paint.mottled(skin, skin * 0.86, seed, 0.5), paint.plain(blush), paint.above(0.12, 0.2, 0.5, seed)
    )
    if rng.random() < 0.5:
        coat = paint.over(coat, paint.plain(blush), lambda points: 0.5 * paint.around(13, 0.7)(points))
    coat = paint.over(
        coat,
        paint.plain(np.array([0.55, 0.45, 0.2])),
        lambda points: paint.above(0.28 * tall, 0.1)(points) * (np.hypot(points[:, 0], points[:, 2]) < 0.16),
    )
    return [part(bent(body, ribbed), coat), *_stalk(rng, 0.3 * tall, rng.random() < 0.75)]


def pear(rng: np.random.Generator) -> list[Surface]:
    """A pear, leaning a little."""
    seed = int(rng.integers(1 << 30))
    hue = float(rng.choice([0.13, 0.17, 0.22, 0.06]))
    skin = paint.colour(rng, (hue, hue + 0.02), (0.6, 0.75), (0.75, 0.9))
    neck, lean = rng.uniform(0.2, 0.28), rng.uniform(-0.12, 0.12)
    body = turned(
        [
            (0, -0.5),
            (0.2, -0.53),
            (0.45, -0.3),
            (0.48, -0.05),
            (0.33, 0.28),
            (neck, 0.5),
            (neck * 0.75, 0.66),
            (0.05, 0.7),
            (0, 0.66),
        ],
        44,
    )
    coat = paint.over(
        paint.mottled(skin, skin * 0.88, seed, 0.35),
        paint.plain(paint.colour(rng, (0.0, 0.06), (0.6, 0.75), (0.75, 0.9))),
        lambda points: 0.75 * paint.above(0.15, 0.35, 0, seed, 0)(points),
    )
    coat = paint.over(coat, paint.plain(skin * 0.55), paint.spots(seed, 0.11, 0.2))
    tilted = bent(
        body,
        lambda points: points + np.column_stack([lean * (points[:, 1] + 0.5) ** 2, 0 * points[:, 1], 0 * points[:, 1]]),
    )
    return [part(tilted, coat), *(group(_stalk(rng, 0.62, rng.random() < 0.6), at=(lean * 1.35, 0, 0)),)]


def banana(rng: np.random.Generator) -> list[Surface]:
    """One to four bananas that share a stalk."""
    seed = int(rng.integers(1 << 30))
    count = int(rng.integers(1, 5))
    ripe = paint.colour(rng, (0.12, 0.16), (0.7, 0.85), (0.88, 0.97))
    green, brown = np.array([0.62, 0.68, 0.22]), np.array([0.32, 0.22, 0.1])
    curl, thick = rng.uniform(1.5, 2.1), rng.uniform(0.115, 0.15)
    turn = np.linspace(0, curl, 26)
    path = np.column_stack([0.62 * np.cos(turn), 0.62 * np.sin(turn), 0 * turn]) - [0.62, 0, 0]
    share = np.linspace(0, 1, 26)
    radii = thick * np.clip(np.sin(math.pi * (0.1 + 0.86 * share)) ** 0.45, 0.3, 1)
    radii[share < 0.14] = np.linspace(0.05, radii[4], (share < 0.14).sum())
    end = path[-1]

    def coat(points: np.ndarray) -> np.ndarray:
        base = paint.over(
            paint.mottled(ripe, ripe * 0.93, seed, 0.3), paint.plain(brown), paint.spots(seed, 0.2, 0.14)
        )(points)
        to_start, to_end = (np.linalg.norm(points - tip, axis=1) for tip in (path[0], end))
        base += (green - base) * (0.75 * np.clip(1 - to_start / 0.3, 0, 1))[:, None]
        return np.where(((to_end < thick * 0.75) | (to_start < 0.07))[:, None], brown, base)

    fruit = part(tube(path, radii, 10), coat, crease=30)
    spread = rng.uniform(0.3, 0.42)
    angles = (np.arange(count) - (count - 1) / 2) * spread
    parts = [group([fruit], turn=turn_x(angle) @ turn_z(rng.uniform(-0.06, 0.06))) for angle in angles]
    if count > 1:
        parts.append(part(ball(0.1, 0.13), paint.plain(brown * 1.3), at=(0, -0.02, 0)))
    return parts


def pumpkin(rng: np.random.Generator) -> list[Surface]:
    """A ribbed pumpkin with a crooked stalk."""
    seed = int(rng.integers(1 << 30))
    ribs, flat = int(rng.integers(8, 15)), rng.uniform(0.62, 0.98)
    skin = (
        paint.colour(rng, *((0.05, 0.1), (0.75, 0.9), (0.82, 0.95)))
        if rng.random() < 0.7
        else paint.colour(rng, (0.25, 0.4), (0.2, 0.5), (0.45, 0.75))
    )
    depth = rng.uniform(0.06, 0.12)

    def ribbed(points: np.ndarray) -> np.ndarray:
        turn = np.arctan2(points[:, 2], points[:, 0])
        inward = 1 - depth * (1 - np.abs(np.sin(turn * ribs / 2))) ** 1.5 * 1.6
        dent = 1 - 0.25 * np.exp(-(np.hypot(points[:, 0], points[:, 2]) ** 2) / 0.05)
        return points * np.column_stack([inward, inward * dent, inward])

    body = bent(ball(0.6, 0.6 * flat, 64), ribbed)
    coat = paint.over(
        paint.mottled(skin, skin * 0.9, seed, 0.25),
        paint.plain(skin * 0.68),
        lambda points: 1 - paint.around(ribs, 0.9)(_half_turned(points, ribs)),
    )
    top = 0.6 * flat * 0.74
    bend = rng.uniform(-0.2, 0.2)
    path = curve([(0, top - 0.05, 0), (0, top + 0.12, 0), (bend, top + 0.28, bend * 0.5)], 14)
    stem = tube(path, np.linspace(0.12, 0.06, 14), 9)
    return [part(body, coat, crease=70), part(stem, paint.mottled(LEAF * 0.7, STALK * 1.3, seed, 0.1))]


def strawberry(rng: np.random.Generator) -> list[Surface]:
    """A strawberry with seeds and a crown of leaves."""
    seed = int(rng.integers(1 << 30))
    red = paint.colour(rng, (0.97, 1.02), (0.78, 0.9), (0.75, 0.9))
    wide, tip = rng.uniform(0.4, 0.5), rng.uniform(0.5, 0.75)
    body = turned(
        [(0, -tip), (0.14, -tip * 0.88), (wide * 0.75, -0.2), (wide, 0.12), (wide * 0.75, 0.32), (0, 0.36)], 40
    )
    coat = paint.over(
        paint.fade(red, paint.colour(rng, (0.0, 0.05), (0.4, 0.7), (0.9, 0.98)), 0.18, 0.4),
        paint.plain(np.array([0.98, 0.85, 0.45])),
        paint.spots(seed, 0.145, 0.24),
    )
    count, size = int(rng.integers(6, 10)), rng.uniform(0.34, 0.46)
    crown = [
        part(
            leaf(size, 0.17, rng.uniform(0.2, 0.6), rng.uniform(0.8, 1.6), 0.25),
            paint.mottled(LEAF, LEAF * 0.75, seed, 0.2),
            at=(0, 0.35, 0),
            turn=turn_y(math.tau * index / count + rng.uniform(-0.15, 0.15)),
        )
        for index in range(count)
    ]
    stem = tube(curve([(0, 0.33, 0), (0.02, 0.45, 0), (rng.uniform(-0.15, 0.15), 0.62, 0.05)], 10), 0.035, 8)
    return [part(body, coat), *crown, part(stem, paint.plain(LEAF * 0.9))]


def cherries(rng: np.random.Generator) -> list[Surface]:
    """Two or three cherries on joined stalks: a loop one can look through."""
    seed = int(rng.integers(1 << 30))
    count = int(rng.choice([2, 2, 3]))
    red = paint.colour(rng, (0.94, 1.01), (0.75, 0.92), (0.5, 0.85))
    top = np.array([0.0, 0.75, 0.0])
    parts = []
    for index in range(count):
        turn, size = math.tau * index / count + rng.uniform(-0.2, 0.2), rng.uniform(0.24, 0.31)
        foot = np.array([0.34 * math.cos(turn), rng.uniform(-0.1, 0.08), 0.34 * math.sin(turn)])
        fruit = bent(
            ball(1, 0.93),
            lambda points: points * (1 - 0.22 * np.exp(-((points[:, 1] - 1) ** 2 + points[:, 0] ** 2) / 0.15))[:, None],
        )
        parts.append(part(fruit, paint.mottled(red, red * 0.75, seed + index, 0.8), at=foot, size=size))
        bow = (foot + top) / 2 + 0.3 * np.array([math.cos(turn), 0.2, math.sin(turn)])
        path = curve([foot + np.array([0, size * 0.7, 0]), bow, top], 22)
        parts.append(part(tube(path, 0.022, 8), paint.fade(LEAF * 0.9, STALK * 1.2, 0.3, 0.75)))
    for index in range(int(rng.integers(1, 3))):
        blade = leaf(rng.uniform(0.45, 0.6), 0.26, rng.uniform(0.1, 0.6), rng.uniform(0.4, 1.0))
        vein = paint.over(
            paint.mottled(LEAF, LEAF * 0.8, seed, 0.2),
            paint.plain(LEAF * 1.35),
            lambda points: (np.abs(points[:, 2]) < 0.014).astype(float),
        )
        parts.append(part(blade, vein, at=top, turn=turn_y(1.4 + 2.7 * index)))
    parts.append(part(ball(0.05), paint.plain(STALK), at=top))
    return parts


def _half_turned(points: np.ndarray, ribs: int) -> np.ndarray:
    """Turn so that stripes fall between the ribs."""
    return points @ turn_y(math.pi / ribs + math.pi / ribs).T


def _stalk(rng: np.random.Generator, foot: float, leafy: bool) -> list[Surface]:
    """A stalk from (0, foot, 0) upwards, with or without a leaf."""
    bend = rng.uniform(-0.1, 0.1)
    path = curve([(0, foot - 0.02, 0), (0, foot + 0.16, 0), (bend, foot + 0.32, bend)], 12)
    parts = [part(tube(path, np.linspace(0.022, 0.034, 12), 8), paint.plain(STALK))]
    if leafy:
        blade = leaf(rng.uniform(0.35, 0.5), rng.uniform(0.18, 0.26), rng.uniform(0.2, 0.7), rng.uniform(0.5, 1.1))
        vein = paint.over(
            paint.plain(LEAF), paint.plain(LEAF * 1.35), lambda points: (np.abs(points[:, 2]) < 0.014).astype(float)
        )
        parts.append(part(blade, vein, at=(0, foot + 0.17, 0), turn=turn_y(rng.uniform(0, math.tau))))
    return parts
