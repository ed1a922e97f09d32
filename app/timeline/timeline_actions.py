"""What menus and keys do with the timeline, for the table of actions."""

from __future__ import annotations

from functools import partial

from imgui_bundle import imgui

from app.view.stage import Stage
from widgets.actions import Action, Chord
from widgets.timeline_view import PlayJourney

Key = imgui.Key


def timeline_actions(stage: Stage) -> list[Action]:
    """What can be done with the journey."""
    journey, scene = stage.journey, stage.scene
    several = journey.timeline is not None and len(journey.timeline.keyframes) > 1
    return [
        Action(
            "Time", "Add keyframe", partial(journey.add, scene), Chord(Key.i), stage.engine.shown is not None, group=3,
            tooltip="Keep what is shown in the Timeline",
        ),
        Action(
            "Time",
            "Pause the timeline" if journey.playing else "Play the timeline",
            partial(journey.handle, PlayJourney(not journey.playing), scene),
            Chord(Key.i, shift=True),
            several,
            group=3,
            spoken="Play the timeline, or stop",
        ),
    ]  # fmt: skip
