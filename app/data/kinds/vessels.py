"""Things made on the potter's wheel and by the lamp maker: mugs, vases, teapots and lanterns."""

from __future__ import annotations

import math

import numpy as np

from app.data.kinds import paint
from app.data.kinds.build import ball, box, curve, lathe, part, ring, tube, turn_x, turn_y, turned
from app.data.mesh_model import Surface

COFFEE = np.array([0.3, 0.18, 0.1])
METALS = ((0.2, 0.2, 0.23), (0.55, 0.42, 0.22), (0.6, 0.34, 0.22), (0.3, 0.36, 0.34), (0.75, 0.72, 0.66))


def mug(rng: np.random.Generator) -> list[Surface]:
    """A mug with a handle, filled or empty."""
    radius, height, wall = rng.uniform(0.34, 0.44), rng.uniform(0.62, 0.95), 0.035
    belly = rng.uniform(-0.06, 0.08)
    outside = curve([(radius * 0.86, 0), (radius + belly, height * 0.4), (radius, height)], 20)
    inside = curve([(radius - wall, height), (radius + belly - wall, height * 0.4), (radius * 0.86 - wall, 0.05)], 20)
    profile = np.concatenate([[(0, 0)], outside, [(radius - wall / 2, height + wall / 2)], inside, [(0, 0.05)]])
    coat = _glaze(rng, height, inner=radius - wall * 0.7 + min(belly, 0))
    parts = [
        part(lathe(profile, 48), coat, crease=45),
        _handle(rng, radius + belly * 0.6, height * 0.22, height * 0.82, coat),
    ]
    if rng.random() < 0.6:
        drink = np.array([COFFEE, (0.75, 0.5, 0.25), (0.62, 0.25, 0.1), (0.93, 0.9, 0.84)][int(rng.integers(4))])
        cover = lathe(np.array([(radius - wall * 0.9, height * 0.86), (0, height * 0.86)]), 40)
        parts.append(part(cover, paint.over(paint.plain(drink), paint.plain(np.clip(drink * 1.5, 0, 1)), _ripples)))
    return parts


def vase(rng: np.random.Generator) -> list[Surface]:
    """A vase or amphora, with none, one or two handles."""
    height = rng.uniform(0.95, 1.35)
    foot, belly, neck = rng.uniform(0.14, 0.24), rng.uniform(0.3, 0.46), rng.uniform(0.08, 0.2)
    widest = rng.uniform(0.3, 0.62)
    lip = neck + rng.uniform(0.02, 0.14)
    knots = [(foot, 0), (belly, height * widest), (neck, height * 0.84), (lip, height)]
    outside = curve(knots, 40)
    inside = outside[::-1] * [1, 1] - [0.03, 0]
    profile = np.concatenate([[(0, 0)], outside, inside[:24]])
    coat = _glaze(rng, height)
    parts = [part(lathe(profile, 48), coat, crease=45)]
    for side in range(int(rng.choice([0, 0, 1, 2, 2]))):
        path = curve(
            [
                (belly * 0.93, height * (widest + 0.1), 0),
                (belly + 0.16, height * 0.78, 0),
                (neck + 0.16, height * 0.93, 0),
                (neck, height * 0.85, 0),
            ],
            24,
        )
        parts.append(part(tube(path, 0.035, 10), coat, turn=turn_y(math.pi * side)))
    return parts


def teapot(rng: np.random.Generator) -> list[Surface]:
    """A teapot with spout, handle and lid."""
    wide, tall = rng.uniform(0.42, 0.52), rng.uniform(0.5, 0.75)
    body = turned(
        [(0, 0), (wide * 0.6, 0.0), (wide, tall * 0.42), (wide * 0.72, tall * 0.88), (wide * 0.4, tall)], 36, 48
    )
    coat = _glaze(rng, tall)
    lid = turned([(wide * 0.46, -0.02), (wide * 0.42, 0.03), (wide * 0.2, 0.1), (0, 0.12)], 18, 32)
    second = _glaze(rng, tall)
    knob = ball(rng.uniform(0.06, 0.1), segments=20)
    spout = curve(
        [
            (wide * 0.7, tall * 0.22, 0),
            (wide + 0.14, tall * 0.34, 0),
            (wide + 0.2, tall * 0.72, 0),
            (wide + 0.34, tall * 0.95, 0),
        ],
        22,
    )
    parts = [
        part(body, coat, crease=45),
        part(lid, coat if rng.random() < 0.5 else second, at=(0, tall, 0)),
        part(knob, second, at=(0, tall + 0.17, 0)),
        part(tube(spout, np.linspace(0.13, 0.05, 22), 16), coat),
    ]
    if rng.random() < 0.7:
        parts.append(_handle(rng, wide * 0.85, tall * 0.2, tall * 0.82, coat, side=math.pi))
    else:
        turn = np.linspace(0.12, math.pi - 0.12, 28)
        arch = np.column_stack([wide * 0.72 * np.cos(turn), tall * 0.8 + wide * 1.15 * np.sin(turn), 0 * turn])
        parts.append(part(tube(arch, 0.035, 10), paint.plain(np.array(METALS[int(rng.integers(5))]))))
    return parts


