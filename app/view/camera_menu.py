"""The Camera menu: named views, steps, the turntable, and what is drawn over the picture."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, get_args

from imgui_bundle import imgui

from core.scene import Shown
from core.views import ViewName, seen_from, seen_from_behind
from widgets.actions import Action, Chord
from widgets.quality import SHOWN_NAMES

if TYPE_CHECKING:
    from app.view.stage import Stage

Key = imgui.Key
MENU = "Camera"
STEP = math.radians(15)
# As in Blender: the digits of the number pad, whose other side is Ctrl. The digits above the letters do the same for
# keyboards without a number pad; there the other side is Shift, since Ctrl shows panels.
_DIGITS: dict[tuple[ViewName, ViewName], tuple[Key, Key]] = {
    ("front", "back"): (Key._1, Key.keypad1),
    ("right", "left"): (Key._3, Key.keypad3),
    ("top", "bottom"): (Key._7, Key.keypad7),
}


def camera_actions(stage: Stage) -> list[Action]:
    """What can be done with the camera now."""
    return [*_views(stage), *_steps(stage), *_shown(stage), *_ways_of_showing(stage)]


def _views(stage: Stage) -> list[Action]:
    camera, training = stage.aim, stage.training_views
    sides = [
        Action(
            MENU,
            view.capitalize(),
            partial(stage.look, seen_from(camera, view)),
            Chord(digit, shift=other),
            also=(Chord(pad, ctrl=other),),
            spoken=f"look from {' and '.join(pair)}",
        )
        for pair, (digit, pad) in _DIGITS.items()
        for view, other in zip(pair, (False, True), strict=True)
    ]
    behind = Action(
        MENU,
        "Other side",
        partial(stage.look, seen_from_behind(camera)),
        Chord(Key._9),
        also=(Chord(Key.keypad9),),
        spoken="look from the other side",
    )
    mean = Action(
        MENU,
        "Mean pose",
        partial(stage.look, training.mean),
        Chord(Key._0),
        also=(Chord(Key.keypad0),),
        group=1,
        tooltip=f"As the training sees the object in the middle: {training.origin}",
        spoken="the training's mean pose",
    )
    home = Action(
        MENU,
        "Reset",
        partial(stage.look, training.home),
        Chord(Key.r),
        group=1,
        spoken="back to the training's camera",
    )
    return [*sides, behind, mean, home]


def _steps(stage: Stage) -> list[Action]:
    camera = stage.aim
    turns = {
        "Orbit left": (Key.keypad4, camera.orbited(STEP, 0.0)),
        "Orbit right": (Key.keypad6, camera.orbited(-STEP, 0.0)),
        "Orbit up": (Key.keypad8, camera.orbited(0.0, -STEP)),
        "Orbit down": (Key.keypad2, camera.orbited(0.0, STEP)),
    }
    rolls = {"Roll left": (Key.keypad4, camera.rolled(-STEP)), "Roll right": (Key.keypad6, camera.rolled(STEP))}
    steps = f"{MENU}/Step"
    return [
        *(
            Action(steps, name, partial(stage.look, goal), Chord(key), spoken="go round in steps of 15°")
            for name, (key, goal) in turns.items()
        ),
        *(
            Action(steps, name, partial(stage.look, goal), Chord(key, ctrl=True), spoken="roll in steps of 15°")
            for name, (key, goal) in rolls.items()
        ),
        Action(steps, "Upright", partial(stage.look, replace(camera, roll=0.0)), enabled=camera.roll != 0, group=1),
    ]


def _ways_of_showing(stage: Stage) -> list[Action]:
    ways, now, submenu = get_args(Shown), stage.scene.quality.show, f"{MENU}/Show"
    following = ways[(ways.index(now) + 1) % len(ways)]
    return [
        *(
            Action(
                submenu,
                SHOWN_NAMES[way].capitalize(),
                partial(stage.show_as, way),
                checked=way == now,
                spoken=f"show {SHOWN_NAMES[way]}",
            )
            for way in ways
        ),
        Action(
            submenu, "Next", partial(stage.show_as, following), Chord(Key.v), group=1, spoken="show the next of these"
        ),
    ]


def _shown(stage: Stage) -> list[Action]:
    setup = stage.viewing
    switches = {
        "Box of the field": (setup.box, replace(setup, box=not setup.box), Chord(Key.b)),
        "Cameras of the training": (setup.cameras, replace(setup, cameras=not setup.cameras), None),
        "Cube of the axes": (setup.cube, replace(setup, cube=not setup.cube), None),
    }
    return [
        Action(MENU, "Turntable", stage.toggle_turntable, Chord(Key.t), checked=stage.turntable.on, group=2),
        *(
            Action(MENU, name, partial(stage.set_viewing, wanted), chord, checked=on, group=3)
            for name, (on, wanted, chord) in switches.items()
        ),
    ]
