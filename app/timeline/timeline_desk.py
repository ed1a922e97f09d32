"""Behind the Timeline panel: the journey that is being made, and playing it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.export.saving import save_dated
from app.workers.loader import Loader
from core.files import write_text
from core.scene import Scene
from core.timeline import Timeline
from core.timeline_edits import changed, copied, keyframe_near, moved, replaced_at, with_scene, without
from widgets.timeline import TimelinePanel
from widgets.timeline_view import (
    AddKey,
    ChooseKey,
    ClearJourney,
    CopyKey,
    EaseKey,
    FilmJourney,
    MoveKey,
    OpenJourney,
    PlayJourney,
    RemoveKey,
    SaveJourney,
    Scrub,
    SetLoop,
    TimelineIntent,
    TimelineView,
    UpdateKey,
)

# Time that stood still (window hidden, machine asleep) goes on from where it was.
LONGEST_STEP_S = 0.25
BETWEEN = (
    "What is shown lies between two samples, and a keyframe must be one of them: choose a seed, or go to a keyframe"
)


class TimelineDesk:
    """The journey of one window.  All methods are called on the window's thread.

    Args:
        wake: Called from threads when a frame should be drawn.
        clock: Seconds; replaced in tests.

    Attributes:
        timeline: The journey; None before the first keyframe.
        playing: Whether time runs.
        playhead: Where in the journey the window is, seconds.
        strayed: It has shown another generator; whoever follows a run sees to that, and sets it back.
    """

    def __init__(self, wake: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.timeline: Timeline | None = None
        self.playing = self.strayed = False
        self.playhead = 0.0
        self._clock = clock
        self._last: float | None = None
        self._shown: Scene | None = None  # what was shown while time ran; None when it does not
        self._chosen: int | None = None
        self._problem = ""
        self._panel = TimelinePanel()
        self._there: Loader[str, bool] = Loader(lambda path: Path(path).exists(), wake, keep=64)

    def show(self, timeline: Timeline | None) -> None:
        """Take another state of the journey in place of this one: edited, or gone back to."""
        self.timeline, self.playing, self._problem = timeline, False, ""
        count = 0 if timeline is None else len(timeline.keyframes)
        self._chosen = None if self._chosen is None or self._chosen >= count else self._chosen
        self.playhead = min(self.playhead, 0.0 if timeline is None else timeline.seconds)

    def open(self, timeline: Timeline) -> None:
        """Begin another journey, which was opened."""
        self.playhead, self._chosen = 0.0, None
        self.show(timeline)

    def play(self, on: bool) -> None:
        """Let time run from here, from the beginning if this is the end; or stop it."""
        timeline = self.timeline
        self.playing = on and timeline is not None and len(timeline.keyframes) > 1
        self._last, self._shown = None, None
        if self.playing and timeline is not None and self.playhead >= timeline.seconds:
            self.playhead = 0.0

    def moved(self, scene: Scene, *, complete: bool) -> Scene:
        """The Scene as the journey has it now; the same one while time does not run.

        Time runs as the clock does.  A sample stays until it is shown, whatever is due by then, so that a slow machine
        shows fewer of them, but each one; the camera moves on.

        Args:
            scene: As it is; if somebody has changed it, the journey stops.
            complete: Whether its sample is on the screen.
        """
        now, last = self._clock(), self._last
        self._last = now
        if not self.playing or self.timeline is None:
            return scene
        if self._shown is not None and scene != self._shown:
            self.playing = False
            return scene
        self.playhead += min(now - last, LONGEST_STEP_S) if last is not None else 0.0
        if self.playhead >= self.timeline.seconds:
            self.playing = bool(self.timeline.loop)
            self.playhead = self.playhead % self.timeline.seconds if self.playing else self.timeline.seconds
        due = self._at(scene)
        if self.playing and not complete:  # where it ends, all of it arrives
            due = replace(due, source=scene.source, latent=scene.latent)
        self._shown = due
        return due

    def draw(self, scene: Scene, *, ready: bool) -> tuple[Scene, OpenJourney | FilmJourney | None]:
        """Draw the panel.

        Args:
            scene: What is shown.
            ready: Whether there is a picture of it.

        Returns:
            The Scene as it is now wanted, and what others have to do.
        """
        intent = self._panel.draw(self.view(scene, ready=ready))
        if isinstance(intent, OpenJourney | FilmJourney):
            return scene, intent
        return (scene if intent is None else self.handle(intent, scene)), None

    def view(self, scene: Scene, *, ready: bool) -> TimelineView:
        """What the panel shows; arguments as in `draw`."""
        timeline = self.timeline
        lost = frozenset(
            i for i, each in enumerate(timeline.keyframes if timeline else ()) if self._is_lost(each.scene)
        )
        replaces = timeline is not None and replaced_at(timeline, self.playhead) is not None
        refused = BETWEEN if scene.latent.toward is not None else ""
        return TimelineView(
            timeline, self.playhead, self.playing, self._chosen, lost, ready, self._problem, replaces, refused
        )

    def add(self, scene: Scene) -> Scene:
        """Keep what is shown as a keyframe."""
        return self.handle(AddKey(), scene)

    def handle(self, intent: TimelineIntent, scene: Scene) -> Scene:
        """Do what somebody wants.  Returns the Scene that is to be shown."""
        if isinstance(intent, PlayJourney):
            self.play(intent.on)
            return scene
        self.playing, self._problem = False, ""
        try:
            return self._edit(intent, scene)
        except ValueError as error:
            self._problem = str(error).removeprefix("timeline: ")
            return scene

    def close(self) -> None:
        """End the thread."""
        self._there.close()

    def _edit(self, intent: TimelineIntent, scene: Scene) -> Scene:
        timeline = self.timeline
        if isinstance(intent, AddKey):
            self.timeline, self._chosen = with_scene(timeline, self.playhead, scene)
            self.playhead = self.timeline.keyframes[self._chosen].at
            return scene
        if timeline is None:
            return scene
        match intent:
            case UpdateKey(index):
                self.timeline = changed(timeline, index, scene=scene)
            case EaseKey(index, ease):
                self.timeline = changed(timeline, index, ease=ease)
            case CopyKey(index):
                self.timeline, self._chosen = copied(timeline, index)
            case RemoveKey(index):
                self.show(without(timeline, index))
            case MoveKey(index, at):
                self.timeline = moved(timeline, index, at)
                self.playhead = self.timeline.keyframes[index].at
            case SetLoop(seconds):
                self.show(replace(timeline, loop=seconds))
            case SaveJourney():
                save_dated("timeline", ".json", lambda path: write_text(path, timeline.to_json() + "\n"))
            case ClearJourney():
                self.show(None)
            case ChooseKey(index):
                self._chosen, self.playhead = index, timeline.keyframes[index].at
                return self._at(scene)
            case Scrub(at):
                self.playhead = min(max(at, 0.0), timeline.seconds)
                self._chosen = keyframe_near(timeline, self.playhead)
                return self._at(scene)
        return scene

    def _at(self, scene: Scene) -> Scene:
        """What the playhead shows; what is compared stays as it is."""
        assert self.timeline is not None
        shown = replace(self.timeline.at(self.playhead), other=scene.other)
        self.strayed = self.strayed or shown.source != scene.source
        return shown

    def _is_lost(self, scene: Scene) -> bool:
        path = scene.source.snapshot_file or scene.source.path
        return bool(path) and self._there.get(path) is False
