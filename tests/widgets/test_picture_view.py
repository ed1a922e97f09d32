"""Zoom and pan of a picture keep what is under the mouse, and never leave the picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.picture_view import LARGEST_SCALE, PictureView, fit_scale, panned, placed, side_by_side, with_scale, zoomed

SIDES = st.floats(1, 4000)
SIZES = st.tuples(SIDES, SIDES)
PARTS = st.floats(0, 1)


@given(SIZES, SIZES, PARTS, PARTS, st.lists(st.floats(-5, 5), max_size=5))
def test_the_picture_fills_what_it_can(size, room, x, y, steps):
    view = PictureView()
    for step in steps:
        view = zoomed(view, size, room, (x * room[0], y * room[1]), step)
        place = placed(view, size, room)
        assert view.zoom >= 1
        assert place.scale <= max(LARGEST_SCALE, fit_scale(size, room)) * (1 + 1e-9)
        for start, length, space in ((place.left, place.width, room[0]), (place.top, place.height, room[1])):
            if length >= space:
                assert start <= 1e-6 * length
                assert start + length >= space - 1e-6 * length
            else:
                assert start == pytest.approx((space - length) / 2, abs=1e-6 * space)


@given(SIZES, PARTS, PARTS, st.floats(0.1, 5))
def test_what_is_under_the_mouse_stays_there(size, x, y, steps):
    room = (400.0, 400.0 * size[1] / size[0])  # the picture fills it
    cursor = (x * room[0], y * room[1])
    before = placed(PictureView(), size, room)
    after = placed(zoomed(PictureView(), size, room, cursor, steps), size, room)
    for axis, (start, length) in enumerate(((before.left, before.width), (before.top, before.height))):
        begin, extent = ((after.left, after.width), (after.top, after.height))[axis]
        assert (cursor[axis] - begin) / extent == pytest.approx((cursor[axis] - start) / length, abs=1e-6)


def test_dragging_moves_by_pixels_up_to_the_edge():
    size, room = (100.0, 100.0), (100.0, 100.0)
    view = with_scale(PictureView(), size, room, 4.0)
    assert placed(view, size, room).left == pytest.approx(-150)
    moved = panned(view, size, room, 30, -20)
    assert (placed(moved, size, room).left, placed(moved, size, room).top) == pytest.approx((-120, -170))
    far = panned(view, size, room, 1e6, -1e6)
    assert (placed(far, size, room).left, placed(far, size, room).top) == pytest.approx((0, -300))
    assert panned(PictureView(), size, room, 50, 50) == PictureView(), "what fits does not move"


def test_wide_rooms_hold_pictures_side_by_side():
    assert side_by_side((3, 2), (800, 300))
    assert not side_by_side((3, 2), (300, 800))
