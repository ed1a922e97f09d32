"""Behind the Inversion window: searches one after the other, each in a process of its own, with pinned weights."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.inversion.found_scene import found_scene
from app.paths import user_path
from app.workers.job_list import add_job
from core.scene import Scene, Source
from widgets.inversion_view import InversionForm, SearchItem

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.inversion_job import InversionJob, InversionResult, InversionWord
    from training.pinned_weights import PinnedWeights

log = logging.getLogger(__name__)

MOST_KEPT = 20
# Before so many steps nobody knows how long the others take.
LEAST_STEPS = 3


@dataclass(frozen=True)
class Seen:
    """Pictures of a search, [side, side, 4], uint8.

    Attributes:
        given: What is wanted.
        found: What is found so far.
    """

    given: np.ndarray | None = None
    found: np.ndarray | None = None


@dataclass(frozen=True)
class _Search:
    """What a search was begun with.

    Attributes:
        form: What was asked for.
        scene: What was shown then.
        device: Where to compute.
        weights: The source whose weights stay, and these; they are looked at as soon as it was begun.
    """

    form: InversionForm
    scene: Scene
    device: str
    weights: Future[tuple[Source, PinnedWeights]]


class _Clock:
    """Tells how long a search still takes by the pace of the steps behind it, not of what came before them."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def left_s(self, done: int, total: int) -> float | None:
        """Seconds; None while that is unknown."""
        now = time.monotonic()
        if done == 0:
            return None
        if self._first is None:
            self._first = (now, done)
        begun, before = self._first
        return (now - begun) / (done - before) * (total - done) if done >= before + LEAST_STEPS else None


