"""What to go back to: undo and redo of everything that decides what is shown, and of the timeline beside it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

from core.scene import Scene
from core.timeline import Timeline

# A Scene is small; nobody goes back further.
MOST = 500


@dataclass(frozen=True)
class Work:
    """All that somebody changes in a window.

    Attributes:
        scene: What is shown.
        timeline: The journey that is being made; None while there is none.
    """

    scene: Scene
    timeline: Timeline | None = None


class History:
    """The work of a session, as it was after each gesture.

    Args:
        work: What there is first.
        most: How many steps can be gone back.
    """

    def __init__(self, work: Work, most: int = MOST) -> None:
        self.present = work
        self._past: deque[Work] = deque(maxlen=most)
        self._future: list[Work] = []

    @property
    def undoes(self) -> str:
        """What `undo` would change, for people; empty if there is nothing to undo."""
        return difference(self._past[-1], self.present) if self._past else ""

    @property
    def redoes(self) -> str:
        """What `redo` would change, for people; empty if there is nothing to redo."""
        return difference(self.present, self._future[-1]) if self._future else ""

    def keep(self, work: Work) -> None:
        """A gesture has ended with this; what was undone before cannot be redone any more."""
        if work == self.present:
            return
        self._past.append(self.present)
        self._future.clear()
        self.present = work

    def drift(self, work: Work) -> None:
        """The present has become this by itself: nothing that anybody would undo."""
        self.present = work

    def undo(self) -> Work | None:
        """Go back to before the last gesture; None if there is none."""
        if not self._past:
            return None
        self._future.append(self.present)
        self.present = self._past.pop()
        return self.present

    def redo(self) -> Work | None:
        """Take back the last `undo`; None if there is none."""
        if not self._future:
            return None
        self._past.append(self.present)
        self.present = self._future.pop()
        return self.present


# What people call the parts of a Scene.
_NAMES = {"source": "generator", "other": "comparison"}


def difference(before: Work, after: Work) -> str:
    """What differs between two steps, as in "latent, camera"; "change" if nothing does."""
    one, two = before.scene, after.scene
    names = [
        _NAMES.get(each.name, each.name) for each in fields(Scene) if getattr(one, each.name) != getattr(two, each.name)
    ]
    timeline = [] if before.timeline == after.timeline else ["timeline"]
    return ", ".join((*timeline, *names)) or "change"
