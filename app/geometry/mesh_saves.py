"""Files that the inspector writes: one after the other, none dropped, each of the surface that was there when asked."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.export.saving import free_path
from app.geometry.geometry_messages import (
    PAINT,
    SAVE,
    PaintAnswer,
    PaintRequest,
    SaveAnswer,
    SaveRequest,
    SurfaceAnswer,
)
from app.model.model_messages import BakeRequest
from app.workers.asking import Asking
from app.workers.job_list import add_job
from app.workers.worker_share import Asked
from core.scene import Scene
from widgets.amounts import size_words
from widgets.export_view import ExportItem, ExportState

log = logging.getLogger(__name__)

MOST_SHOWN = 8
# Formats that have a place for colours.
COLOURED = (".glb", ".ply", ".obj")


@dataclass(frozen=True)
class _Job:
    """A file to write; `then` is called with its path once it is there, `normals` are for colours as rays see them."""

    number: int
    surface: SurfaceAnswer
    sample: BakeRequest
    colours: str
    scene: str
    path: Path
    then: Callable[[Path], None] | None
    normals: str = ""


class MeshSaves:
    """All methods are called on the window's thread.

    Args:
        model: A desk of the model worker, for colours.
        geometry: A desk of the geometry worker.
    """

    def __init__(self, model: Asked, geometry: Asked) -> None:
        self._model, self._geometry = model, geometry
        self._paint: Asking[PaintRequest, PaintAnswer] = Asking(model, PAINT)
        self._save: Asking[SaveRequest, SaveAnswer] = Asking(geometry, SAVE)
        self._jobs: deque[_Job] = deque()
        self._items: deque[ExportItem] = deque()
        self._number = 0

    @property
    def items(self) -> tuple[ExportItem, ...]:
        """The files, the last one first."""
        return tuple(self._items)

    @property
    def busy(self) -> bool:
        """Whether something is to be written."""
        return bool(self._jobs)

    @property
    def files(self) -> set[str]:
        """Names of the files that these jobs need."""
        names = [(job.surface.request.grid.path, job.surface.vertices, job.normals, job.colours) for job in self._jobs]
        colours = "" if self._paint.answer is None else self._paint.answer.colours
        return {name for each in names for name in (*each, colours) if name}

    def begin(
        self, surface: SurfaceAnswer, sample: BakeRequest, colours: str, scene: Scene, path: Path, *,
        then: Callable[[Path], None] | None = None,
    ) -> None:  # fmt: skip
        """Write a surface, or its densities, as soon as the files before it are there.

        Args:
            surface: Which.
            sample: Of what its colours are.
            colours: Their file; empty: they are still to be evaluated, if the format has a place for them.
            scene: What it is of.
            path: The file, whose suffix says the format; it gets another number if it is taken.
            then: Called once it is there; such a file is not listed.
        """
        self._number += 1
        path = self._free(path)
        normals = surface.normals if scene.geometry.colouring == "seen" else ""
        self._jobs.append(_Job(self._number, surface, sample, colours, scene.to_json(), path, then, normals))
        if then is None:
            add_job(self._items, ExportItem(self._number, path, "waiting"), MOST_SHOWN)

    def update(self) -> None:
        """Take what has come, and go on; called once a frame."""
        for event in self._model.take():
            self._paint.receive(event)
        for event in self._geometry.take():
            self._save.receive(event)
        if not self._jobs:
            return
        job = self._jobs[0]
        problem = self._paint.problem or self._save.problem
        if problem is not None:
            log.error("%s was not saved: %s", job.path.name, problem.message)
            self._end(job, "failed", problem.message)
            return
        if job.path.suffix in COLOURED and not job.colours:
            self._colour(job)
        else:
            self._write(job)

    def cancel(self, number: int) -> None:
        """Give a file up; what was written of it goes."""
        for job in tuple(self._jobs):
            if job.number != number:
                continue
            if job is self._jobs[0]:
                self._paint.cancel()
                self._save.cancel()
                self._end(job, "cancelled", "given up")
            else:
                self._jobs.remove(job)
                self._change(number, "cancelled", "given up")

    def _colour(self, job: _Job) -> None:
        wanted = PaintRequest(job.sample, job.surface.vertices, job.normals)
        self._paint.want(wanted)
        self._change(job.number, "drawing", "evaluating colours", *_fraction(self._paint))
        if self._paint.complete and self._paint.answer is not None and self._paint.answer.request == wanted:
            self._jobs[0] = replace(job, colours=self._paint.answer.colours)
            self._write(self._jobs[0])

    def _write(self, job: _Job) -> None:
        colours = job.colours if job.path.suffix in COLOURED else ""
        self._save.want(SaveRequest(job.surface.request, str(job.path), job.scene, colours))
        self._change(job.number, "drawing", "writing", *_fraction(self._save))
        answer = self._save.answer
        if self._save.complete and answer is not None and answer.path == str(job.path):
            self._end(job, "done", size_words(answer.size))
            if job.then is not None:
                job.then(job.path)
            else:
                log.info("Saved %s", job.path)

    def _end(self, job: _Job, state: ExportState, text: str) -> None:
        self._change(job.number, state, text)
        self._jobs.popleft()
        for each in (self._paint, self._save):
            each.forget()

    def _change(self, number: int, state: ExportState, text: str, fraction: float = 0.0) -> None:
        for index, item in enumerate(self._items):
            if item.number == number:
                self._items[index] = replace(item, state=state, text=text, fraction=fraction)

    def _free(self, path: Path) -> Path:
        """A path that neither a file has nor one that is still to be written."""
        taken, stem, number = {job.path for job in self._jobs}, path.stem, 2
        path = free_path(path.parent, stem, path.suffix)
        while path in taken:
            path = free_path(path.parent, f"{stem}-{number}", path.suffix)
            number += 1
        return path


def dated_path(folder: Path, suffix: str) -> Path:
    """Where a mesh, or its densities, goes by itself."""
    what = "density" if suffix in (".mrc", ".npz") else "mesh"
    return folder / f"epigraf-{what}-{time.strftime('%Y%m%d-%H%M%S')}{suffix}"


def _fraction(asking: Asking[Any, Any]) -> tuple[float, ...]:
    return () if asking.progress is None else (asking.progress.fraction,)
