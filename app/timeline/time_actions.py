"""What menus and keys do with a run's past, for the table of actions."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from imgui_bundle import imgui

from app.timeline.time_machine import TimeMachine
from widgets.actions import Action, Chord
from widgets.time_view import RATES, GoTo, SetTime

Key = imgui.Key


def time_actions(past: TimeMachine) -> list[Action]:
    """What can be done with the past of the run that is shown."""
    setup, index, last = past.setup, past.index, len(past.snapshots)
    best = next((each.name for each in past.snapshots if each.best), "")
    rates = [
        Action(
            "Time/Speed",
            f"{rate:g} per second",
            partial(past.handle, SetTime(replace(setup, rate=rate))),
            checked=rate == setup.rate,
            group=2,
        )
        for rate in RATES
    ]
    return [
        Action(
            "Time",
            "Pause" if past.playing else "Play",
            partial(past.play, not past.playing),
            Chord(Key.k),
            last > 1,
            spoken="Play the snapshots of a run, or stop",
        ),
        Action("Time", "Previous snapshot", partial(past.step, -1), Chord(Key.comma), past.active and index > 0),
        Action("Time", "Next snapshot", partial(past.step, 1), Chord(Key.period), past.active and index < last),
        Action("Time", "Best snapshot", partial(past.handle, GoTo(best)), enabled=bool(best), group=1),
        Action("Time", "Newest weights", past.go_live, Chord(Key.l), past.active and index < last, group=1),
        *rates,
        Action(
            "Time",
            "Begin anew at the end",
            partial(past.handle, SetTime(replace(setup, loop=not setup.loop))),
            checked=setup.loop,
            group=2,
        ),
    ]