def lantern(rng: np.random.Generator) -> list[Surface]:
    """A lantern: posts around a light, a roof, and a ring to carry it."""
    metal = np.array(METALS[int(rng.integers(5))])
    glow = (
        paint.colour(rng, (0.08, 0.15), (0.35, 0.65), (0.97, 1.0))
        if rng.random() < 0.6
        else paint.any_colour(rng, (0.35, 0.6), (0.92, 1.0))
    )
    posts, radius, height = int(rng.integers(3, 9)), rng.uniform(0.3, 0.4), rng.uniform(0.55, 0.85)
    iron = paint.mottled(metal, metal * 0.85, int(rng.integers(99)), 0.2)
    facets = posts if posts > 3 and rng.random() < 0.6 else 36
    roof_height = rng.uniform(0.16, 0.34)
    parts = [
        part(
            lathe(
                np.array([(0, -0.1), (radius * 1.2, -0.1), (radius * 1.2, -0.03), (radius * 1.08, 0.02), (0, 0.02)]),
                facets,
            ),
            iron,
            crease=25,
        ),
        part(
            lathe(
                np.array(
                    [
                        (0, height - 0.03),
                        (radius * 1.1, height - 0.03),
                        (radius * 1.28, height + 0.02),
                        (radius * 0.5, height + roof_height * 0.75),
                        (radius * 0.22, height + roof_height),
                        (0, height + roof_height),
                    ]
                ),
                facets,
            ),
            _roof(rng, iron),
            crease=25,
        ),
        part(ring(0.11, 0.022), iron, at=(0, height + roof_height + 0.12, 0), turn=turn_x(math.pi / 2)),
    ]
    for index in range(posts):
        turn = math.tau * index / posts
        post = lathe(np.array([(0, 0), (0.03, 0), (0.03, height), (0, height)]), 10)
        parts.append(part(post, iron, at=(radius * math.cos(turn), 0, radius * math.sin(turn)), crease=60))
    for level in np.linspace(0, 1, int(rng.integers(0, 3)) + 2)[1:-1]:
        parts.append(part(ring(radius, 0.02), iron, at=(0, height * level, 0)))
    return parts + _flame(rng, glow, radius, height)


def paper_lantern(rng: np.random.Generator) -> list[Surface]:
    """A paper lantern: ribbed, glowing from within, with a tassel."""
    tall, ribs = rng.uniform(0.42, 0.72), int(rng.integers(7, 12))
    glow, deep = (
        paint.colour(rng, (0.06, 0.14), (0.35, 0.6), (0.98, 1.0)),
        paint.any_colour(rng, (0.6, 0.85), (0.8, 0.95)),
    )
    polar = np.linspace(math.pi * 0.86, math.pi * 0.14, ribs * 6 + 1)
    pleat = 1 - 0.05 * np.abs(np.sin(np.linspace(0, math.pi * ribs, len(polar))) - 1)
    body = lathe(np.column_stack([0.48 * np.sin(polar) * pleat, tall * np.cos(polar)]), 48)
    gold = np.array([0.85, 0.66, 0.25])
    cap = lathe(np.array([(0.14, -0.04), (0.22, -0.04), (0.22, 0.05), (0.14, 0.05)]), 32)
    end = tall * math.cos(math.pi * 0.14)
    coat = paint.over(
        paint.plain(deep),
        paint.plain(glow),
        lambda points: 0.7 * paint.step_between(np.abs(points[:, 1]), tall * 0.8, 0),
    )
    motif = [
        paint.spots(int(rng.integers(99)), 0.34, 0.3),
        paint.around(6, 0.3),
        paint.waves(7, 0.05, 0.0),
        paint.rings(tall / 2, 0.2),
    ]
    coat = paint.over(coat, paint.plain(paint.any_colour(rng, (0.3, 0.8), (0.6, 1.0))), motif[int(rng.integers(4))])
    parts = [
        part(body, coat, crease=35),
        part(cap, paint.plain(gold), at=(0, end, 0), crease=35),
        part(cap, paint.plain(gold), at=(0, -end, 0), crease=35),
    ]
    arch = np.linspace(0, math.pi, 16)
    parts.append(
        part(
            tube(np.column_stack([0.18 * np.cos(arch), end + 0.05 + 0.2 * np.sin(arch), 0 * arch]), 0.016, 8),
            paint.plain(gold),
        )
    )
    tassel = lathe(curve([(0.02, 0), (0.045, -0.06), (0.05, -0.12), (0.085, -0.42)], 14), 16)
    parts.append(
        part(
            tassel, paint.over(paint.plain(deep), paint.plain(deep * 0.7), paint.around(8, 0.5)), at=(0, -end - 0.03, 0)
        )
    )
    return parts


