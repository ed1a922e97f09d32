"""From the bakery: doughnuts, layer cakes, cupcakes and ice cream."""

from __future__ import annotations

import math

import numpy as np

from app.data.kinds import paint
from app.data.kinds.build import ball, bent, box, curve, lathe, part, ring, towards, tube, turn_y, turned
from app.data.mesh_model import Surface
from app.data.mesh_texture import fractal_noise

DOUGH = np.array([0.87, 0.64, 0.36])
CREAM = np.array([0.98, 0.95, 0.88])
CHOCOLATE = np.array([0.38, 0.22, 0.13])
CHERRY = np.array([0.82, 0.08, 0.14])


def doughnut(rng: np.random.Generator) -> list[Surface]:
    """A doughnut with running glaze and sprinkles."""
    seed = int(rng.integers(1 << 30))
    thick = rng.uniform(0.19, 0.29)
    frost = _icing(rng)
    body = ring(0.5, thick, 56)
    edge = paint.above(rng.uniform(-0.02, 0.06), 0.012, rng.uniform(0.15, 0.28), seed)
    coat = paint.over(
        paint.mottled(DOUGH, DOUGH * 0.88, seed, 0.3),
        paint.plain(np.array([0.95, 0.83, 0.6])),
        paint.rings(9.0, 0.006, 0.03, offset=0.5),
    )
    if rng.random() < 0.4:
        stripe = paint.over(
            paint.plain(frost), paint.plain(_icing(rng)), paint.around(int(rng.integers(8, 13)), 0.3, 0.3)
        )
    else:
        stripe = paint.mottled(frost, frost * 0.93, seed, 0.3)
    parts = [part(body, paint.over(coat, stripe, edge))]
    if rng.random() < 0.65:
        parts += _sprinkles(rng, thick)
    return parts


def cake(rng: np.random.Generator) -> list[Surface]:
    """A cake of one to three tiers on a plate, with a slice cut out or candles or fruit on top."""
    seed = int(rng.integers(1 << 30))
    tiers = int(rng.integers(1, 4))
    frost, trim = _icing(rng), _icing(rng)
    parts = [
        part(
            turned([(0, -0.06), (0.4, -0.06), (0.72, 0.0), (0.74, 0.02), (0.4, -0.02), (0, -0.02)], 30, 48),
            paint.over(
                paint.plain(CREAM),
                paint.plain(paint.any_colour(rng)),
                lambda points: (np.hypot(points[:, 0], points[:, 2]) > 0.62).astype(float),
            ),
        )
    ]
    radius, level = rng.uniform(0.5, 0.6), 0.0
    for tier in range(tiers):
        height = rng.uniform(0.26, 0.36) if tiers > 1 else rng.uniform(0.36, 0.5)
        parts += _tier(rng, radius, height, level, frost, trim, seed + tier)
        level += height
        if tier < tiers - 1:
            radius *= rng.uniform(0.62, 0.74)
    return parts + _topping(rng, radius, level)


