"""When a change of the Scene is complete, so that one gesture is one step of undo."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from core.history import History
from core.scene import Scene

# A wheel turns in many small steps; once the camera has rested for so long, they are one gesture.
REST_S = 0.4


class Gestures:
    """Watches the Scene of a window from frame to frame.

    Args:
        scene: What is shown first.
        clock: Seconds; replaced in tests.
    """

    def __init__(self, scene: Scene, clock: Callable[[], float] = time.monotonic) -> None:
        self.history = History(scene)
        self._clock = clock
        self._seen, self._changed_at = scene, clock()

    def observe(self, scene: Scene, *, held: bool) -> None:
        """Once a frame: the Scene as people have left it.

        Args:
            scene: The Scene.
            held: Whether something is still being changed: dragged, typed, or on its way.
        """
        now, present = self._clock(), self.history.present
        if scene != self._seen:
            self._seen, self._changed_at = scene, now
        if held or scene == present:
            return
        if not _differ_in_cameras(scene, present) or now - self._changed_at >= REST_S:
            self.history.keep(scene)

    def moved_by_itself(self, before: Scene, after: Scene) -> None:
        """The program has changed the Scene: a turning camera, a newly loaded generator."""
        if self.history.present == before:
            self.history.drift(after)
        if self._seen == before:
            self._seen = after

    def undo(self, scene: Scene) -> Scene | None:
        """The Scene before the last gesture, of a window that shows `scene` now; None if there is none."""
        self.history.keep(scene)
        return self._gone_to(self.history.undo())

    def redo(self, scene: Scene) -> Scene | None:
        """The Scene that was undone last; None if there is none."""
        self.history.keep(scene)
        return self._gone_to(self.history.redo())

    def _gone_to(self, scene: Scene | None) -> Scene | None:
        self._seen = self._seen if scene is None else scene
        return scene


def _differ_in_cameras(one: Scene, other: Scene) -> bool:
    """Whether nothing but a camera differs: that of all pictures, or the inspector's own."""
    geometry = replace(one.geometry, camera=other.geometry.camera)
    return replace(one, camera=other.camera, geometry=geometry) == other
