"""Watches runs from a thread: their states, and all that the panels show of the attached one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.model_messages import CheckpointId
from app.runs.log_tail import LogTail
from app.runs.run_events import EventWatch
from app.runs.run_list import RunList
from app.runs.scalars import KIMG, ScalarTable
from app.runs.snapshot_watch import SnapshotWatch
from widgets.runs_view import RunItem
from widgets.time_view import Snapshot
from widgets.views import CurvesView, LogLine, Sample

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.run_dir import RunDirectory, StampedFile
    from training.stats import StatsCursor

log = logging.getLogger(__name__)

LIVING_SECONDS = 0.35
IDLE_SECONDS = 1.5
LEASE_SECONDS = 4.0
# Long statistics are read in pages of a few milliseconds with a breath in between, in which the window may draw; and
# what is there is shown after so many of them.
PAGE_BYTES, PAGES, BREATH_S = 256 * 1024, 32, 0.001


@dataclass(frozen=True)
class WatchedRun:
    """What is known of the attached run.

    Attributes:
        item: Its folder and state.
        curves: Its scalars.
        samples: Its sample pictures.
        reals: Pictures of its data set in the same layout, if there are any.
        snapshots: Its snapshots, oldest first.
        lines: The end of its log.
        weights: The newest weights that can be shown, if any.
    """

    item: RunItem
    curves: CurvesView = field(default_factory=CurvesView)
    samples: tuple[Sample, ...] = ()
    lines: tuple[LogLine, ...] = ()
    weights: CheckpointId | None = None
    reals: Path | None = None
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(frozen=True)
class Watched:
    """All that the watch has seen.

    Attributes:
        listed: The folder was read at least once.
        runs: In the folder for runs, the newest first.
        attached: The run that panels show.
        problem: Why something could not be read; empty if all is well.
        folder_problem: Why the folder could not be read; likewise.
    """

    listed: bool = False
    runs: tuple[RunItem, ...] = ()
    attached: WatchedRun | None = None
    problem: str = ""
    folder_problem: str = ""


class RunWatch:
    """Looks at the folder for runs and at one run in it, a few times a second.

    Args:
        wake: Called from the thread when `seen` has changed.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Condition()
        self._runs_dir: Path | None = None
        self._path: Path | None = None
        self._elsewhere: tuple[Path, ...] = ()
        self._follow = True
        self._shown: Path | None = None
        self._next_mark = 0.0
        self._closing = False
        self._look_now = True
        self._seen = Watched()
        self._thread: threading.Thread | None = None

    @property
    def seen(self) -> Watched:
        """The last look."""
        with self._lock:
            return self._seen

    def start(self, runs_dir: Path | None) -> None:
        """Begin to watch; without a folder there are no runs."""
        with self._lock:
            self._runs_dir = runs_dir
            self._thread = threading.Thread(target=self._watch, name="run watch", daemon=True)
            self._thread.start()

    def set_runs_dir(self, runs_dir: Path | None) -> None:
        """Look for runs in another folder."""
        with self._lock:
            if runs_dir != self._runs_dir:
                self._runs_dir = runs_dir
                self._seen = replace(self._seen, listed=False, runs=(), folder_problem="")
                self._hurry()

    def list_too(self, path: Path) -> None:
        """List this run wherever it is."""
        with self._lock:
            if path not in self._elsewhere:
                self._elsewhere = (path, *self._elsewhere)
                self._hurry()

    def attach(self, path: Path | None, follow: bool) -> None:
        """Show this run; with `follow` its trainer is told that somebody watches."""
        if path is not None:
            self.list_too(path)
        with self._lock:
            if path != self._path:
                self._seen = replace(self._seen, attached=None)
            self._path, self._follow = path, follow
            self._hurry()

    def show(self, snapshot: Path | None) -> None:
        """The viewport shows this checkpoint: if it is a snapshot of a run, its trainer must not remove it.

        Meanwhile nobody needs the trainer's live weights.
        """
        with self._lock:
            self._shown = snapshot

    def hurry(self) -> None:
        """Look again at once: something was just asked of a trainer."""
        with self._lock:
            self._hurry()

    def close(self) -> None:
        """End the thread."""
        with self._lock:
            self._closing = True
            self._lock.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(1.0)

    def _hurry(self) -> None:
        self._look_now = True
        self._lock.notify_all()

    def _watch(self) -> None:
        runs, reader = RunList(), None
        while True:
            with self._lock:
                attached = self._seen.attached
                living = self._path is not None and (attached is None or attached.item.view.active)
                pause = LIVING_SECONDS if living else IDLE_SECONDS
                if reader is not None and reader.behind:
                    pause = 0.0
                self._lock.wait_for(lambda: self._closing or self._look_now, pause)
                if self._closing:
                    runs.close()
                    return
                forced, self._look_now = self._look_now, False
                follow = self._follow and self._shown is None
                runs_dir, path, elsewhere = self._runs_dir, self._path, self._elsewhere
            self._mark_shown()
            if reader is None or reader.path != path:
                reader = _Reader(path) if path is not None else None
            listing = runs.look(runs_dir, elsewhere, forced)
            attached, trouble = None, ""
            try:
                attached = reader.look(follow) if reader is not None else None
            except (ValueError, OSError) as error:
                trouble = str(error)
            problem = listing.problem or trouble
            self._publish((runs_dir, path), Watched(listing.done, listing.runs, attached, problem, listing.problem))

    def _mark_shown(self) -> None:
        """Tell the trainer of the checkpoint that is shown, every few seconds."""
        with self._lock:
            shown = self._shown
        if shown is None or time.monotonic() < self._next_mark:
            return
        from training.retention import mark_shown
        from training.warm_start import run_of

        self._next_mark = time.monotonic() + LEASE_SECONDS
        run = run_of(shown)
        if run is not None and any(file.path.name == shown.name for file in run.snapshots()):
            try:
                mark_shown(shown)
            except OSError as error:  # a folder that nobody may write to has no trainer either
                log.debug("%s", error)

    def _publish(self, asked: tuple[Path | None, Path | None], seen: Watched) -> None:
        with self._lock:
            if asked != (self._runs_dir, self._path):
                return  # somebody wants to see something else meanwhile
            if seen.attached is None:
                seen = replace(seen, attached=self._seen.attached)  # what was seen last stays
            if seen.problem and seen.problem != self._seen.problem:
                log.warning("%s", seen.problem)
            changed = seen != self._seen
            self._seen = seen
        if changed:
            self._wake()


