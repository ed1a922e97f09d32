"""The page of help says everything once, in columns of about the same length."""

from hypothesis import given
from hypothesis import strategies as st
from imgui_bundle import imgui

from widgets.actions import Action, Chord
from widgets.help import GESTURES, balanced, sheet

SECTIONS = st.dictionaries(
    st.text(min_size=1, max_size=8), st.lists(st.tuples(st.just("k"), st.just("w")), max_size=20)
)


@given(SECTIONS, st.integers(1, 3))
def test_every_heading_stands_once(sections, columns):
    filled = balanced(sections, columns)
    assert len(filled) == columns
    assert sorted(heading for column in filled for heading in column) == sorted(sections)


@given(SECTIONS)
def test_columns_differ_by_at_most_the_longest_section(sections):
    heights = [sum(len(sections[name]) + 2 for name in column) for column in balanced(sections, 2)]
    longest = max((len(entries) + 2 for entries in sections.values()), default=0)
    assert abs(heights[0] - heights[1]) <= longest


def test_keys_that_are_spoken_of_alike_share_a_line():
    keys = (imgui.Key._1, imgui.Key._3, imgui.Key.keypad4)
    said = ("look", "look", "")
    actions = [
        Action("View/Side", "Left", print, Chord(key), spoken=text) for key, text in zip(keys, said, strict=True)
    ]
    assert sheet(actions) == {"View": (("1, 3", "look"), ("Num 4", "Left")), **GESTURES}
