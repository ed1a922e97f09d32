"""Small maps of layers fill the room beside the large one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.sigma_map import tiled


@pytest.mark.parametrize(
    ("count", "room", "expected"),
    [(4, (400, 300), (2, 190 / 90)), (4, (90, 600), (1, 1)), (3, (1000, 110), (3, 1.6)), (20, (100, 100), (1, 1))],
)
def test_pictures_are_as_large_as_the_room_lets_them(count, room, expected):
    columns, width, height = tiled(count, room, (90, 50), (10, 30))
    assert (columns, width / 90) == (expected[0], pytest.approx(expected[1]))
    assert width / height == pytest.approx(1.8)


@given(st.integers(1, 30), st.floats(100, 2000), st.floats(100, 2000))
def test_they_stay_within_the_room_or_are_as_small_as_they_may(count, width, height):
    columns, wide, high = tiled(count, (width, height), (90, 50), (10, 30))
    rows = -(-count // columns)
    assert wide >= 90
    assert wide == pytest.approx(90) or rows * (high + 30) <= height + 1e-6
    assert columns * (wide + 10) <= width + 1e-6
