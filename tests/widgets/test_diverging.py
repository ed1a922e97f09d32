"""Colours around 0: the sign is told by hue, the size by lightness, alike on both sides."""

import numpy as np
import pytest

from widgets.diverging import TABLE, diverging


def test_zero_is_white_and_the_ends_are_blue_and_orange():
    low, zero, high = diverging(np.array([-2.0, 0.0, 2.0]), 2.0)[:, :3].astype(int)
    assert zero.min() >= 245
    assert low[2] > low[0] + 60, "blue"
    assert high[0] > high[2] + 60, "orange"


def test_what_lies_beyond_has_the_last_colour_and_what_is_missing_none():
    colours = diverging(np.array([[-9.0, 9.0], [np.nan, 0.1]]), 1.0)
    assert colours.shape == (2, 2, 4)
    assert colours[0, :, :3].tolist() == [TABLE[0].tolist(), TABLE[-1].tolist()]
    assert colours[..., 3].tolist() == [[255, 255], [0, 255]]


@pytest.mark.parametrize("side", [TABLE[: len(TABLE) // 2 + 1], TABLE[len(TABLE) // 2 :][::-1]], ids=["below", "above"])
def test_it_grows_darker_towards_both_ends(side: np.ndarray):
    lightness = side @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) >= -1).all()
    assert lightness[-1] - lightness[0] > 150
