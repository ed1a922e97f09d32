"""From a field to a mesh in one process, for the command line: density, threshold, surface, filters, colours."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import psutil
from vtkmodules.vtkCommonDataModel import vtkPolyData

from app.geometry.extract import count_vertices, extract, touches_box
from app.geometry.figures import figures_of
from app.geometry.filters import apply
from app.geometry.geometry_messages import Figures, Step
from app.geometry.geometry_words import warnings_of
from app.geometry.mesh import Mesh
from app.geometry.polydata import as_mesh
from core.density import colours_at, density_grid, seen_colours
from core.density_grid import DensityGrid
from core.scene import QUALITY_RANGES, Scene
from core.threshold import RayLaw, opacity_of, proposed
from core.triplane import TriPlaneField

# Told what is done, and which part of it.
Tell = Callable[[str, float], None]
Colours = Literal["field", "seen", "none"]
# A small grid says how long a large one takes, and how much surface there will be.
TRIAL = 48
# A file's bytes per face, by its suffix, with colours and normals.
BYTES_PER_FACE = {".glb": 28, ".ply": 27, ".obj": 95, ".stl": 50}
BYTES_PER_POINT = 4
# Beside the grid: the padding of a closed surface, the mesh and its copies.
HEADROOM = 1.5


@dataclass(frozen=True)
class Estimate:
    """What a surface will take, from a coarse one.

    Attributes:
        seconds: On this machine, without filters.
        faces: How many.
        memory: Bytes of the density grid and what it needs beside it.
    """

    seconds: float
    faces: int
    memory: int

    def file_size(self, suffix: str, faces: int | None = None, resolution: int = 0) -> int:
        """Bytes of the file: of so many faces at most, or of a density grid."""
        per_face = BYTES_PER_FACE.get(suffix.lower())
        if per_face is None:
            return BYTES_PER_POINT * resolution**3
        return per_face * min(self.faces, faces or self.faces)


@dataclass(frozen=True)
class Made:
    """A surface.

    Attributes:
        scene: What made it; its threshold is the one that was used.
        grid: The density.
        surface: In the end.
        mesh: Its arrays, with colours if those were wanted.
        raw: Figures without filters.
        steps: What filters did.
        warnings: What people should know, each a sentence.
        opacity: How much of the light a step of the training's rays absorbs at the threshold, 0 to 1.
    """

    scene: Scene
    grid: DensityGrid
    surface: vtkPolyData
    mesh: Mesh
    raw: Figures
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    opacity: float

    @property
    def figures(self) -> Figures:
        """Of the mesh in the end."""
        return self.steps[-1].after if self.steps else self.raw


def estimate(field: TriPlaneField, law: RayLaw, scene: Scene, *, automatic: bool) -> Estimate:
    """What a surface will take.

    Raises:
        ValueError: More memory than there is, or the density is not finite.
    """
    density_grid(field, TRIAL)  # the first time, torch warms up
    begun = time.perf_counter()
    grid = density_grid(field, TRIAL)
    spent = time.perf_counter() - begun
    resolution = scene.geometry.resolution
    ratio = resolution / TRIAL
    threshold = proposed(grid, law) if automatic else scene.quality.threshold
    faces = 0 if threshold is None else round(2 * count_vertices(grid, threshold) * ratio**2)
    memory = round(HEADROOM * BYTES_PER_POINT * resolution**3 * (2 if scene.geometry.closed else 1)) + 300 * faces
    free = psutil.virtual_memory().available
    if memory > free:
        raise ValueError(
            f"a resolution of {resolution} takes some {memory / 2**30:.1f} GB of memory, and {free / 2**30:.1f} GB are "
            "free: choose a lower --resolution, or close other programs"
        )
    return Estimate(spent * ratio**3, faces, memory)


def make(
    field: TriPlaneField, law: RayLaw, scene: Scene, *, automatic: bool, colours: Colours, source: str, tell: Tell
) -> Made:
    """Make the surface of a Scene.

    Args:
        field: Of its sample.
        law: How the training looked at it, for the threshold.
        scene: Says how.
        automatic: Whether the threshold is to be found; else it is the Scene's.
        colours: The field's own at the surface, those that a ray sees which enters it, or none.
        source: What it is of, for people.
        tell: Told how far it is.

    Raises:
        ValueError: There is no surface, or nothing is left of it; the message says what to do.
    """
    grid = density_grid(field, scene.geometry.resolution, source=source, on_progress=lambda done: tell("density", done))
    scene = replace(scene, quality=replace(scene.quality, threshold=_threshold(grid, law, scene, automatic=automatic)))
    threshold, closed = scene.quality.threshold, scene.geometry.closed
    tell("surface", 0)
    surface = extract(grid, threshold, closed=closed)
    raw, steps = figures_of(surface), []
    before = raw
    for each in scene.geometry.applied:
        tell(each.kind, 0)
        begun = time.perf_counter()
        surface = apply(surface, each)
        spent, after = 1000 * (time.perf_counter() - begun), figures_of(surface)
        steps.append(Step(each, before, after, spent))
        before = after
    mesh = _coloured(as_mesh(surface), field, colours, lambda done: tell("colours", done))
    warnings = warnings_of(before, touches_box=touches_box(grid, threshold), closed=closed)
    opacity = opacity_of(threshold, law.step)
    return Made(scene, grid, surface, mesh, raw, tuple(steps), warnings, opacity)


def _coloured(mesh: Mesh, field: TriPlaneField, colours: Colours, tell: Callable[[float], None]) -> Mesh:
    match colours:
        case "field":
            return replace(mesh, colours=colours_at(field, mesh.points, on_progress=tell))
        case "seen":
            return replace(mesh, colours=seen_colours(field, mesh.points, mesh.normals, on_progress=tell))
    return mesh


def _threshold(grid: DensityGrid, law: RayLaw, scene: Scene, *, automatic: bool) -> float:
    if not automatic:
        return scene.quality.threshold
    found = proposed(grid, law)
    if found is None:
        raise ValueError(
            f"no threshold can be proposed: no ray through this sample absorbs enough light to be seen; its densities "
            f"reach to {float(grid.values.max()):.3g} per world unit. Choose one with --threshold"
        )
    least, most = QUALITY_RANGES["threshold"]
    digits = 3 - math.floor(math.log10(found))
    return min(max(round(found, digits), least), most)  # as many digits as a person would read
