"""Scenes to go back to: undo and redo of everything that decides what is shown."""

from __future__ import annotations

from collections import deque
from dataclasses import fields

from core.scene import Scene

# A Scene is small; nobody goes back further.
MOST = 500


class History:
    """The Scenes of a session, one for each gesture.

    Args:
        scene: What is shown first.
        most: How many Scenes can be gone back to.
    """

    def __init__(self, scene: Scene, most: int = MOST) -> None:
        self.present = scene
        self._past: deque[Scene] = deque(maxlen=most)
        self._future: list[Scene] = []

    @property
    def undoes(self) -> str:
        """What `undo` would change, for people; empty if there is nothing to undo."""
        return difference(self._past[-1], self.present) if self._past else ""

    @property
    def redoes(self) -> str:
        """What `redo` would change, for people; empty if there is nothing to redo."""
        return difference(self.present, self._future[-1]) if self._future else ""

    def keep(self, scene: Scene) -> None:
        """A gesture has ended with this Scene; what was undone before cannot be redone any more."""
        if scene == self.present:
            return
        self._past.append(self.present)
        self._future.clear()
        self.present = scene

    def drift(self, scene: Scene) -> None:
        """The present has become this Scene by itself: nothing that anybody would undo."""
        self.present = scene

    def undo(self) -> Scene | None:
        """Go back to the Scene before the last gesture; None if there is none."""
        if not self._past:
            return None
        self._future.append(self.present)
        self.present = self._past.pop()
        return self.present

    def redo(self) -> Scene | None:
        """Take back the last `undo`; None if there is none."""
        if not self._future:
            return None
        self._past.append(self.present)
        self.present = self._future.pop()
        return self.present


# What people call the parts of a Scene.
_NAMES = {"source": "generator", "other": "comparison"}


def difference(before: Scene, after: Scene) -> str:
    """The parts in which two Scenes differ, as in "latent, camera"; "change" if they do not."""
    names = [field.name for field in fields(Scene) if getattr(before, field.name) != getattr(after, field.name)]
    return ", ".join(_NAMES.get(name, name) for name in names) or "change"
