"""Favourites are found again by the next window, and a broken file only costs itself."""

from app.view.favourites import FILE, Favourites
from core.scene import Latent
from widgets.latent_view import Favourite


def test_the_next_window_has_them(tmp_path):
    assert Favourites(tmp_path / "new").all == ()
    kept = (Favourite("a", Latent(3, 0.5, 0.25)), Favourite("b", Latent(mix_seed=4, mix_layers=(1, 2), shifts=(1.5,))))
    Favourites(tmp_path / "new").keep(kept)
    assert Favourites(tmp_path / "new").all == kept


def test_a_broken_file_is_reported_and_ignored(tmp_path, caplog):
    for content in ("{", "[1]", '[{"name": "a", "latent": {"seed": -1}}]'):
        (tmp_path / FILE).write_text(content)
        caplog.clear()
        assert Favourites(tmp_path).all == ()
        assert "cannot be read" in caplog.text
