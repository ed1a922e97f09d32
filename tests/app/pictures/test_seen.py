"""Pictures as they are seen: over each other, at a divider, as their difference."""

import math

import numpy as np
import pytest

from app.pictures.seen import difference, laid_over, psnr_words, side_by_side, together
from core.scene import Other


def plain(width: int, height: int, *colour: int) -> np.ndarray:
    return np.tile(np.array(colour, np.uint8), (height, width, 1))


def test_a_picture_shows_through_the_holes_of_another():
    upper = plain(4, 2, 200, 100, 0, 255)
    upper[:, 2:, 3] = 0
    seen = laid_over(plain(8, 4, 10, 20, 30, 77), upper)
    assert seen.shape == (4, 8, 4)
    assert seen[0, 0].tolist() == [200, 100, 0, 77]
    assert seen[0, 7].tolist() == [10, 20, 30, 77]


def test_halves_meet_at_the_divider_in_the_size_of_the_larger():
    seen = side_by_side(plain(20, 10, 255, 0, 0, 255), plain(10, 5, 0, 0, 255, 255), 0.25)
    assert seen.shape == (10, 20, 4)
    assert (seen[:, :4, 0] == 255).all()
    assert (seen[:, 6:, 2] == 255).all()
    assert (seen[:, 4:6, :3] > 200).all()


def test_a_difference_is_shown_brighter_and_measured_as_it_is():
    one, other = plain(4, 4, 100, 100, 100, 255), plain(4, 4, 100, 110, 80, 0)
    found = difference(one, other, 4)
    assert found.pixels[0, 0].tolist() == [0, 40, 80, 255]
    assert found.psnr == pytest.approx(10 * math.log10(255**2 / (500 / 3)))
    assert difference(one, other, 256).psnr == found.psnr
    assert difference(one, other, 64).pixels[0, 0].tolist() == [0, 255, 255, 255]
    assert math.isinf(difference(one, one, 1).psnr)
    assert (psnr_words(math.inf), psnr_words(61.234)) == ("equal in 8 bit", "PSNR 61.2 dB in 8 bit")


def test_pictures_are_compared_as_a_scene_wants_it():
    one, other = [plain(8, 4, 0, 0, 0, 255)], [plain(8, 4, 1, 1, 1, 255)]
    halves, words = together(one, other, Other(divider=0.5))
    assert (words, halves[0][0, 0, 0], halves[0][0, 7, 0]) == ("", 0, 1)
    apart, words = together(one, other, Other(view="difference", gain=64))
    assert (apart[0][..., :3] == 64).all()
    assert words == "; PSNR 48.1 dB in 8 bit"
