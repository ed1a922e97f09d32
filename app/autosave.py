"""What a window shows, kept while it is open, so that the next one can go on where a crash has ended it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from core.files import write_text
from core.history import Work
from core.scene import Scene
from core.timeline import Timeline

log = logging.getLogger(__name__)

FOLDER = "open"
EVERY_S = 2.0


class Autosave:
    """Keeps the Scene of one window in a file that goes when the window is closed.

    Args:
        folder: Where settings are kept.
        clock: Seconds; replaced in tests.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder / FOLDER, clock
        self._path = self._folder / f"{os.getpid()}.json"
        self._kept: Work | None = None
        self._next = 0.0
        self._works = True

    def keep(self, work: Work) -> None:
        """Write down Scene and timeline, if they have changed and were not written a moment ago."""
        now = self._clock()
        if work == self._kept or now < self._next or not self._works:
            return
        self._kept, self._next = work, now + EVERY_S
        content = {"created": _created(os.getpid()), "scene": json.loads(work.scene.to_json())}
        if work.timeline is not None:
            content["timeline"] = json.loads(work.timeline.to_json())
        text = json.dumps(content)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_text(self._path, text)
        except OSError as error:
            self._works = False
            log.warning("What is shown cannot be kept in %s, and would be lost in a crash: %s", self._folder, error)

    def orphan(self) -> Work | None:
        """What the newest window showed that ended without closing; all files of such windows are removed."""
        found: list[tuple[float, Work]] = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError):
                age = path.stat().st_mtime
                work = _work_of_dead(path)
                if work is None:
                    continue
                if work != Work(Scene()):
                    found.append((age, work))
                path.unlink()
        return max(found, key=lambda each: each[0])[1] if found else None

    def close(self) -> None:
        """The window closes as it should."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _work_of_dead(path: Path) -> Work | None:
    """What was done in a window whose process is gone, nothing where it cannot be read; None if it lives."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        created, text = float(content["created"]), json.dumps(content["scene"])
        if _created(int(path.stem)) == created:
            return None
        journey = json.dumps(content["timeline"]) if "timeline" in content else None
        return Work(Scene.from_json(text), None if journey is None else Timeline.from_json(journey))
    except (ValueError, TypeError, KeyError):
        return Work(Scene())


def _created(process: int) -> float | None:
    """When a process began, so that another one with its number is told apart; None if there is none."""
    import psutil  # not before the first frame

    try:
        return psutil.Process(process).create_time()
    except psutil.Error:
        return None
