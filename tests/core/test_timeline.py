"""Timelines pass through their keyframes, smoothly and by the shorter way, and read back as they were written."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.camera import Camera
from core.scene import Latent, Quality, Scene, Source
from core.timeline import Keyframe, Timeline, between, is_timeline

cameras = st.builds(
    Camera, st.floats(-3, 3), st.floats(0.2, 2.9), st.floats(0.3, 3), st.floats(10, 80),
    st.tuples(*[st.floats(-0.5, 0.5)] * 3), roll=st.floats(-3, 3),
)  # fmt: skip
scenes = st.builds(
    Scene,
    latent=st.builds(Latent, st.integers(0, 99), st.floats(0, 1)),
    camera=cameras,
    quality=st.builds(Quality, threshold=st.floats(1, 50), slice_at=st.floats(-1, 1)),
)
gaps = st.floats(0.25, 4)
timelines = st.builds(
    lambda first, rest, loop: Timeline(
        tuple(
            Keyframe(float(at), scene, ease)
            for at, (scene, ease) in zip(
                np.cumsum([0.0, *(gap for _, _, gap in rest)]), [first, *((a, b) for a, b, _ in rest)], strict=True
            )
        ),
        loop,
    ),
    st.tuples(scenes, st.sampled_from(["even", "soft"])),
    st.lists(st.tuples(scenes, st.sampled_from(["even", "soft"]), gaps), max_size=4),
    st.sampled_from([0.0, 1.5]),
)


@given(timelines)
def test_keyframes_are_met_and_nothing_jumps(timeline):
    for frame in timeline.keyframes:
        assert timeline.at(frame.at) == frame.scene
    if timeline.loop:
        assert timeline.at(timeline.seconds) == timeline.keyframes[0].scene
    else:
        assert timeline.at(timeline.seconds + 5) == timeline.keyframes[-1].scene
    for time in np.linspace(0, max(timeline.seconds, 0.1), 23)[1:-1]:
        before, after = (timeline.at(float(time) + offset).camera.matrix for offset in (-1e-7, 1e-7))
        assert np.abs(before - after).max() < 1e-3


@given(timelines)
def test_what_was_written_reads_back(timeline):
    text = timeline.to_json()
    assert is_timeline(text)
    assert not is_timeline(timeline.keyframes[0].scene.to_json())
    assert Timeline.from_json(text) == timeline


def turned(yaw: float, seed: int = 0) -> Scene:
    return Scene(camera=Camera(yaw=yaw), latent=Latent(seed=seed))


def test_the_way_round_is_the_shorter_one():
    timeline = Timeline((Keyframe(0, turned(math.radians(170))), Keyframe(1, turned(math.radians(-170)))))
    middle = math.degrees(timeline.at(0.5).camera.yaw)
    assert abs(middle) == pytest.approx(180)


def test_the_camera_does_not_stop_at_a_keyframe_and_a_soft_one_does():
    frames = tuple(Keyframe(float(at), turned(at * 0.5)) for at in range(4))

    def speed(timeline: Timeline, time: float) -> float:
        return (timeline.at(time + 1e-5).camera.yaw - timeline.at(time - 1e-5).camera.yaw) / 2e-5

    assert speed(Timeline(frames), 1.0) == pytest.approx(0.5, rel=1e-3)
    assert speed(Timeline(frames), 1.5) == pytest.approx(0.5, rel=1e-3)
    soft = Timeline(tuple(replace(frame, ease="soft") for frame in frames))
    assert abs(speed(soft, 1.0)) < 0.01
    assert speed(soft, 1.5) > 0.6


def test_latents_go_straight_and_generators_change_at_keyframes():
    first, second = turned(0, 1), replace(turned(0, 2), source=Source("checkpoint", "/b.safetensors"))
    timeline = Timeline((Keyframe(0, first), Keyframe(2, second)))
    middle = timeline.at(0.5)
    assert middle.latent == Latent(seed=1, toward=Latent(seed=2), share=0.25)
    assert middle.source == first.source
    assert timeline.at(2).source == second.source
    assert between(Latent(1), Latent(1), 0.5) == Latent(1)
    assert between(Latent(1), Latent(2), 1.0) == Latent(2)


def test_pictures_of_a_film():
    once = Timeline((Keyframe(0, turned(0)), Keyframe(1, turned(1))))
    assert once.times(4) == [0, 0.25, 0.5, 0.75, 1.0]
    assert replace(once, loop=1.0).times(4) == [number / 4 for number in range(8)], "the first is not shown twice"
    assert Timeline((Keyframe(0, turned(0)),)).times(4)[0] == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Timeline(()), "begin with 0"),
        (lambda: Timeline((Keyframe(1, turned(0)),)), "begin with 0"),
        (lambda: Timeline((Keyframe(0, turned(0)), Keyframe(0, turned(1)))), "rise"),
        (lambda: Timeline((Keyframe(0, turned(0)),), loop=-1), "not negative"),
        (lambda: Timeline((Keyframe(0, Scene(latent=Latent(1, toward=Latent(2), share=0.5))),)), "keyframe 1"),
        (lambda: Timeline.from_json('{"timeline": 1}'), "no timeline"),
        (lambda: Timeline.from_json('{"timeline": 9, "loop": 0, "keyframes": []}'), "version 9"),
        (lambda: Timeline.from_json('{"timeline": 1, "loop": 0, "keyframes": [{"at": 0, "scene": {}}]}'), "keyframe 1"),
    ],
)
def test_what_is_no_journey_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
