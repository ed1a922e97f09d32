"""Spans of time are told in units that people think in."""

import pytest

from core.durations import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (42, "42 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (754, "13 min"),
        (89.6 * 60, "1 h 30 min"),
        (7200, "2 h"),
        (7500, "2 h 5 min"),
        (86_400 * 1.5, "36 h"),
        (86_400 * 16.24, "16.2 days"),
    ],
)
def test_durations(seconds: float, words: str):
    assert duration(seconds) == words
