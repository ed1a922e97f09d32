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
    """Render every mesh of a folder; what `render_tasks` says of interruptions, results and errors holds.

    Args:
        folder: With OBJ, PLY, STL or GLB files; MeshError if there are none.
        out: As of `render_tasks`.
        views: Pictures of each object, from poses uniform on the sphere.
        resolution: Pixels along a side.
        protocol: How objects are placed and looked at.
        seed: Of the poses.
        overwrite: As of `render_tasks`.
        jobs: As of `render_tasks`.
        preview: As of `render_tasks`.
        on_progress: As of `render_tasks`.
    """
    files = mesh_files(folder)
    recipe = Recipe(folder.resolve().name, views, resolution, protocol, seed)
    mark, beside = mark_of(recipe), beside_meshes(folder, files)
    tasks = [
        RenderTask(index, file.stem, partial(load_model, file), key_of(file, mark, beside))
        for index, file in enumerate(files)
    ]
    return render_tasks(tasks, out, recipe, overwrite=overwrite, jobs=jobs, preview=preview, on_progress=on_progress)
