"""A picture by the generator's own renderer, on its way: what was asked, which tiles have come; no GL, no waiting."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

import numpy as np

from app.model.model_messages import PICTURE, PictureRequest, TileAnswer
from app.workers.worker_messages import Failure, Progress, Result
from app.workers.worker_share import Asked
from widgets.notes import Problem

# Two cores take two seconds for so many samples of a small generator, and five of one with the paper's planes.
SAMPLES_IN_SECONDS = 4_500_000

log = logging.getLogger(__name__)


class ReferenceView:
    """One picture at a time: the last one wanted; another one gives up what was begun.

    Args:
        worker: Draws.
        clock: Seconds; replaced in tests.

    Attributes:
        pixels: [height, width, 4], uint8, top row first: what has come, with an alpha of 0 where nothing has; None
            until something has.
        version: Changes with the pixels.
        progress: What the worker does; None while it rests.
        problem: Why there is no picture.
        cancelled: Whether somebody gave this picture up.
        seconds: How long a complete picture took.
    """

    def __init__(self, worker: Asked, clock: Callable[[], float] = time.monotonic) -> None:
        self._worker, self._clock = worker, clock
        self._wanted: PictureRequest | None = None
        self._number, self._asked_at = 0, 0.0
        self._fraction = 0.0
        self.pixels: np.ndarray | None = None
        self.version = 0
        self.progress: Progress | None = None
        self.problem: Problem | None = None
        self.cancelled = False
        self.seconds = 0.0

    @property
    def busy_s(self) -> float:
        """Seconds since the picture was asked for; 0 while nothing is drawn."""
        return self._clock() - self._asked_at if self.progress is not None else 0.0

    @property
    def fraction(self) -> float:
        """How much of the wanted picture is there, 0 to 1."""
        return self._fraction

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        return self.pixels is not None and self._fraction >= 1

    def shows(self, wanted: PictureRequest | None) -> bool:
        """Whether this picture is there already, all of it."""
        return self.complete and wanted == self._wanted

    def update(self, wanted: PictureRequest | None) -> None:
        """Take what has come, and ask for the picture that is wanted now; with None, give up and forget."""
        for event in self._worker.take():
            self._receive(event)
        if wanted == self._wanted:
            return
        self._give_up()
        self._wanted, self.pixels, self._fraction = wanted, None, 0.0
        self.problem, self.cancelled = None, False
        self.version += 1
        if wanted is not None:
            self._asked_at = self._clock()
            self._number = self._worker.request(PICTURE, wanted)
            self.progress = Progress(self._number, 0.0, "drawing with torch")

    def cancel(self) -> None:
        """Give the picture up; what has come of it stays until another one is wanted, or `retry`."""
        if self.progress is not None:
            self._give_up()
            self.cancelled = True

    def retry(self) -> None:
        """Ask again."""
        self._wanted, self.problem, self.cancelled = None, None, False

    def _give_up(self) -> None:
        if self.progress is not None:
            self._worker.cancel(PICTURE)
        self.progress, self._number = None, 0

    def _receive(self, event: Result | Progress | Failure) -> None:
        if isinstance(event, Failure) and event.number == 0 and self._wanted is not None:
            self._fail(event)
        if not self._number or event.number != self._number:
            return  # of a picture that nobody wants any more
        match event:
            case Progress():
                self.progress = event
            case Failure():
                self._fail(event)
            case Result(value=TileAnswer() as tile, arrays=(pixels,)):
                self._place(tile, pixels)

    def _fail(self, failure: Failure) -> None:
        log.error("%s", failure.message)
        self.progress, self._number = None, 0
        self.problem = Problem(failure.message, failure.detail, failure.out_of_memory)

    def _place(self, tile: TileAnswer, pixels: np.ndarray) -> None:
        assert self._wanted is not None
        if self.pixels is None:
            self.pixels = np.zeros((self._wanted.height, self._wanted.width, 4), np.uint8)
        height, width = pixels.shape[:2]
        self._colour_around(tile, pixels)
        place = self.pixels[tile.top : tile.top + height, tile.left : tile.left + width]
        place[..., :3], place[..., 3] = pixels, 255
        self._fraction = tile.fraction
        self.version += 1
        if self.complete:
            self.progress, self._number, self.seconds = None, 0, self._clock() - self._asked_at

    def _colour_around(self, tile: TileAnswer, pixels: np.ndarray) -> None:
        """Give the holes beside a tile its colours: smoothed by a GPU, its edges would else have a dark fringe."""
        assert self.pixels is not None
        height, width = pixels.shape[:2]
        top, left = max(tile.top - 1, 0), max(tile.left - 1, 0)
        around = self.pixels[top : tile.top + height + 1, left : tile.left + width + 1]
        wide = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")[top - tile.top + 1 :, left - tile.left + 1 :]
        hole = around[..., 3:] == 0
        around[..., :3] = np.where(hole, wide[: around.shape[0], : around.shape[1]], around[..., :3])


def size_within(width: int, height: int, largest: int, samples: int) -> tuple[int, int]:
    """The size of torch's picture for a viewport of so many pixels.

    Args:
        width: Of the viewport.
        height: Of the viewport.
        largest: Pixels along the longer side, at most; 0: as many as take some seconds.
        samples: Of each ray.
    """
    if largest:
        scale = min(1.0, largest / max(width, height, 1))
    else:
        scale = min(1.0, math.sqrt(SAMPLES_IN_SECONDS / max(width * height * samples, 1)))
    return max(1, round(width * scale)), max(1, round(height * scale))
