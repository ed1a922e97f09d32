"""The runs of a folder with their states, looked at again and again; only what has changed is read again."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from widgets.runs_view import RunItem

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.run_dir import RunDirectory, RunObserver

LIST_SECONDS = 2.0
MOST_RUNS = 2000
# Sizes on disk are measured for so long at a time, and those of living runs again after so long, seconds.
MEASURE_S, SIZE_AGE_S = 0.5, 60.0
PRESET = re.compile(r"^preset: *(.*)$", re.MULTILINE)

# Modification time and size of the files that decide a run's state; None for one that is absent.
Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Listing:
    """The runs of a folder.

    Attributes:
        done: The folder was read.
        runs: The newest first, those from elsewhere before them.
        problem: Why the folder could not be read this time.
    """

    done: bool = False
    runs: tuple[RunItem, ...] = ()
    problem: str = ""


class RunList:
    """The list of one folder, and of runs that were opened from elsewhere."""

    def __init__(self) -> None:
        self._known: dict[Path, _KnownRun] = {}
        self._listing = Listing()
        self._asked: tuple[Path | None, tuple[Path, ...]] = (None, ())
        self._next = 0.0
        self._sizes = _Sizes()

    def look(self, folder: Path | None, elsewhere: tuple[Path, ...], forced: bool) -> Listing:
        """The runs; looked at every now and then, or when forced.

        Args:
            folder: The folder for runs, if there is one.
            elsewhere: Runs that are listed wherever they are.
            forced: Look now.
        """
        asked = (folder, elsewhere)
        if not forced and asked == self._asked and time.monotonic() < self._next:
            return self._listing
        if folder != self._asked[0]:
            self._listing = Listing()
        self._asked, self._next = asked, time.monotonic() + LIST_SECONDS
        try:
            self._listing = Listing(folder is not None, self._items(folder, elsewhere))
        except (ValueError, OSError) as error:
            self._listing = replace(self._listing, problem=str(error))
        return self._listing

    def close(self) -> None:
        """End the thread that measures."""
        self._sizes.close()

    def _items(self, folder: Path | None, elsewhere: tuple[Path, ...]) -> tuple[RunItem, ...]:
        from training.run_dir import RunDirectory, list_runs

        runs = list_runs(folder)[::-1][:MOST_RUNS] if folder is not None else []
        listed = {run.name for run in runs}
        home = folder.resolve() if folder is not None and elsewhere else None
        strangers = [
            RunDirectory(path) for path in elsewhere if path.parent.resolve() != home or path.name not in listed
        ]
        strangers = [run for run in strangers if run.config_path.is_file()]
        self._known = {run.path: self._known.get(run.path) or _KnownRun(run) for run in (*strangers, *runs)}
        far = {run.path for run in strangers}
        items = [replace(known.look(), elsewhere=path in far) for path, known in self._known.items()]
        return self._sizes.added(items)


class _KnownRun:
    """One run: its observer remembers when the heartbeat changed, and what cannot change is not read again."""

    def __init__(self, run: RunDirectory) -> None:
        from training.run_dir import RunObserver

        self._run = run
        self._observer: RunObserver = RunObserver(run)
        self._stamp: Stamp = ()
        self._item: RunItem | None = None
        self._preset: str | None = None

    def look(self) -> RunItem:
        """The run as it is now; one that cannot be read says so, and leaves the others alone."""
        stamp = tuple(_stamp(path) for path in (self._run.status_path, self._run.launch_path))
        resting = self._item is not None and not self._item.view.active and not self._item.problem
        if self._item is None or not resting or stamp != self._stamp:
            self._stamp, self._item = stamp, self._read(stamp)
        return self._item

    def _read(self, stamp: Stamp) -> RunItem:
        from training.liveness import RunView

        if self._preset is None:
            self._preset = _preset(self._run.config_path)
        try:
            # The age of a heartbeat changes all the time and nobody sees it.
            view, problem = replace(self._observer.look(), age=0.0), ""
        except (ValueError, OSError) as error:
            view, problem = RunView("new", None, 0, 0.0, ""), str(error)
        _, launched = stamp
        if view.status is not None and view.start == view.status.start:
            touched = view.status.heartbeat
        else:
            made = launched or _stamp(self._run.config_path)
            touched = made[0] / 1e9 if made is not None else 0.0
        return RunItem(self._run.path, view, problem, touched, self._preset)


class _Sizes:
    """Measures folders on a thread of its own, a few at a time: some have many files, or lie beyond a network."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "run sizes")
        self._future: Future[dict[Path, int]] | None = None
        self._known: dict[Path, tuple[int, float, float]] = {}  # bytes, last sign of life, when measured

    def added(self, items: list[RunItem]) -> tuple[RunItem, ...]:
        """The items with their sizes, as far as they are known; the others are measured meanwhile."""
        now, touched = time.monotonic(), {item.path: item.touched for item in items}
        if self._future is not None and self._future.done():
            for path, size in self._future.result().items():
                self._known[path] = (size, touched.get(path, 0.0), now)
            self._future = None
        if self._future is None:
            stale = tuple(item.path for item in items if self._stale(item, now))
            if stale:
                self._future = self._executor.submit(_measure, stale)
        sizes = {path: self._known[path][0] for path in touched if path in self._known}
        return tuple(replace(item, size=sizes[item.path]) if item.path in sizes else item for item in items)

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _stale(self, item: RunItem, now: float) -> bool:
        known = self._known.get(item.path)
        return known is None or (known[1] != item.touched and now - known[2] > SIZE_AGE_S)


def _measure(paths: tuple[Path, ...]) -> dict[Path, int]:
    """Bytes by folder, of as many as there is time for; of one at least."""
    from training.run_removal import folder_size

    sizes: dict[Path, int] = {}
    end = time.monotonic() + MEASURE_S
    for path in paths:
        sizes[path] = folder_size(path)
        if time.monotonic() > end:
            break
    return sizes


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _preset(path: Path) -> str:
    """The preset that a configuration names; found by its line, since reading YAML takes a hundred times longer."""
    try:
        match = PRESET.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return match[1].strip().strip("'\"") if match else ""
