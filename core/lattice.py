"""The seed lattice: a plane with a seed at each of its points, so that one can walk between samples.

Right of seed s lies s + 1, above it s + 100, both modulo 2**32.  Between four points lies their bilinear blend in w.
"""

from __future__ import annotations

import math

from core.scene import Latent

SEEDS = 2**32
# How much larger the seed above is.
ROW = 100
# Places are kept to so many digits: finer than any screen shows, and short in a file.
DIGITS = 6


def moved(latent: Latent, right: float, up: float) -> Latent:
    """The latent so far away on the lattice; 1 is the distance between neighbours."""
    columns, x = _split(latent.x + right)
    rows, y = _split(latent.y + up)
    return latent.at_seed((latent.seed + columns + ROW * rows) % SEEDS, x, y)


def corners(latent: Latent) -> list[tuple[int, float]]:
    """The seeds around a latent with their shares, which are above 0 and add up to 1.

    The shares are (1-x)(1-y) of the seed, x(1-y) of the one at its right, (1-x)y of the one above, xy of the fourth.
    """
    x, y = latent.x, latent.y
    places = ((0, (1 - x) * (1 - y)), (1, x * (1 - y)), (ROW, (1 - x) * y), (ROW + 1, x * y))
    return [((latent.seed + step) % SEEDS, share) for step, share in places if share > 0]


def _split(place: float) -> tuple[int, float]:
    """A coordinate as the point below it and the rest, in [0, 1)."""
    place = round(place, DIGITS)
    whole = math.floor(place)
    rest = round(place - whole, DIGITS)
    return (whole + 1, 0.0) if rest >= 1 else (whole, rest)
