"""Labels of a ray's marks: 'expected depth' once covered 'near' where a ray was seen nearly along itself."""

from itertools import combinations

import pytest

from widgets.beside_marks import beside

PICTURE = (0.0, 0.0, 400.0, 300.0)
SIZES = [(90.0, 14.0), (30.0, 14.0), (20.0, 14.0)]


@pytest.mark.parametrize("apart", [0, 2, 5, 9, 20, 60, 150])
@pytest.mark.parametrize("place", [(200.0, 150.0), (395.0, 150.0), (5.0, 295.0)])
def test_none_covers_another(place, apart):
    x, y = place
    marks = [(x, y), (x - apart, y), (x + apart, y - apart / 2)]
    boxes = [box for box in beside(marks, SIZES, 9, PICTURE) if box is not None]
    assert len(boxes) == sum(0 <= x <= 400 and 0 <= y <= 300 for x, y in marks), "what is on the picture has its label"
    assert boxes[0][2] - boxes[0][0] == 90, "the most important one has a place"
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for left, top, right, bottom in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= 400
        assert bottom <= 300


def test_where_there_is_room_a_label_is_at_the_right():
    assert beside([(100, 100)], [(50, 20)], 9, PICTURE) == [(109, 90, 159, 110)]
    assert beside([(380, 100)], [(50, 20)], 9, PICTURE) == [(321, 90, 371, 110)], "else at the left"
