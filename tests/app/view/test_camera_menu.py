"""What the Camera menu offers leads where its words say."""

from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import pytest

from app.view.camera_menu import camera_actions
from core.camera import Camera
from core.scene import Scene, Shown
from core.views import VIEWS, view_of
from widgets.view_setup import TrainingViews, ViewSetup

START = Camera(yaw=0.3, pitch=1.0, roll=0.2)


class Stage:
    """What the menu needs of the stage."""

    def __init__(self) -> None:
        self.aim = START
        self.training_views = TrainingViews(Camera(), Camera(yaw=0.1), "a test")
        self.viewing = ViewSetup()
        self.turntable = SimpleNamespace(on=False)
        self.scene = Scene()

    def look(self, goal: Camera) -> None:
        self.aim = goal

    def set_viewing(self, setup: ViewSetup) -> None:
        self.viewing = setup

    def toggle_turntable(self) -> None:
        self.turntable.on = not self.turntable.on

    def show_as(self, way: Shown) -> None:
        self.scene = replace(self.scene, quality=replace(self.scene.quality, show=way))

    def do(self, label: str) -> None:
        next(action for action in camera_actions(self) if action.label == label).run()


@pytest.mark.parametrize("view", VIEWS)
def test_sides(view):
    stage = Stage()
    stage.do(view.capitalize())
    assert view_of(stage.aim) == view


def test_the_mean_pose_home_and_the_other_side():
    stage = Stage()
    stage.do("Other side")
    assert stage.aim.matrix[:3, 2] == pytest.approx(-START.matrix[:3, 2])
    stage.do("Mean pose")
    assert stage.aim == Camera(yaw=0.1)
    stage.do("Reset")
    assert stage.aim == Camera()


def test_steps_move_the_eye_where_they_say_and_back():
    for name, back, axis, sign in (("left", "right", 0, -1), ("up", "down", 1, 1)):
        stage = Stage()
        stage.aim = Camera()
        stage.do(f"Orbit {name}")
        assert sign * (stage.aim.position - Camera().position)[axis] > 0.1
        stage.do(f"Orbit {back}")
        assert stage.aim.matrix == pytest.approx(Camera().matrix)
    stage = Stage()
    stage.do("Roll right")
    assert stage.aim.roll > START.roll
    stage.do("Upright")
    assert stage.aim == Camera(yaw=0.3, pitch=1.0)


def test_switches_and_turntable():
    stage = Stage()
    for label in ("Box of the field", "Cameras of the training", "Cube of the axes", "Turntable"):
        stage.do(label)
    assert stage.viewing == ViewSetup(box=True, cameras=True, cube=False)
    assert stage.turntable.on


def test_no_key_does_two_things():
    chords = [chord for action in camera_actions(Stage()) for chord in action.chords]
    assert len(chords) == len(set(chords))


def test_each_way_of_showing_is_offered_and_the_next_goes_through_all():
    stage, seen = Stage(), []
    for _ in get_args(Shown):
        stage.do("Next")
        seen.append(stage.scene.quality.show)
    assert sorted(seen) == sorted(get_args(Shown))
    stage.do("Density slice")
    assert stage.scene.quality.show == "slice"
    checked = [action.label for action in camera_actions(stage) if action.menu == "Camera/Show" and action.checked]
    assert checked == ["Density slice"]
