"""Objects become a data set: by several processes, and on from where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from app.data.interruption import OnProgress
from app.data.mesh_load import MeshError
from app.data.mesh_model import Model
from app.data.mesh_parts import Dropped, Part, PartStore, part_of
from app.data.mesh_render import Renderer
from app.data.mesh_workers import share_out
from app.data.meshes import Recipe, made_model, write_parts
from training.contact_sheet import MOST, draw_sheet
from training.data_writer import decode_stored, require_free


@dataclass(frozen=True)
class RenderTask:
    """One object to render.

    Attributes:
        index: Its place among all.
        name: Of the object.
        make: Makes it; may raise MeshError.  It is sent to processes, so it must be a plain value, as partial is.
        key: Under which its pictures are kept: names everything that decides them.
    """

    index: int
    name: str
    make: Callable[[], Model]
    key: str


@dataclass(frozen=True)
class RenderWork:
    """Renders objects and keeps what comes of each.

    Attributes:
        recipe: How.
        store: Where.
    """

    recipe: Recipe
    store: PartStore

    def run(self, tasks: Iterator[tuple[RenderTask, Callable[[int], None]]]) -> Iterator[None]:
        """Render objects as they come, each with what to call after each view.  Raises OSError."""
        with Renderer(self.recipe.resolution) as renderer:
            for task, view_done in tasks:
                made = made_model(renderer, task.name, task.make, self.recipe, view_done)
                self.store.save(task.key, part_of(task.name, made, self.recipe.picture_format))
                yield


@dataclass
class _Progress:
    """Views that are done, over all objects."""

    views: int
    total: int
    on_progress: OnProgress | None
    done: dict[int, int] = field(default_factory=dict)

    def step(self, task: RenderTask, views: int) -> None:
        self.done[task.index] = views
        if self.on_progress is not None:
            self.on_progress(sum(self.done.values()), self.total * self.views, task.name)


def render_tasks(
    tasks: Sequence[RenderTask],
    out: Path,
    recipe: Recipe,
    *,
    overwrite: bool = False,
    jobs: int = 1,
    preview: Path | None = None,
    on_progress: OnProgress | None = None,
) -> list[Dropped]:
    """Render objects.

    What is interrupted or killed leaves finished objects in a hidden folder beside `out`; the same call goes on there,
    and the data set has the same bytes however it was made.

    Args:
        tasks: Them, in the order in which they are in the data set.
        out: The data set: a zip, or a folder.
        recipe: How.
        overwrite: Replace what is there.
        jobs: Processes that render.
        preview: A PNG with the first pictures, drawn anew whenever there are more; None draws none.
        on_progress: Called with pictures done, pictures in all, and the object's name; may raise to end it.

    Returns:
        The objects that were left out, with reasons.

    Raises:
        MeshError: None was left.
        OSError: A process has ended, or something cannot be written (DataSetError: the data set).
    """
    require_free(out, overwrite=overwrite)
    store = PartStore(out)
    _render_missing(tasks, recipe, store, jobs, _Progress(recipe.views, len(tasks), on_progress), preview)
    try:
        dropped = write_parts((_found(store, task) for task in tasks), out, recipe, overwrite=overwrite)
    except MeshError:  # nothing can come of it
        store.remove()
        raise
    store.remove()
    return dropped


def mark_of(recipe: Recipe) -> str:
    """Everything of a recipe that decides pictures."""
    parts = (
        version("epigraf-studio"), recipe.protocol, recipe.views, recipe.resolution, recipe.seed, recipe.light,
        recipe.develop.__qualname__, recipe.picture_format,
    )  # fmt: skip
    return " ".join(map(repr, parts))


def _render_missing(
    tasks: Sequence[RenderTask], recipe: Recipe, store: PartStore, jobs: int, progress: _Progress, preview: Path | None
) -> None:
    """Render what is not there yet."""
    missing = []
    for task in tasks:
        if store.load(task.key) is None:
            missing.append(task)
        else:
            progress.step(task, recipe.views)
    sheet = _Sheet(tasks, store, preview)
    for task in _rendered(missing, RenderWork(recipe, store), jobs, progress):
        progress.step(task, recipe.views)  # also of one that was left out
        sheet.draw()
    sheet.draw()


def _rendered(missing: Sequence[RenderTask], work: RenderWork, jobs: int, progress: _Progress) -> Iterator[RenderTask]:
    if not missing:
        return
    if min(jobs, len(missing)) > 1:
        yield from share_out(work, missing, jobs, progress.step)
        return
    rendered = work.run((task, partial(progress.step, task)) for task in missing)
    yield from (task for _, task in zip(rendered, missing, strict=False))  # in this order the renderer is closed


def _found(store: PartStore, task: RenderTask) -> Part:
    part = store.load(task.key)
    if part is None:
        raise OSError(f"{store.folder}: the pictures of {task.name} were removed meanwhile. Run the command again.")
    return part


class _Sheet:
    """The first pictures on one sheet, drawn anew while there are more of them."""

    def __init__(self, tasks: Sequence[RenderTask], store: PartStore, file: Path | None) -> None:
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
