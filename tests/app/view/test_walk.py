"""A walk goes on with time, and not by what it has missed."""

import pytest

from app.view.walk import LONGEST_STEP_S, Walk
from core.scene import Latent


def test_walks_with_time():
    now = [0.0]
    walk, latent = Walk(lambda: now[0]), Latent(5)
    assert walk.moved(latent, 1.0) is latent
    walk.on = True
    assert walk.moved(latent, 1.0) is latent, "it sets out from here"
    for _ in range(30):
        now[0] += 0.05
        latent = walk.moved(latent, 1.0)
    assert (latent.seed, latent.x) == (6, pytest.approx(0.5))
    now[0] += 100
    assert walk.moved(latent, -1.0).x == pytest.approx(0.5 - LONGEST_STEP_S)
    walk.on = False
    assert walk.moved(latent, 1.0) is latent
