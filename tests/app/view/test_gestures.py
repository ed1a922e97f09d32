"""One gesture is one step of undo, and what moves by itself is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.view.gestures import REST_S, Gestures
from core.camera import Camera
from core.geometry import Geometry
from core.history import Work
from core.scene import Latent, Scene
from core.timeline import Keyframe, Timeline


class Clock:
    def __init__(self) -> None:
        self.now = 10.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turned(yaw: float, seed: int = 0) -> Scene:
    return Scene(camera=Camera(yaw=yaw), latent=Latent(seed=seed))


def test_a_drag_is_one_step(clock):
    gestures = Gestures(turned(0), clock)
    for step in range(1, 20):
        gestures.observe(turned(step / 10), held=True)
        clock.now += 0.02
    clock.now += REST_S
    gestures.observe(turned(1.9), held=False)
    assert gestures.undo(turned(1.9)) == Work(turned(0))
    assert gestures.undo(turned(0)) is None
    assert gestures.redo(turned(0)) == Work(turned(1.9))


def test_the_clicks_of_a_wheel_are_one_step_and_later_ones_another(clock):
    gestures = Gestures(turned(0), clock)
    for wheel in ((1, 2, 3), (4, 5)):
        for yaw in wheel:
            gestures.observe(turned(yaw / 10), held=False)
            clock.now += 0.1
        clock.now += REST_S
        gestures.observe(turned(wheel[-1] / 10), held=False)
    assert gestures.undo(turned(0.5)) == Work(turned(0.3))
    assert gestures.undo(turned(0.3)) == Work(turned(0))


def test_the_inspectors_own_camera_is_no_other(clock):
    gestures, scenes = Gestures(turned(0), clock), []
    for yaw in (0.1, 0.2, 0.3):
        scene = replace(turned(0), geometry=Geometry(camera=Camera(yaw=yaw)))
        gestures.observe(scene, held=False)
        scenes.append(scene)
        clock.now += 0.1
    clock.now += REST_S
    gestures.observe(scenes[-1], held=False)
    assert gestures.undo(scenes[-1]) == Work(turned(0))


def test_each_click_on_a_button_is_a_step_at_once(clock):
    gestures = Gestures(turned(0), clock)
    for seed in (1, 2, 3):
        gestures.observe(turned(0, seed), held=False)
    assert [gestures.undo(turned(0, seed)) for seed in (3, 2, 1)] == [Work(turned(0, seed)) for seed in (2, 1, 0)]


def test_undo_does_not_lose_what_has_just_been_done(clock):
    gestures = Gestures(turned(0), clock)
    gestures.observe(turned(1), held=True)
    assert gestures.undo(turned(1)) == Work(turned(0))
    assert gestures.redo(turned(0)) == Work(turned(1))


def test_a_turntable_is_nothing_to_undo(clock):
    gestures, scene = Gestures(turned(0), clock), turned(0)
    for step in range(1, 5):
        gestures.observe(scene, held=False)
        scene, before = turned(step), scene
        gestures.moved_by_itself(before, scene)
        clock.now += 1
    clicked = replace(scene, latent=Latent(seed=7))
    gestures.observe(clicked, held=False)
    assert gestures.undo(clicked) == Work(scene), "the seed is undone, the turn is not"
    assert gestures.undo(scene) is None


def test_what_moves_during_a_gesture_belongs_to_it(clock):
    gestures = Gestures(turned(0), clock)
    gestures.observe(turned(0, 5), held=True)
    gestures.moved_by_itself(turned(0, 5), turned(1, 5))
    gestures.observe(turned(1, 5), held=False)
    assert gestures.undo(turned(1, 5)) == Work(turned(0))


def test_a_change_of_the_timeline_is_a_step(clock):
    gestures, scene = Gestures(turned(0), clock), turned(0)
    journey = Timeline((Keyframe(0.0, scene), Keyframe(2.0, turned(1))))
    longer = Timeline((Keyframe(0.0, scene), Keyframe(3.0, turned(1))))
    gestures.observe(scene, journey, held=False)
    gestures.observe(scene, longer, held=True)
    assert gestures.history.present == Work(scene, journey), "a drag is not over"
    gestures.observe(scene, longer, held=False)
    assert gestures.undo(scene, longer) == Work(scene, journey)
    assert gestures.undo(scene, journey) == Work(scene)
    assert gestures.redo(scene) == Work(scene, journey)
