"""Colours that carry words are legible on their theme's ground."""

import pytest

from widgets.grounds import GROUNDS
from widgets.palette import LINES, TONES, Colour


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.1)."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_words_are_legible(theme):
    grounds = GROUNDS[theme]
    for name, colour in TONES[theme].items():
        assert contrast(colour, grounds.ground) >= 4.5, name
    for surface in (grounds.ground, grounds.deep, grounds.popup, *grounds.field, *grounds.button, *grounds.header):
        assert contrast(grounds.text, surface) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_values_are_legible_across_the_grip_of_their_slider(theme):
    """And the grip is seen in its field."""
    grounds = GROUNDS[theme]
    for grip in grounds.grab:
        assert contrast(grounds.text, grip) >= 4.5
    assert contrast(grounds.grab[0], grounds.field[0]) >= 2.2


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_lines_stand_out_and_differ(theme):
    for colour in LINES[theme]:
        assert contrast(colour, GROUNDS[theme].deep) >= 3
    assert len(set(LINES[theme])) == len(LINES[theme]) == len(LINES["dark"])
