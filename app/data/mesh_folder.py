"""A folder of meshes becomes a data set."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from app.data.interruption import OnProgress
from app.data.mesh_load import load_model, mesh_files
from app.data.mesh_parts import Dropped, beside_meshes, key_of
from app.data.meshes import OBJECTS, Protocol, Recipe
from app.data.rendering import RenderTask, mark_of, render_tasks


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
    recipe = Recipe(folder.resolve().name, views, resolution, protocol, seed)
    mark, beside = mark_of(recipe), beside_meshes(folder, files)
    tasks = [
        RenderTask(index, file.stem, partial(load_model, file), key_of(file, mark, beside))
        for index, file in enumerate(files)
    ]
    return render_tasks(tasks, out, recipe, overwrite=overwrite, jobs=jobs, preview=preview, on_progress=on_progress)
