"""Watches a folder of runs from a thread: finds new ones, and reads what they write; long ones in other processes."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from app.board.folders import FoundRun, find_runs
from app.board.pages import PAGE_BYTES, Page, read_page
from app.board.reader import RunReader
from app.board.runs import BoardRun
from training.cores import usable_cores

log = logging.getLogger(__name__)

# Between two looks, and between two searches for new runs, seconds.
LOOK_S, FIND_S = 1.0, 3.0
# From so many bytes on, processes of their own read: on a thread, Python would take its time from the window.
MUCH_BYTES = 8 * 1024 * 1024
# While much is read, what has come is shown so often, seconds.
SHOW_S = 0.5
# Small pages are read on the thread, so many bytes at a time, with a breath for the window.
SMALL_BYTES, BREATH_S = 256 * 1024, 0.002


@dataclass(frozen=True)
class Seen:
    """All that the watch has seen.

    Attributes:
        runs: By name.
        searched: The folder was searched at least once.
        problem: Why it cannot be searched; empty if it can.
        left: Bytes of scalars that are still to be read.
        version: Changes whenever anything else does.
    """

    runs: tuple[BoardRun, ...] = ()
    searched: bool = False
    problem: str = ""
    left: int = 0
    version: int = 0


class BoardWatch:
    """Keeps `seen` up to date.

    Args:
        root: Folder of runs, or a run.
        wake: Called from the thread when `seen` has changed.
        processes: That may read at a time; 0 for the thread alone.
    """

    def __init__(self, root: Path, wake: Callable[[], None], processes: int | None = None) -> None:
        self._root, self._wake = root, wake
        self._processes = min(usable_cores(), 4) if processes is None else processes
        self._readers: dict[Path, RunReader] = {}
        self._lock = threading.Condition()
        self._closing = self._look_now = False
        self._seen = Seen()
        self._searched, self._problem = -FIND_S, ""
        self._thread = threading.Thread(target=self._watch, name="board watch", daemon=True)

    @property
    def seen(self) -> Seen:
        """The last look."""
        with self._lock:
            return self._seen

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def hurry(self) -> None:
        """Look again at once: something was just asked of a trainer."""
        with self._lock:
            self._look_now = True
            self._lock.notify_all()

    def close(self) -> None:
        """End the thread, and the processes that read."""
        with self._lock:
            self._closing = True
            self._lock.notify_all()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closing:
            self.look()
            with self._lock:
                self._lock.wait_for(lambda: self._closing or self._look_now, LOOK_S)
                self._look_now = False

    def look(self) -> None:
        """Look once at everything."""
        if time.monotonic() - self._searched >= FIND_S:
            self._find()
        behind = {path: size for path, reader in self._readers.items() if (size := reader.behind())}
        for reader in self._readers.values():
            reader.look()
        self._publish(sum(behind.values()))
        if sum(behind.values()) >= MUCH_BYTES and self._processes > 1:
            self._read_much(behind)
        else:
            self._read_little(behind)
        for path in behind:
            self._readers[path].look()
        self._publish(0)

    def _find(self) -> None:
        self._searched, self._problem = time.monotonic(), ""
        try:
            found = find_runs(self._root)
        except OSError as error:
            self._problem = f"{self._root}: {error.strerror or error}"
            return
        self._readers = {run.path: self._reader(run) for run in found}

    def _reader(self, found: FoundRun) -> RunReader:
        """The one that knows this run; a folder that has become another kind of run is read anew."""
        reader = self._readers.get(found.path)
        return reader if reader is not None and reader.run.found == found else RunReader(found)

    def _read_little(self, behind: Mapping[Path, int]) -> None:
        for path in behind:
            reader = self._readers[path]
            while not self._closing:
                try:
                    page = read_page(path, reader.run.found.kind, reader.place, reader.files, SMALL_BYTES)
                except (ValueError, OSError) as error:
                    reader.fail(error)
                    break
                reader.take(page)
                if not page.more:
                    break
                time.sleep(BREATH_S)

    def _read_much(self, behind: Mapping[Path, int]) -> None:
        """Several runs at a time, each page after page."""
        context = multiprocessing.get_context("spawn")
        left = dict(behind)
        with ProcessPoolExecutor(min(self._processes, len(behind)), mp_context=context, initializer=_quiet) as pool:
            waiting = {self._submit(pool, path): path for path in behind}
            shown = time.monotonic()
            while waiting and not self._closing:
                done = wait(waiting, timeout=SHOW_S, return_when="FIRST_COMPLETED").done
                for future in done:
                    path = waiting.pop(future)
                    if self._taken(path, future):
                        waiting[self._submit(pool, path)] = path
                        left[path] = max(left[path] - PAGE_BYTES, 0)
                    else:
                        left[path] = 0
                if time.monotonic() - shown > SHOW_S:
                    shown = time.monotonic()
                    self._publish(sum(left.values()))
            pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, pool: ProcessPoolExecutor, path: Path) -> Future[Page]:
        reader = self._readers[path]
        try:
            return pool.submit(read_page, path, reader.run.found.kind, reader.place, reader.files)
        except BrokenExecutor as error:
            failed: Future[Page] = Future()
            failed.set_exception(error)
            return failed

    def _taken(self, path: Path, future: Future[Page]) -> bool:
        """Add a page to its run.  Returns whether there is more to be read."""
        reader = self._readers[path]
        try:
            page = future.result()
        except BrokenExecutor:
            # Killed for memory, say: the thread reads on, slowly.
            log.warning("A process that reads runs has ended; reading goes on without it")
            self._processes = 0
            return False
        except (ValueError, OSError) as error:
            reader.fail(error)
            return False
        reader.take(page)
        return page.more

    def _publish(self, left: int) -> None:
        runs = tuple(reader.run for reader in self._readers.values())
        with self._lock:
            seen = Seen(runs, True, self._problem, left, self._seen.version)
            if seen == self._seen:
                return
            self._seen = replace(seen, version=seen.version + 1)
        self._wake()


def _quiet() -> None:
    """In a process that reads: a damaged line is skipped, and a thousand of them need not be told one by one."""
    logging.getLogger("training.stats").setLevel(logging.ERROR)
