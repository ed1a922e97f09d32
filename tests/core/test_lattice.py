"""Walking on the seed lattice: every place has one name, and the shares of its corners are the bilinear ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lattice import ROW, SEEDS, corners, moved
from core.scene import Latent

places = st.builds(Latent, st.integers(0, SEEDS - 1), x=st.floats(0, 0.999), y=st.floats(0, 0.999))
steps = st.floats(-300, 300)


def test_neighbours():
    assert moved(Latent(5), 1, 0) == Latent(6)
    assert moved(Latent(5), 0, 1) == Latent(5 + ROW)
    assert moved(Latent(5), -6, 0) == Latent(SEEDS - 1)
    assert moved(Latent(5), 0.25, -0.75) == Latent(SEEDS + 5 - ROW, x=0.25, y=0.25)
    assert moved(Latent(5, x=0.9), 1e-9 - 0.9, 0) == Latent(5)


def test_shares():
    assert corners(Latent(7)) == [(7, 1)]
    assert corners(Latent(7, x=0.25)) == [(7, 0.75), (8, 0.25)]
    assert dict(corners(Latent(SEEDS - 1, x=0.5, y=0.75))) == {
        SEEDS - 1: 0.125, 0: 0.125, ROW - 1: 0.375, ROW: 0.375,
    }  # fmt: skip


@given(places, steps, steps)
def test_every_walk_ends_at_a_place_that_has_a_name(place, right, up):
    there = moved(place, right, up)
    assert sum(share for _, share in corners(there)) == pytest.approx(1)
    back = moved(there, -right, -up)
    away = ((back.seed - place.seed) % SEEDS) + back.x - place.x + ROW * (back.y - place.y)
    assert (away + SEEDS / 2) % SEEDS - SEEDS / 2 == pytest.approx(0, abs=1e-3)
