"""The turntable and the way to a view, by a clock of our own."""

import math

import pytest

from app.view.camera_motion import FLIGHT_S, Flight, Turntable
from core.camera import Camera


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_turntable_takes_its_time_for_once_around():
    clock = Clock()
    table, camera = Turntable(clock), Camera()
    assert table.turned(camera, 10) == camera
    table.toggle()
    table.turned(camera, 10)
    for _ in range(25):
        clock.now += 0.05
        camera = table.turned(camera, 10)
    assert camera.yaw - Camera().yaw == pytest.approx(math.tau * 1.25 / 10)
    clock.now += 1000
    asleep = table.turned(camera, 10)
    assert asleep.yaw - camera.yaw < 0.1, "a turn that stood still goes on from where it was"
    table.toggle()
    clock.now += 0.05
    assert table.turned(asleep, 10) == asleep


def test_a_flight_is_smooth_and_ends_exactly_at_its_goal():
    clock = Clock()
    flight, camera, goal = Flight(clock), Camera(), Camera(yaw=-0.4, pitch=1.0, radius=2.0, roll=0.3)
    flight.begin(camera, goal)
    ways = []
    for _ in range(7):
        clock.now += FLIGHT_S / 8
        camera = flight.moved(camera)
        ways.append(camera.radius)
        assert flight.on
        assert flight.goal == goal
    assert ways == sorted(ways)
    assert ways[0] - 1 < (ways[4] - ways[3]) / 2, "it sets out slowly"
    clock.now += FLIGHT_S
    assert flight.moved(camera) == goal
    assert not flight.on
    assert flight.moved(Camera()) == Camera()


def test_whoever_moves_the_camera_ends_the_flight():
    clock = Clock()
    flight = Flight(clock)
    flight.begin(Camera(), Camera(yaw=0.0))
    clock.now += FLIGHT_S / 2
    halfway = flight.moved(Camera())
    taken = halfway.orbited(0.1, 0.0)
    clock.now += FLIGHT_S / 4
    assert flight.moved(taken) == taken
    assert not flight.on
    assert flight.goal is None


def test_a_flight_can_be_stopped_where_it_is():
    clock = Clock()
    flight = Flight(clock)
    flight.begin(Camera(), Camera(yaw=0.0))
    clock.now += FLIGHT_S / 2
    halfway = flight.moved(Camera())
    flight.stop()
    clock.now += FLIGHT_S
    assert flight.moved(halfway) == halfway
