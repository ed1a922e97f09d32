"""Films: what was written is what a reader finds, with the Scene inside."""

from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from app.pictures.film import read_film, save_film
from core.scene import Latent, Scene

SCENE = Scene(latent=Latent(seed=9))


def pictures(count: int, height: int = 32, width: int = 48) -> list[np.ndarray]:
    """A bright bar that moves to the right, on a slope of colours."""
    slope = np.linspace(40, 200, width).astype(np.uint8)
    found = []
    for number in range(count):
        picture = np.stack([np.tile(slope, (height, 1))] * 3, axis=-1)
        picture[:, 4 * number : 4 * number + 4] = (250, 20, 20)
        found.append(picture)
    return found


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_a_film_holds_its_pictures_and_its_scene(suffix, tmp_path):
    path, wanted = tmp_path / f"film{suffix}", pictures(7)
    assert save_film(path, iter(wanted), 25, SCENE) == 7
    film = read_film(path)
    assert (film.scene, film.size, film.pictures) == (SCENE, (48, 32), 7)
    assert film.fps == pytest.approx(25, rel=0.01)
    with av.open(str(path)) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for picture, found in zip(wanted, shown, strict=True):
        assert np.abs(picture.astype(int) - found).mean() < 6
    again = tmp_path / f"again{suffix}"
    save_film(again, wanted, 25, SCENE)
    assert again.read_bytes() == path.read_bytes(), "the same pictures give the same bytes"


def test_an_odd_side_loses_a_row_in_mp4_only(tmp_path):
    for suffix, size in ((".mp4", (46, 30)), (".gif", (47, 31))):
        save_film(tmp_path / f"odd{suffix}", pictures(2, 31, 47), 10, SCENE)
        assert read_film(tmp_path / f"odd{suffix}").size == size


def test_nothing_is_left_of_a_film_that_failed(tmp_path):
    def broken():
        yield from pictures(2)
        raise RuntimeError("no more")

    for suffix in (".mp4", ".gif"):
        with pytest.raises(RuntimeError, match="no more"):
            save_film(tmp_path / f"film{suffix}", broken(), 25, SCENE)
        with pytest.raises(ValueError, match="at least one"):
            save_film(tmp_path / f"none{suffix}", [], 25, SCENE)
    assert not list(tmp_path.iterdir())


def test_what_is_no_film_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.mp4 or \.gif"):
        save_film(tmp_path / "film.avi", pictures(1), 25, SCENE)
    with pytest.raises(ValueError, match="1 to 120"):
        save_film(tmp_path / "film.mp4", pictures(1), 0, SCENE)
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(ValueError, match="cannot be read as a film"):
        read_film(tmp_path / "text.mp4")
    Image.new("RGB", (8, 8)).save(tmp_path / "foreign.gif")
    with pytest.raises(ValueError, match="carries no Scene"):
        read_film(tmp_path / "foreign.gif")