class _Reader:
    """What there is to show of one run, read as it grows."""

    def __init__(self, path: Path) -> None:
        from training.run_dir import RunDirectory, RunObserver

        self.path = path
        self.behind = False
        self._run = RunDirectory(path)
        self._observer = RunObserver(self._run)
        self._table = ScalarTable()
        self._cursor: StatsCursor | None = None
        self._curves = CurvesView(run=path.name)
        self._events = EventWatch(self._run)
        self._snapshots = SnapshotWatch(self._run)
        self._log = LogTail(self._run.log_path, path.name)
        self._lines: tuple[LogLine, ...] = ()
        self._next_lease = 0.0

    def look(self, follow: bool) -> WatchedRun:
        """The run as it is now; with `follow`, its lease is renewed.  Raises RunError, OSError."""
        if not self._run.config_path.is_file():
            raise FileNotFoundError(f"{self.path} is gone: it was moved or deleted, or its drive is not there")
        view = self._observer.look()
        if follow and view.active and time.monotonic() >= self._next_lease:
            self._run.renew_lease()
            self._next_lease = time.monotonic() + LEASE_SECONDS
        self._read_stats()
        if self._log.read():
            self._lines = self._log.lines
        samples = tuple(Sample(file.kimg, file.path) for file in self._run.samples())
        item = RunItem(self.path, replace(view, age=0.0))
        files = self._run.snapshots()
        weights, snapshots = newest_weights(self._run, files), self._snapshots.look(files)
        reals = self._run.reals_path if self._run.reals_path.is_file() else None
        return WatchedRun(item, self._curves, samples, self._lines, weights, reals, snapshots)

    def _read_stats(self) -> None:
        """Read some pages of the statistics; `behind` tells whether there is more."""
        changed = False
        for _ in range(PAGES):
            page = self._run.stats(self._cursor, PAGE_BYTES)
            self._cursor, self.behind = page.cursor, page.more
            if page.restarted:
                self._table.clear()
            self._table.append(page.rows)
            changed |= page.restarted or bool(page.rows)
            if not page.more:
                break
            time.sleep(BREATH_S)
        if changed:
            columns = self._table.columns()
            kimg = columns.get(KIMG, self._curves.kimg[:0])
            self._curves = CurvesView(self._curves.version + 1, kimg, columns, self.path.name, self._curves.events)
        events = self._events.look(self._curves.columns)
        if (events, self.behind) != (self._curves.events, self._curves.loading):
            self._curves = replace(self._curves, events=events, loading=self.behind)


def newest_weights(run: RunDirectory, snapshots: list[StampedFile]) -> CheckpointId | None:
    """The weights that were written last: live ones, or the last of the snapshots."""
    candidates = [run.live_path, *(file.path for file in snapshots[-1:])]
    found = [identity for path in candidates if (identity := checkpoint_id(path)) is not None]
    return max(found, key=lambda identity: identity.modified, default=None)


def checkpoint_id(path: Path) -> CheckpointId | None:
    """A checkpoint file as it is now, or None if it is absent."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return CheckpointId(str(path), stat.st_mtime_ns, stat.st_size)
