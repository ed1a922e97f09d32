"""Playing a journey: time runs as the clock does, each sample is shown, and whoever takes hold stops it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.timeline.timeline_desk import LONGEST_STEP_S, TimelineDesk
from core.camera import Camera
from core.scene import Latent, Other, Scene, Source
from core.timeline import Keyframe, Timeline
from widgets.timeline_view import (
    AddKey,
    ChooseKey,
    ClearJourney,
    CopyKey,
    EaseKey,
    MoveKey,
    PlayJourney,
    RemoveKey,
    Scrub,
    SetLoop,
    UpdateKey,
    keyframe_words,
)


@pytest.fixture
def desk():
    desk = TimelineDesk(lambda: None, lambda: desk.now)
    desk.now = 100.0
    yield desk
    desk.close()


def made(desk: TimelineDesk, *scenes: Scene) -> Timeline:
    for scene in scenes:
        desk.handle(AddKey(), scene)
    return desk.timeline


def seed(number: int, yaw: float = 0.0) -> Scene:
    return Scene(latent=Latent(number), camera=Camera(yaw=yaw))


def run(desk: TimelineDesk, scene: Scene, seconds: float, *, complete: bool = True, step: float = 0.1) -> Scene:
    for _ in range(round(seconds / step)):
        desk.now += step
        scene = desk.moved(scene, complete=complete)
    return scene


def test_it_plays_as_fast_as_the_clock_and_ends_at_the_end(desk):
    timeline = made(desk, seed(0), seed(0, yaw=1.0))
    scene = desk.handle(Scrub(0.0), seed(0))
    desk.handle(PlayJourney(True), scene)
    scene = run(desk, desk.moved(scene, complete=True), 1.0)
    assert desk.playhead == pytest.approx(1.0)
    assert scene == timeline.at(desk.playhead)
    scene = run(desk, scene, 2.0)
    assert (desk.playing, desk.playhead, scene) == (False, 2.0, timeline.at(2.0))
    desk.handle(PlayJourney(True), scene)
    assert desk.playhead == 0, "from the end it begins anew"


def test_where_it_ends_all_of_it_arrives_however_slow_samples_are(desk):
    timeline = made(desk, seed(0), seed(5, yaw=1.0))
    scene = desk.handle(Scrub(0.0), seed(0))
    desk.handle(PlayJourney(True), scene)
    scene = run(desk, desk.moved(scene, complete=True), 3.0, complete=False)
    assert (desk.playing, scene) == (False, timeline.keyframes[-1].scene)


def test_a_journey_that_is_opened_begins_at_its_beginning(desk):
    made(desk, seed(0), seed(1))
    desk.open(Timeline((Keyframe(0.0, seed(7)), Keyframe(9.0, seed(8)))))
    assert (desk.playhead, desk._chosen) == (0.0, None)


def test_a_loop_goes_on(desk):
    made(desk, seed(0), seed(0, yaw=1.0))
    desk.handle(SetLoop(1.0), seed(0))
    scene = desk.handle(Scrub(2.5), seed(0))
    desk.handle(PlayJourney(True), scene)
    run(desk, desk.moved(scene, complete=True), 1.0)
    assert desk.playing
    assert desk.playhead == pytest.approx(0.5)


def test_a_sample_stays_until_it_is_shown_while_the_camera_goes_on(desk):
    timeline = made(desk, seed(0), seed(1, yaw=1.0))
    scene = desk.handle(Scrub(0.0), seed(0))
    desk.handle(PlayJourney(True), scene)
    scene = run(desk, desk.moved(scene, complete=True), 0.5)
    asked = scene.latent
    waiting = run(desk, scene, 0.5, complete=False)
    assert waiting.latent == asked
    assert waiting.camera == timeline.at(desk.playhead).camera != scene.camera
    assert run(desk, waiting, 0.1).latent == timeline.at(desk.playhead).latent != asked


def test_who_takes_hold_stops_it(desk):
    made(desk, seed(0), seed(0, yaw=1.0))
    scene = desk.handle(Scrub(0.0), seed(0))
    desk.handle(PlayJourney(True), scene)
    scene = run(desk, desk.moved(scene, complete=True), 0.3)
    turned = replace(scene, camera=scene.camera.orbited(0.5, 0))
    assert desk.moved(turned, complete=True) == turned
    assert not desk.playing


def test_time_that_stood_still_is_not_made_up_for(desk):
    made(desk, seed(0), seed(0, yaw=1.0))
    scene = desk.handle(Scrub(0.0), seed(0))
    desk.handle(PlayJourney(True), scene)
    scene = desk.moved(scene, complete=True)
    desk.now += 60
    desk.moved(scene, complete=True)
    assert desk.playhead == LONGEST_STEP_S


def test_one_keyframe_is_nothing_to_play(desk):
    made(desk, seed(0))
    desk.handle(PlayJourney(True), seed(0))
    assert not desk.playing


def test_keyframes_are_edited(desk):
    made(desk, seed(0), seed(1), seed(2))
    shown = seed(7)
    desk.handle(UpdateKey(1), shown)
    desk.handle(EaseKey(0, "soft"), shown)
    desk.handle(MoveKey(1, 3.0), shown)
    assert [(frame.at, frame.scene.latent.seed, frame.ease) for frame in desk.timeline.keyframes] == [
        (0, 0, "soft"), (3, 7, "even"), (4, 2, "even"),
    ]  # fmt: skip
    assert desk.handle(ChooseKey(2), shown) == seed(2)
    desk.handle(CopyKey(0), shown)
    desk.handle(RemoveKey(0), shown)
    assert [frame.at for frame in desk.timeline.keyframes] == [0, 1.5, 2.5]
    desk.handle(ClearJourney(), shown)
    assert desk.timeline is None
    assert desk.playhead == 0


def test_the_button_says_what_it_would_do(desk):
    desk.show(Timeline((Keyframe(0.0, Scene()), Keyframe(2.0, Scene(latent=Latent(1))))))
    assert desk.view(Scene(), ready=True).replaces
    desk.handle(Scrub(1.0), Scene())
    view = desk.view(desk.timeline.at(1.0), ready=True)
    assert not view.replaces
    assert "between two samples" in view.refused
    assert not desk.view(Scene(), ready=True).refused


def test_what_is_compared_stays_as_it_is(desk):
    made(desk, seed(0), seed(1))
    beside = replace(seed(5), other=Other(latent=Latent(3)))
    assert desk.handle(Scrub(2.0), beside) == replace(seed(1), other=beside.other)


def test_a_scene_that_cannot_be_a_keyframe_is_refused_and_nothing_is_lost(desk):
    timeline = made(desk, seed(0))
    desk.handle(AddKey(), Scene(latent=Latent(toward=Latent(2), share=0.5)))
    assert desk.timeline == timeline
    assert "lies between two samples" in desk._problem


def test_another_generator_is_told_to_whoever_follows_a_run(desk):
    elsewhere = replace(seed(0), source=Source("checkpoint", "/a/b.safetensors"))
    made(desk, seed(0), elsewhere)
    desk.strayed = False
    desk.handle(Scrub(0.0), seed(0))
    assert not desk.strayed
    desk.handle(Scrub(2.0), seed(0))
    assert desk.strayed


def test_a_keyframe_is_said_in_words():
    scene = replace(seed(3, yaw=0.5), source=Source("run", "/runs/00001-tiny", "000040.safetensors"))
    assert keyframe_words(scene) == "seed 3, psi 0.7  ·  yaw 29°, pitch 90°, distance 1.00  ·  000040"
    assert keyframe_words(seed(0)).endswith("demo")
