"""The pad's plane follows the mouse like a map."""

from core.lattice import ROW
from core.scene import Latent
from widgets.lattice_pad import dragged, snapped


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