class Inversions:
    """Looks for samples on a thread.

    Args:
        wake: Called from the thread when `items` has something new.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Condition()
        self._items: deque[SearchItem] = deque()
        self._queue: deque[tuple[int, _Search]] = deque()
        self._seen: dict[int, Seen] = {}
        self._scenes: dict[int, Callable[[Scene], Scene]] = {}
        self._given_up: set[int] = set()
        self._job: tuple[int, InversionJob] | None = None
        self._pins = ThreadPoolExecutor(1, "pin weights")
        self._searcher = ThreadPoolExecutor(1, "search")
        self._number = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def items(self) -> tuple[SearchItem, ...]:
        """The searches, the last one first."""
        with self._lock:
            return tuple(self._items)

    def seen(self, number: int) -> Seen:
        """The pictures of a search."""
        with self._lock:
            return self._seen.get(number, Seen())

    def shown(self, number: int, scene: Scene) -> Scene | None:
        """The Scene with what a search has found; None if it has found nothing."""
        with self._lock:
            put = self._scenes.get(number)
        return None if put is None else put(scene)

    def start(self, form: InversionForm, scene: Scene, generator: str, device: str) -> int:
        """Look for a sample as soon as the searches before it are done.

        Args:
            form: What for, and how.
            scene: Its generator, with the weights it has now, and where the pose is that of the viewport its camera.
            generator: For people.
            device: Where to compute: "auto" or "cpu".

        Returns:
            The search's number.
        """
        with self._lock:
            self._number += 1
            picture = Path(form.picture.strip())
            add_job(self._items, SearchItem(self._number, picture, generator, total=form.steps), MOST_KEPT)
            pinned = self._pins.submit(_pinned, scene.source)
            self._queue.append((self._number, _Search(form, scene, device, pinned)))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="inversions", daemon=True)
                self._thread.start()
            self._lock.notify()
            return self._number

    def cancel(self, number: int) -> None:
        """Give a search up, whether it has begun or not."""
        with self._lock:
            self._given_up.add(number)
            job = self._job[1] if self._job is not None and self._job[0] == number else None
            waits = any(each == number for each, _ in self._queue)
            self._queue = deque(each for each in self._queue if each[0] != number)
        if job is not None:
            job.cancel()
        elif waits:
            self._change(number, state="cancelled")

    def keep(self, number: int) -> None:
        """What was found is among the favourites now."""
        self._change(number, kept=True)

    def close(self) -> None:
        """Give up all searches, and end the threads."""
        with self._lock:
            self._closing = True
            self._queue.clear()
            job = self._job
            self._lock.notify()
        if job is not None:
            job[1].cancel()
        if self._thread is not None:
            self._thread.join()
        for executor in (self._pins, self._searcher):
            executor.shutdown(wait=True, cancel_futures=True)

    def _work(self) -> None:
        while True:
            with self._lock:
                while not self._queue and not self._closing:
                    self._lock.wait()
                if self._closing:
                    return
                number, search = self._queue.popleft()
            # As a future: whatever goes wrong in one search ends neither this thread nor the searches behind it.
            error = self._searcher.submit(self._search, number, search).exception()
            if error is not None:
                log.error("The search %d ended unexpectedly", number, exc_info=error)
                self._change(number, state="failed", text=f"it ended unexpectedly: {error}", left_s=None)

    def _search(self, number: int, search: _Search) -> None:
        from training.inversion_job import InversionError, InversionJob

        self._change(number, state="searching", text="starting")
        clock = _Clock()
        try:
            source, weights = search.weights.result()
            job = InversionJob(_order(search, weights))
            with self._lock:
                self._job = (number, job)
                given_up = self._closing or number in self._given_up
            if given_up:
                job.cancel()
            result = job.run(partial(self._hear, number, clock))
        except (ValueError, OSError, InversionError) as error:
            text = " ".join(str(error).split())
            log.error("No sample was found for %s: %s", Path(search.form.picture).name, text)
            self._change(number, state="failed", text=text)
            return
        finally:
            with self._lock:
                self._job = None
        if result is None:
            self._change(number, state="cancelled", left_s=None)
            return
        with self._lock:
            self._scenes[number] = partial(found_scene, source=source, result=result)
        self._change(number, state="found", text=_told(result), left_s=None)
        log.info("Found a sample for %s: %.1f dB", Path(search.form.picture).name, result.psnr)

    def _hear(self, number: int, clock: _Clock, word: InversionWord) -> None:
        """Note how far a search is."""
        from training.inversion_job import picture_of

        left = clock.left_s(word.done, word.total)
        changes: dict[str, Any] = {"text": word.doing, "done": word.done, "left_s": left}
        with self._lock:
            seen = self._seen.get(number, Seen())
            if word.given is not None:
                seen = replace(seen, given=picture_of(word.given))
            if word.found is not None:
                seen = replace(seen, found=picture_of(word.found))
            self._seen[number] = seen
            item = next((each for each in self._items if each.number == number), None)
        if word.notes is not None:
            changes["notes"] = word.notes
        if word.psnr is not None and item is not None:
            changes["curve"] = (*item.curve, (word.done, word.psnr))
        self._change(number, **changes)

    def _change(self, number: int, **changes: Any) -> None:
        with self._lock:
            for index, item in enumerate(self._items):
                if item.number == number:
                    self._items[index] = replace(item, **changes)
            kept = {item.number for item in self._items}
            self._seen = {each: seen for each, seen in self._seen.items() if each in kept}
            self._scenes = {each: scene for each, scene in self._scenes.items() if each in kept}
        self._wake()


def _pinned(source: Source) -> tuple[Source, PinnedWeights]:
    """The source whose weights stay what they are, and these.  Raises ValueError, OSError."""
    from app.source_files import pinned_source
    from training.pinned_weights import pin

    source, path = pinned_source(source)
    return source, pin(path)


def _order(search: _Search, weights: PinnedWeights) -> Any:
    """What the process is to do.  Raises ValueError."""
    from training.inversion_job import InversionOrder
    from training.inversion_settings import InversionSettings

    form = search.form
    return InversionOrder(
        picture=user_path(form.picture.strip()),
        weights=weights,
        settings=InversionSettings(steps=form.steps, layers=form.layers, size=form.size),
        camera=search.scene.camera if form.pose == "viewport" else None,
        inception=user_path(form.inception.strip()) if form.inception.strip() else None,
        device=search.device,
    )


def _told(result: InversionResult) -> str:
    """What was found, for people."""
    yaw, pitch = np.degrees((result.camera.yaw, result.camera.pitch))
    return f"{result.psnr:.1f} dB at {result.size} px, yaw {yaw:.0f}°, pitch {pitch:.0f}°"
