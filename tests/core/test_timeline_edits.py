"""Edits keep a timeline in order, whatever is done to it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from core.scene import Latent, Other, Scene
from core.timeline import Keyframe, Timeline
from core.timeline_edits import (
    LEAST_GAP_S,
    STEP_S,
    changed,
    copied,
    keyframe_near,
    moved,
    replaced_at,
    with_scene,
    without,
)


def scene(seed: int) -> Scene:
    return Scene(latent=Latent(seed))


def journey(*times: float, loop: float = 0.0) -> Timeline:
    return Timeline(tuple(Keyframe(at, scene(index)) for index, at in enumerate(times)), loop)


def seeds(timeline: Timeline) -> list[int]:
    return [frame.scene.latent.seed for frame in timeline.keyframes]


def test_each_press_of_a_key_comes_two_seconds_later():
    timeline, index = with_scene(None, 3.0, scene(0))
    assert (timeline, index) == (journey(0), 0)
    for count in (1, 2):
        timeline, index = with_scene(timeline, timeline.keyframes[index].at, scene(count))
    assert timeline == journey(0, STEP_S, 2 * STEP_S)


def test_a_keyframe_takes_the_place_of_the_one_that_is_there_or_goes_between():
    between, index = with_scene(journey(0, 2, 4), 1.0, scene(9))
    assert (seeds(between), index) == ([0, 9, 1, 2], 1)
    instead, index = with_scene(journey(0, 2, 4), 2.01, scene(9))
    assert (seeds(instead), [frame.at for frame in instead.keyframes], index) == ([0, 9, 2], [0, 2, 4], 1)
    on_the_way_back, index = with_scene(journey(0, 2, loop=3), 3.0, scene(9))
    assert (seeds(on_the_way_back), on_the_way_back.keyframes[index].at) == ([0, 1, 9], 3.0)
    assert (on_the_way_back.loop, on_the_way_back.seconds) == (2.0, 5.0)
    at_its_end, index = with_scene(journey(0, 2, loop=3), 5.0, scene(9))
    assert at_its_end.keyframes[index].at == 2 + STEP_S


def test_what_is_compared_is_left_out_and_a_latent_on_its_way_is_refused():
    timeline, _ = with_scene(None, 0, Scene(other=Other()))
    assert timeline.keyframes[0].scene.other is None
    with pytest.raises(ValueError, match="keyframe 1"):
        with_scene(None, 0, Scene(latent=Latent(toward=Latent(3), share=0.5)))


def test_a_keyframe_moves_as_far_as_its_neighbours_let_it():
    assert [frame.at for frame in moved(journey(0, 2, 4), 1, 9).keyframes] == [0, 4 - LEAST_GAP_S, 4]
    assert [frame.at for frame in moved(journey(0, 2, 4), 1, -3).keyframes] == [0, LEAST_GAP_S, 4]
    assert [frame.at for frame in moved(journey(0, 2, 4), 2, 9).keyframes] == [0, 2, 9]
    assert moved(journey(0, 2), 0, 1) == journey(0, 2)


def test_one_is_copied_changed_and_taken_away():
    twice, index = copied(journey(0, 2, 4), 0)
    assert (seeds(twice), twice.keyframes[index].at) == ([0, 0, 1, 2], 1)
    behind, index = copied(journey(0, 2), 1)
    assert (seeds(behind), behind.keyframes[index].at) == ([0, 1, 1], 2 + STEP_S)
    soft = changed(journey(0, 2), 0, scene=Scene(camera=Camera(yaw=0)), ease="soft")
    assert (soft.keyframes[0].scene.camera.yaw, soft.keyframes[0].ease) == (0, "soft")
    assert [frame.at for frame in without(journey(0, 2, 5), 0).keyframes] == [0, 3]
    assert without(journey(0), 0) is None


@given(st.lists(st.tuples(st.sampled_from(["add", "move", "copy", "drop"]), st.floats(0, 30), st.integers(0, 9))))
def test_times_always_rise_from_zero(edits):
    timeline = None
    for what, at, number in edits:
        if timeline is None or what == "add":
            timeline, index = with_scene(timeline, at, scene(number))
            assert timeline.keyframes[index].scene == scene(number)
            continue
        index = number % len(timeline.keyframes)
        match what:
            case "move":
                timeline = moved(timeline, index, at)
            case "copy":
                timeline, index = copied(timeline, index)
            case _:
                timeline = without(timeline, index)
        if timeline is not None:
            times = [frame.at for frame in timeline.keyframes]
            assert times[0] == 0
            assert all(after > before for before, after in pairwise(times))


def test_who_adds_is_told_whether_a_keyframe_is_replaced():
    timeline, _ = with_scene(None, 0, Scene())
    assert replaced_at(timeline, 0) is None, "the last one is followed by another"
    timeline, _ = with_scene(timeline, 0, Scene(latent=Latent(1)))
    assert (replaced_at(timeline, 0), replaced_at(timeline, 1), replaced_at(timeline, 2)) == (0, None, None)


def test_the_keyframe_at_a_time_is_found():
    assert keyframe_near(journey(0, 2), 2.02) == 1
    assert keyframe_near(journey(0, 2), 1.9) is None