def _handle(
    rng: np.random.Generator, out: float, low: float, high: float, coat: paint.Paint, side: float = 0.0
) -> Surface:
    """An ear from height `low` to `high` at a distance `out` from the axis."""
    reach = out + rng.uniform(0.18, 0.28)
    path = curve(
        [
            (out - 0.05, high, 0),
            (reach - 0.03, high + 0.01, 0),
            (reach, (low + high) / 2, 0),
            (reach - 0.08, low, 0),
            (out - 0.05, low + 0.03, 0),
        ],
        28,
    )
    return part(tube(path, rng.uniform(0.035, 0.055), 12), coat, turn=turn_y(side))


def _glaze(rng: np.random.Generator, height: float, inner: float | None = None) -> paint.Paint:
    """A two-coloured pattern of the potter; below radius `inner` the inside is plain."""
    seed = int(rng.integers(1 << 30))
    first, second = paint.any_colour(rng, (0.25, 0.7), (0.72, 0.96)), paint.any_colour(rng, (0.2, 0.75), (0.45, 0.98))
    if rng.random() < 0.5:
        first = np.array([0.95, 0.93, 0.88])
    base = paint.mottled(first, first * 0.94, seed, 0.4)
    patterns = [
        paint.rings(height / float(rng.integers(3, 7)), 0.4),
        paint.around(int(rng.integers(5, 12)), 0.25, float(rng.choice([0, 0, 0.3, -0.4]))),
        paint.spots(seed, rng.uniform(0.2, 0.34), 0.32),
        paint.checks(int(rng.integers(5, 9)), height / 4),
        paint.waves(int(rng.integers(6, 11)), height * 0.1, height * 0.5, height * 0.07),
        paint.above(height * rng.uniform(0.4, 0.7), 0.012, height * 0.5, seed),
    ]
    coat = paint.over(base, paint.plain(second), patterns[int(rng.integers(len(patterns)))])
    if rng.random() < 0.4:
        coat = paint.over(coat, paint.plain(second * 0.8), paint.above(height * 0.94, 0.01))
    if inner is None:
        return coat
    return paint.over(
        coat,
        paint.plain(first),
        lambda points: ((np.hypot(points[:, 0], points[:, 2]) < inner) & (points[:, 1] > 0.02)).astype(float),
    )


def _ripples(points: np.ndarray) -> np.ndarray:
    """Foam in the middle of a drink."""
    return paint.step_between(np.hypot(points[:, 0], points[:, 2]), 0.2, 0.1) * 0.6


def _roof(rng: np.random.Generator, iron: paint.Paint) -> paint.Paint:
    """A roof of the posts' metal, or painted."""
    return iron if rng.random() < 0.4 else paint.plain(paint.any_colour(rng, (0.4, 0.75), (0.5, 0.85)))


def _flame(rng: np.random.Generator, glow: np.ndarray, radius: float, height: float) -> list[Surface]:
    """What shines inside: a globe, or a candle."""
    if rng.random() < 0.55:
        size = radius * rng.uniform(0.62, 0.78)
        glow, middle = glow * 1.5, glow * 1.9
        globe = ball(size, min(height * 0.44, size * 1.3))
        return [
            part(
                globe,
                paint.over(paint.plain(glow), paint.plain(middle), paint.rings(0.2, 0.4, 0.05)),
                at=(0, height * 0.48, 0),
            )
        ]
    wax = height * rng.uniform(0.35, 0.5)
    candle = part(
        lathe(np.array([(0, 0), (0.13, 0), (0.13, wax), (0.1, wax + 0.01), (0, wax - 0.02)]), 24),
        paint.plain(np.array([0.97, 0.94, 0.85])),
    )
    flame = turned([(0, 0), (0.075, 0.08), (0.05, 0.16), (0, 0.3)], 14, 16)
    tray = part(box(0.3, 0.03, 0.3), paint.plain(np.array([0.4, 0.36, 0.3])), at=(0, 0.03, 0))
    return [
        candle,
        tray,
        part(flame, paint.fade(np.array([2.4, 1.0, 0.15]), np.array([2.4, 2.0, 0.9]), 0.02, 0.25), at=(0, wax, 0)),
    ]
