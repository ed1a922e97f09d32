"""Behind the Inversion window: searches one after the other, each in a process of its own, with pinned weights."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.inversion.found_scene import found_scene
from app.paths import user_path
from app.workers.errands import Errands
from core.scene import Scene, Source
from training.errand import Errand
from widgets.inversion_view import InversionForm, SearchItem

if TYPE_CHECKING:  # pydantic waits until after the first frame
    from training.inversion_job import InversionResult, InversionWord
    from training.pinned_weights import PinnedWeights

log = logging.getLogger(__name__)

MODULE = "training.inversion_process"
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
        self._errands = Errands[SearchItem, _Search](MODULE, MOST_KEPT, self._search, wake)
        self._lock = threading.Lock()
        self._seen: dict[int, Seen] = {}
        self._scenes: dict[int, Callable[[Scene], Scene]] = {}
        self._pins = ThreadPoolExecutor(1, "pin weights")

    @property
    def items(self) -> tuple[SearchItem, ...]:
        """The searches, the last one first."""
        return self._errands.items

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

        def order(number: int, _others: tuple[SearchItem, ...]) -> tuple[SearchItem, _Search]:
            item = SearchItem(number, Path(form.picture.strip()), generator, total=form.steps)
            return item, _Search(form, scene, device, self._pins.submit(_pinned, scene.source))

        number = self._errands.add(order).number
        kept = {item.number for item in self._errands.items}
        with self._lock:
            self._seen = {each: seen for each, seen in self._seen.items() if each in kept}
            self._scenes = {each: scene for each, scene in self._scenes.items() if each in kept}
        return number

    def cancel(self, number: int) -> None:
        """Give a search up, whether it has begun or not."""
        self._errands.cancel(number)

    def keep(self, number: int) -> None:
        """What was found is among the favourites now."""
        self._errands.change(number, kept=True)

    def close(self) -> None:
        """Give up all searches, and end the threads."""
        self._errands.close()
        self._pins.shutdown(wait=True, cancel_futures=True)

    def _search(self, item: SearchItem, search: _Search, errand: Errand) -> None:
        from training.inversion_job import InversionError, find_sample

        self._errands.change(item.number, state="searching", text="starting")
        try:
            source, weights = search.weights.result()
            result = find_sample(_order(search, weights), errand, partial(self._hear, item.number, _Clock()))
        except (ValueError, OSError, InversionError) as error:
            text = " ".join(str(error).split())
            log.error("No sample was found for %s: %s", item.picture.name, text)
            self._errands.change(item.number, state="failed", text=text)
            return
        if result is None:
            self._errands.change(item.number, state="cancelled", text="given up", left_s=None)
            return
        with self._lock:
            self._scenes[item.number] = partial(found_scene, source=source, result=result)
        self._errands.change(item.number, state="found", text=_told(result), left_s=None)
        log.info("Found a sample for %s: %.1f dB", item.picture.name, result.psnr)

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
        item = next((each for each in self._errands.items if each.number == number), None)
        if word.notes is not None:
            changes["notes"] = word.notes
        if word.psnr is not None and item is not None:
            changes["curve"] = (*item.curve, (word.done, word.psnr))
        self._errands.change(number, **changes)


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
