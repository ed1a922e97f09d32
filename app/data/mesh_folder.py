"""A folder of meshes becomes a data set, by several processes, and on from where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from app.data.interruption import OnProgress
from app.data.mesh_load import MeshError, load_model, mesh_files
from app.data.mesh_parts import Dropped, Part, PartStore, beside_meshes, key_of, part_of
from app.data.mesh_render import Renderer
from app.data.mesh_workers import share_out
from app.data.meshes import OBJECTS, Protocol, Recipe, made_model, write_parts
from training.contact_sheet import MOST, draw_sheet
from training.data_writer import decode_stored, require_free


@dataclass(frozen=True)
class MeshTask:
    """One mesh to render.

    Attributes:
        index: Its place among all.
        file: It.
        key: Under which it is kept.
    """

    index: int
    file: Path
    key: str


@dataclass(frozen=True)
class MeshWork:
    """Renders meshes and keeps what comes of each.

    Attributes:
        recipe: How.
        store: Where.
    """

    recipe: Recipe
    store: PartStore

    def run(self, tasks: Iterator[tuple[MeshTask, Callable[[int], None]]]) -> Iterator[None]:
        """Render meshes as they come, each with what to call after each view.  Raises OSError."""
        with Renderer(self.recipe.resolution) as renderer:
            for task, view_done in tasks:
                name = task.file.stem
                made = made_model(renderer, name, partial(load_model, task.file), self.recipe, view_done)
                self.store.save(task.key, part_of(name, made, self.recipe.picture_format))
                yield


@dataclass
class _Progress:
    """Views that are done, over all meshes."""

    views: int
    total: int
    on_progress: OnProgress | None
    done: dict[int, int] = field(default_factory=dict)

    def step(self, task: MeshTask, views: int) -> None:
        self.done[task.index] = views
        if self.on_progress is not None:
            self.on_progress(sum(self.done.values()), self.total * self.views, task.file.stem)


def render_folder(
    folder: Path,
    out: Path,
    *,
    views: int,
    resolution: int,
    protocol: Protocol = OBJECTS,
    seed: int = 0,
    overwrite: bool = False,
    jobs: int = 1,
    preview: Path | None = None,
    on_progress: OnProgress | None = None,
) -> list[Dropped]:
    """Render every mesh of a folder.

    What is interrupted or killed leaves finished objects in a hidden folder beside `out`; the same call goes on there,
    and the data set has the same bytes however it was made.

    Args:
        folder: With OBJ, PLY, STL or GLB files.
        out: The data set: a zip, or a folder.
        views: Pictures of each object, from poses uniform on the sphere.
        resolution: Pixels along a side.
        protocol: How objects are placed and looked at.
        seed: Of the poses.
        overwrite: Replace what is there.
        jobs: Processes that render.
        preview: A PNG with the first pictures, drawn anew whenever there are more; None draws none.
        on_progress: Called with pictures done, pictures in all, and the object's name; may raise to end it.

    Returns:
        The objects that were left out, with reasons.

    Raises:
        MeshError: There are no meshes, or none was left.
        OSError: A process has ended, or something cannot be written (DataSetError: the data set).
    """
    files = mesh_files(folder)
    require_free(out, overwrite=overwrite)
    recipe = Recipe(folder.resolve().name, views, resolution, protocol, seed)
    store, tasks = PartStore(out), _tasks(folder, files, recipe)
    _render_missing(tasks, recipe, store, jobs, _Progress(views, len(tasks), on_progress), preview)
    try:
        dropped = write_parts((_found(store, task) for task in tasks), out, recipe, overwrite=overwrite)
    except MeshError:  # nothing can come of it
        store.remove()
        raise
    store.remove()
    return dropped


def _tasks(folder: Path, files: Sequence[Path], recipe: Recipe) -> list[MeshTask]:
    beside = beside_meshes(folder, files)
    return [MeshTask(index, file, key_of(file, _mark(recipe), beside)) for index, file in enumerate(files)]


def _render_missing(
    tasks: Sequence[MeshTask], recipe: Recipe, store: PartStore, jobs: int, progress: _Progress, preview: Path | None
) -> None:
    """Render what is not there yet."""
    missing = []
    for task in tasks:
        if store.load(task.key) is None:
            missing.append(task)
        else:
            progress.step(task, recipe.views)
    sheet = _Sheet(tasks, store, preview)
    for task in _rendered(missing, MeshWork(recipe, store), jobs, progress):
        progress.step(task, recipe.views)  # also of one that was left out
        sheet.draw()
    sheet.draw()


def _rendered(missing: Sequence[MeshTask], work: MeshWork, jobs: int, progress: _Progress) -> Iterator[MeshTask]:
    if not missing:
        return
    if min(jobs, len(missing)) > 1:
        yield from share_out(work, missing, jobs, progress.step)
        return
    rendered = work.run((task, partial(progress.step, task)) for task in missing)
    yield from (task for _, task in zip(rendered, missing, strict=False))  # in this order the renderer is closed


def _found(store: PartStore, task: MeshTask) -> Part:
    part = store.load(task.key)
    if part is None:
        raise OSError(
            f"{store.folder}: the pictures of {task.file.stem} were removed meanwhile. Run the command again."
        )
    return part


class _Sheet:
    """The first pictures on one sheet, drawn anew while there are more of them."""

    def __init__(self, tasks: Sequence[MeshTask], store: PartStore, file: Path | None) -> None:
        self._tasks, self._store, self._file = tasks, store, file
        self._drawn = 0

    def draw(self) -> None:
        if self._file is None or self._drawn == MOST:
            return
        each = max(1, MOST // max(len(self._tasks), 1))
        parts = [self._store.load(task.key) for task in self._tasks[:MOST]]
        files = [file for part in parts if part is not None for file in islice(part.pictures, each)]
        pictures = [decode_stored(file) for file in files]
        if len(pictures) > self._drawn:
            draw_sheet(pictures, self._file)
            self._drawn = len(pictures)


def _mark(recipe: Recipe) -> str:
    """Everything of a recipe that decides pictures."""
    parts = (
        version("epigraf-studio"), recipe.protocol, recipe.views, recipe.resolution, recipe.seed, recipe.light,
        recipe.develop.__qualname__, recipe.picture_format,
    )  # fmt: skip
    return " ".join(map(repr, parts))
