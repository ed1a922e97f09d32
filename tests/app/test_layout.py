"""How large the window is when it is first opened."""

import pytest

from app.layout import ROOMY, SIZE, first_size


@pytest.mark.parametrize(
    ("screen", "size"),
    [((2560, 1440), ROOMY), ((1920, 1080), (1720, 993)), ((1366, 768), SIZE), ((0, 0), SIZE)],
    ids=["large", "usual", "small laptop", "no screen"],
)
def test_a_first_window_takes_what_the_screen_has_room_for(screen, size):
    assert first_size(screen) == size
