"""The pad's plane follows the mouse like a map."""

from core.lattice import ROW
from core.scene import Latent
from widgets.lattice_pad import BELOW, NAMED, dragged, label_corner, snapped


def test_the_plane_follows_the_mouse():
    assert dragged(Latent(500), 0, 0, 50) == Latent(500)
    assert dragged(Latent(500), -50, 0, 50) == Latent(501), "what lay at the right is in the middle now"
    assert dragged(Latent(500), 0, 50, 50) == Latent(500 + ROW), "likewise what lay above"
    assert dragged(Latent(500), -25, 0, 50) == Latent(500, x=0.5)
    assert dragged(Latent(500), -25, 0, 50, fast=True) == Latent(504)
    assert dragged(Latent(500), -25, 0, 50, slow=True) == Latent(500, x=0.05)


def test_a_double_click_goes_to_the_nearest_seed():
    assert snapped(Latent(500, x=0.4, y=0.6)) == Latent(500 + ROW)
    assert snapped(Latent(500)) == Latent(500)


PAD = (0.0, 0.0, 30.0, 6.0)


def test_numbers_stand_below_their_points():
    assert label_corner(3, (15, 3), (1, 1), PAD) == (14.5, 3 + BELOW), "its middle is that of the point"
    for x, y in ((0.2, 3), (29.8, 3), (15, -0.1), (15, 5)):
        assert label_corner(3, (x, y), (1, 1), PAD) is None, "half a number, or one without its point"
    long = [label_corner(seed, (15, 3), (5, 1), PAD) for seed in (1_000_001, 1_000_002)]
    assert long == [None, (12.5, 3 + BELOW)], "every other one"


def test_seeds_below_zero_have_no_numbers():
    """Left of seed 0 the lattice begins anew with 4294967295, which looked like the number of a neighbour."""
    assert label_corner(2**32 - 2, (15, 3), (5, 1), PAD) is None
    assert label_corner(NAMED - 2, (15, 3), (5, 1), PAD) is not None
