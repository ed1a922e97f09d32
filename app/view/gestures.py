"""When a change of the Scene or the timeline is complete, so that one gesture is one step of undo."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from core.history import History, Work
from core.scene import Scene
from core.timeline import Timeline

# A wheel turns in many small steps; once the camera has rested for so long, they are one gesture.
REST_S = 0.4


class Gestures:
    """Watches the work of a window from frame to frame.

    Args:
        scene: What is shown first.
        clock: Seconds; replaced in tests.
    """

    def __init__(self, scene: Scene, clock: Callable[[], float] = time.monotonic) -> None:
        self.history = History(Work(scene))
        self._clock = clock
        self._seen, self._changed_at = scene, clock()

    def observe(self, scene: Scene, timeline: Timeline | None = None, *, held: bool) -> None:
        """Once a frame: what people have left.

        Args:
            scene: The Scene.
            timeline: The journey beside it, if any.
            held: Whether something is still being changed: dragged, typed, or on its way.
        """
        now, work, present = self._clock(), Work(scene, timeline), self.history.present
        if scene != self._seen:
            self._seen, self._changed_at = scene, now
        if held or work == present:
            return
        if not _differ_in_cameras(work, present) or now - self._changed_at >= REST_S:
            self.history.keep(work)

    def moved_by_itself(self, before: Scene, after: Scene) -> None:
        """The program has changed the Scene: a turning camera, a newly loaded generator."""
        if self.history.present.scene == before:
            self.history.drift(replace(self.history.present, scene=after))
        if self._seen == before:
            self._seen = after

    def undo(self, scene: Scene, timeline: Timeline | None = None) -> Work | None:
        """The work before the last gesture, of a window that shows this now; None if there is none."""
        self.history.keep(Work(scene, timeline))
        return self._gone_to(self.history.undo())

    def redo(self, scene: Scene, timeline: Timeline | None = None) -> Work | None:
        """The work that was undone last; None if there is none."""
        self.history.keep(Work(scene, timeline))
        return self._gone_to(self.history.redo())

    def _gone_to(self, work: Work | None) -> Work | None:
        self._seen = self._seen if work is None else work.scene
        return work


def _differ_in_cameras(one: Work, other: Work) -> bool:
    """Whether nothing but a camera differs: that of all pictures, or the inspector's own."""
    geometry = replace(one.scene.geometry, camera=other.scene.geometry.camera)
    return replace(one, scene=replace(one.scene, camera=other.scene.camera, geometry=geometry)) == other