def cupcake(rng: np.random.Generator) -> list[Surface]:
    """A cupcake: a folded paper cup, a swirl of cream, and something on top."""
    seed = int(rng.integers(1 << 30))
    paper, other, frost = (
        paint.any_colour(rng, (0.3, 0.65)),
        paint.any_colour(rng, (0.1, 0.5), (0.85, 0.98)),
        _icing(rng),
    )
    folds = int(rng.integers(14, 22))
    cup = lathe(curve([(0.001, 0), (0.33, 0), (0.4, 0.24), (0.47, 0.46)], 24), 96)

    def folded(points: np.ndarray) -> np.ndarray:
        out = 1 + 0.045 * np.cos(np.arctan2(points[:, 2], points[:, 0]) * folds)
        return points * np.column_stack([out, np.ones(len(points)), out])

    swirl, turns = [], rng.uniform(2.6, 3.6)
    at = np.linspace(0, 1, 90)
    radius, height = 0.33 * (1 - at) ** 0.8, 0.46 + rng.uniform(0.42, 0.56) * at
    path = np.column_stack([radius * np.cos(at * turns * math.tau), height, radius * np.sin(at * turns * math.tau)])
    swirl.append(part(tube(path, 0.16 * (1 - 0.72 * at), 14), paint.mottled(frost, frost * 0.92, seed, 0.2), crease=70))
    swirl.append(part(turned([(0, 0.4), (0.46, 0.44), (0.36, 0.56), (0, 0.75)], 20), paint.plain(frost * 0.97)))
    parts = [
        part(
            bent(cup, folded),
            paint.over(paint.plain(paper), paint.plain(other), paint.around(folds // 2, 0.3)),
            crease=75,
        ),
        *swirl,
    ]
    top = float(height[-1])
    if rng.random() < 0.6:
        parts += _cherry(0, top + 0.08, 0, 0.12)
    if rng.random() < 0.5:
        parts += [
            _sprinkle(rng, np.array([0.36 * math.cos(turn), 0.52 + rng.uniform(0, 0.05), 0.36 * math.sin(turn)]))
            for turn in np.linspace(0, 6, 12)
        ]
    return parts


def ice_cream(rng: np.random.Generator) -> list[Surface]:
    """A waffle cone with one to three scoops."""
    seed = int(rng.integers(1 << 30))
    waffle = np.array([0.86, 0.62, 0.32])
    cone = lathe(curve([(0.01, -0.8), (0.15, -0.4), (0.3, 0.0)], 20), 40)

    def lattice(points: np.ndarray) -> np.ndarray:
        turn = np.arctan2(points[:, 2], points[:, 0])
        lines = np.minimum(np.abs(np.sin(turn * 4 + points[:, 1] * 9)), np.abs(np.sin(turn * 4 - points[:, 1] * 9)))
        return paint.step_between(lines, 0.28, 0.12)

    parts = [part(cone, paint.over(paint.plain(waffle), paint.plain(waffle * 0.72), lattice)),
             part(ring(0.3, 0.035), paint.plain(waffle * 0.9))]  # fmt: skip
    count, level = int(rng.integers(1, 4)), 0.12
    for index in range(count):
        size = 0.34 - 0.03 * index
        taste = _icing(rng)
        skirt = ring(size * 0.9, 0.07, 48)

        def lumpy(points: np.ndarray, noise: int = seed + index) -> np.ndarray:
            return points * (0.92 + 0.16 * fractal_noise(points * 5 + 9, noise, 2))[:, None]

        coat = paint.mottled(taste, taste * 0.88, seed + index, 0.15)
        if rng.random() < 0.4:
            coat = paint.over(coat, paint.plain(CHOCOLATE), paint.spots(seed + index, 0.16, 0.22))
        elif rng.random() < 0.35:
            coat = paint.over(coat, paint.plain(_icing(rng)), paint.around(3, 0.4, 1.2))
        parts.append(part(bent(ball(size), lumpy), coat, at=(0, level, 0)))
        parts.append(part(bent(skirt, lumpy), coat, at=(0, level - size * 0.38, 0)))
        level += size * 1.25
    top = level - 0.34 * 0.25
    if rng.random() < 0.5:
        parts += _cherry(0, top + 0.06, 0, 0.1)
    if rng.random() < 0.5:
        stick = tube(np.array([[0.08, top - 0.15, 0], [0.18, top + 0.2, 0.05], [0.26, top + 0.45, 0.08]]), 0.05, 12)
        parts.append(part(stick, paint.over(paint.plain(waffle), paint.plain(CHOCOLATE), paint.rings(0.11, 0.4))))
    return parts


def _tier(
    rng: np.random.Generator, radius: float, height: float, level: float, frost: np.ndarray, trim: np.ndarray, seed: int
) -> list[Surface]:
    """One storey of a cake with dripping icing and a border."""
    sponge = _icing(rng)
    side = lathe(
        np.array(
            [(0, 0), (radius, 0), (radius, height * 0.5), (radius, height * 0.93), (radius * 0.95, height), (0, height)]
        ),
        56,
    )
    base = [
        paint.plain(frost),
        paint.over(paint.plain(sponge), paint.plain(CREAM), paint.rings(height * 0.33, 0.3)),
        paint.over(paint.plain(frost), paint.plain(trim), paint.around(int(rng.integers(6, 12)), 0.3)),
        paint.over(paint.plain(frost), paint.plain(trim), paint.spots(seed, 0.24, 0.28)),
    ][int(rng.integers(4))]
    drip = paint.over(base, paint.plain(trim), paint.above(height * 0.72, 0.012, height * 0.9, seed))
    parts = [part(side, drip if rng.random() < 0.6 else base, at=(0, level, 0), crease=40)]
    beads = int(radius * 30)
    pearl = ball(0.045, segments=10)
    parts += [
        part(pearl, paint.plain(trim), at=(radius * math.cos(turn), level + 0.03, radius * math.sin(turn)))
        for turn in np.arange(beads) / beads * math.tau
    ]
    return parts


def _topping(rng: np.random.Generator, radius: float, level: float) -> list[Surface]:
    """Candles, fruit, or a wreath of cream."""
    parts: list[Surface] = []
    form = int(rng.integers(3))
    count = int(rng.integers(3, 8))
    for index in range(count):
        turn = math.tau * index / count
        x, z = radius * 0.66 * math.cos(turn), radius * 0.66 * math.sin(turn)
        if form == 0:
            wax = paint.over(paint.plain(CREAM), paint.plain(paint.any_colour(rng)), paint.around(1, 0.3, 5))
            parts.append(
                part(lathe(np.array([(0, 0), (0.035, 0), (0.035, 0.26), (0, 0.26)]), 12), wax, at=(x, level, z))
            )
            flame = turned([(0, 0), (0.035, 0.05), (0.0, 0.14)], 10, 12)
            parts.append(
                part(
                    flame,
                    paint.fade(np.array([1, 0.55, 0.1]), np.array([1, 0.9, 0.4]), 0, 0.1),
                    at=(x, level + 0.27, z),
                )
            )
        elif form == 1:
            parts += _cherry(x, level + 0.06, z, 0.085)
        else:
            parts.append(
                part(
                    turned([(0, 0), (0.12, 0.0), (0.1, 0.06), (0.05, 0.1), (0, 0.17)], 14, 16),
                    paint.plain(CREAM),
                    at=(x, level, z),
                )
            )
    return parts


def _cherry(x: float, y: float, z: float, size: float) -> list[Surface]:
    """A cherry with its stalk."""
    path = curve([(x, y + size * 0.8, z), (x + 0.04, y + size * 2, z), (x + 0.12, y + size * 3, z)], 8)
    return [
        part(ball(size, segments=20), paint.plain(CHERRY), at=(x, y, z)),
        part(tube(path, 0.014, 6), paint.plain(np.array([0.3, 0.4, 0.15]))),
    ]


def _sprinkles(rng: np.random.Generator, thick: float) -> list[Surface]:
    """Sprinkles on the upper side of a doughnut."""
    parts = []
    for turn in np.arange(38) * 2.39996:
        around = math.radians(rng.uniform(35, 145))
        out = 0.5 + (thick + 0.008) * math.cos(around)
        parts.append(
            _sprinkle(rng, np.array([out * math.cos(turn), (thick + 0.008) * math.sin(around), out * math.sin(turn)]))
        )
    return parts


def _sprinkle(rng: np.random.Generator, at: np.ndarray) -> Surface:
    """A little rod of some bright colour, lying flat."""
    turn = turn_y(rng.uniform(0, math.tau)) @ towards((1, 0, 0))
    return part(box(0.035, 0.11, 0.035), paint.plain(paint.any_colour(rng, (0.6, 0.85), (0.85, 1.0))), at=at, turn=turn)


def _icing(rng: np.random.Generator) -> np.ndarray:
    """The colour of an icing: pink, mint, lemon, sky, lilac, caramel, chocolate or cream."""
    choices = [
        (0.95, 0.45, 0.98),
        (0.42, 0.35, 0.9),
        (0.14, 0.5, 0.98),
        (0.56, 0.4, 0.96),
        (0.77, 0.35, 0.92),
        (0.08, 0.6, 0.85),
    ]
    pick = int(rng.integers(len(choices) + 2))
    if pick >= len(choices):
        return (CHOCOLATE if pick == len(choices) else CREAM) * rng.uniform(0.95, 1.02)
    hue, saturation, value = choices[pick]
    return paint.colour(rng, (hue - 0.03, hue + 0.03), (saturation - 0.1, saturation + 0.15), (value - 0.05, value))
