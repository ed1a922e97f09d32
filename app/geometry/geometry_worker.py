"""The geometry worker: density grid → surface → filters → picture and file.  Only this and app/geometry know VTK.

Each stage is kept under the inputs that made it: turning the camera draws only, and another filter at the end of the
stack begins with the mesh before it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from vtkmodules.vtkCommonDataModel import vtkPolyData

from app.geometry.colouring import Coloured, coloured
from app.geometry.density_files import DENSITY_SUFFIXES, save_density
from app.geometry.distances import compare
from app.geometry.extract import extract, touches_box
from app.geometry.figures import figures_of
from app.geometry.filters import apply
from app.geometry.geometry_messages import (
    CompareAnswer,
    CompareRequest,
    Figures,
    GridFile,
    PickAnswer,
    PickRequest,
    SaveAnswer,
    SaveRequest,
    Step,
    SurfaceAnswer,
    SurfaceRequest,
    ViewAnswer,
    ViewRequest,
)
from app.geometry.geometry_words import warnings_of
from app.geometry.mesh_files import save_mesh
from app.geometry.picking import Picker
from app.geometry.picture import Painter
from app.geometry.polydata import as_mesh, normals_of, points_of
from app.geometry.read import read_mesh
from app.geometry.slices import slice_legend, slices_of
from app.workers.array_files import mapped, write_array
from app.workers.memory_cache import MemoryCache
from app.workers.stages import Stage
from app.workers.worker_child import Cancelled, Port
from app.workers.worker_share import plain_kind
from core.density_grid import DensityGrid
from core.geometry import Filter
from core.scene import Scene

# Of the memory that is free when the worker starts, but no more than this, bytes: meshes of all stages, of A and of B.
MESHES_SHARE, MOST_MESHES = 0.1, 2**31


class GeometryHandler:
    """Answers what app/geometry/geometry_messages.py asks of the geometry worker."""

    def __init__(self) -> None:
        limit = min(int(MESHES_SHARE * psutil.virtual_memory().available), MOST_MESHES)
        self._meshes: MemoryCache[vtkPolyData] = MemoryCache(limit, lambda mesh: 1024 * mesh.GetActualMemorySize())
        self._grids, self._figures = Stage(3), Stage(64)
        self._answers, self._coloured, self._pickers = Stage(16), Stage(4), Stage(2)
        self._painter: Painter | None = None
        self._shown: Any = None
        self._shown_slices: Any = None

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        """Answer a request.  Raises ValueError or OSError with a message for people."""
        try:
            match payload:
                case SurfaceRequest():
                    port.answer(self._surface(payload, port))
                case ViewRequest():
                    self._view(payload, port)
                case PickRequest():
                    port.answer(PickAnswer(payload, self._picker(payload.view.surface, port).pick(payload)))
                case CompareRequest():
                    port.answer(self._compare(payload, port))
                case SaveRequest():
                    port.answer(self._save(payload, port))
                case _:
                    raise ValueError(f"the geometry worker does not know requests of kind {plain_kind(kind)}")
        except MemoryError as error:
            for stage in (self._grids, self._meshes, self._coloured, self._pickers):
                stage.clear()
            text = "there is not enough memory for this surface: choose a lower Resolution, or close other programs"
            raise MemoryError(text) from error

    def _grid(self, file: GridFile) -> DensityGrid:
        return self._grids.get(file, lambda: DensityGrid(mapped(file.path), file.half, file.source))

    def _raw(self, request: SurfaceRequest, port: Port) -> vtkPolyData:
        """The surface without filters."""

        def watch(done: float) -> bool:
            port.progress(done, "finding the surface")
            return not port.cancelled()

        key = (request.grid, request.threshold, request.closed)
        return self._meshes.get(
            key, lambda: extract(self._grid(request.grid), request.threshold, closed=request.closed, watch=watch)
        )

    def _mesh(self, request: SurfaceRequest, port: Port, count: int | None = None) -> vtkPolyData:
        """The surface after the first filters; all of them without a count."""
        filters = request.filters[:count]
        if not filters:
            return self._raw(request, port)

        def make() -> vtkPolyData:
            before = self._mesh(request, port, len(filters) - 1)
            name = f"filter {len(filters)} of {len(request.filters)}: {filters[-1].kind}"

            def watch(done: float) -> bool:
                port.progress(done, name)
                return not port.cancelled()

            return apply(before, filters[-1], watch)

        return self._meshes.get((request.grid, request.threshold, request.closed, filters), make)

    def _measured(self, request: SurfaceRequest, port: Port, count: int) -> Figures:
        mesh = self._mesh(request, port, count)
        port.stop_if_cancelled()
        key = (request.grid, request.threshold, request.closed, request.filters[:count])
        return self._figures.get(key, lambda: figures_of(mesh))

    def _surface(self, request: SurfaceRequest, port: Port) -> SurfaceAnswer:
        def make() -> SurfaceAnswer:
            begun = time.perf_counter()
            raw = self._measured(request, port, 0)
            steps, before = [], raw
            for number, each in enumerate(request.filters, start=1):
                step = self._step(request, each, number, before, port)
                steps.append(step)
                before = step.after
            touching = touches_box(self._grid(request.grid), request.threshold)
            mesh, folder = self._mesh(request, port), Path(request.grid.path).parent
            vertices = write_array(folder, "vertices", points_of(mesh))
            normals = write_array(folder, "normals", normals_of(mesh))
            warnings = warnings_of(before, touches_box=touching, closed=request.closed)
            return SurfaceAnswer(
                request,
                raw,
                tuple(steps),
                vertices=str(vertices),
                normals=str(normals),
                touches_box=touching,
                warnings=warnings,
                seconds=time.perf_counter() - begun,
            )

        answer = self._answers.get(request, make)
        # Whoever asked may have tidied up meanwhile.
        if not all(Path(path).is_file() for path in (answer.vertices, answer.normals)):
            self._answers.clear()
            answer = self._answers.get(request, make)
        return answer

    def _step(self, request: SurfaceRequest, each: Filter, number: int, before: Figures, port: Port) -> Step:
        begun = time.perf_counter()
        self._mesh(request, port, number)
        spent = 1000 * (time.perf_counter() - begun)
        return Step(each, before, self._measured(request, port, number), spent)

    def _coloured_by(self, view: ViewRequest, port: Port) -> Coloured:
        by = view.geometry.colouring
        colours = view.colours if by in ("colour", "seen") else ""
        key = (view.surface, by, colours, view.against if by == "distance" else None)

        def make() -> Coloured:
            painted = mapped(colours) if colours else None
            other = self._mesh(view.against, port) if by == "distance" and view.against is not None else None
            return coloured(self._mesh(view.surface, port), by, self._grid(view.surface.grid), painted, other)

        return self._coloured.get(key, make)

    def _view(self, view: ViewRequest, port: Port) -> None:
        begun = time.perf_counter()
        mesh, grid = self._mesh(view.surface, port), self._grid(view.surface.grid)
        colours = self._coloured_by(view, port)
        port.stop_if_cancelled()
        self._painter = self._painter or Painter()
        if self._shown is not colours:
            self._painter.show(mesh, colours)
            self._shown = colours
        slices = (view.surface.grid, view.geometry.slices, view.surface.threshold, view.ink)
        if self._shown_slices != slices:
            wanted, ink = view.geometry.slices, view.ink
            planes = slices_of(grid, wanted)
            self._painter.show_slices(planes, grid.half, view.surface.threshold, contours=wanted.contours, ink=ink)
            self._shown_slices = slices
        pixels = self._painter.picture(view, grid.half)
        sliced = any(at is not None for at in (view.geometry.slices.x, view.geometry.slices.y, view.geometry.slices.z))
        legends = [colours.legend] if colours.legend is not None else []
        legends += [slice_legend()] if sliced else []
        port.answer(ViewAnswer(view, tuple(legends), 1000 * (time.perf_counter() - begun)), (pixels,))

    def _picker(self, surface: SurfaceRequest, port: Port) -> Picker:
        return self._pickers.get(surface, lambda: Picker(self._mesh(surface, port), self._grid(surface.grid)))

    def _compare(self, request: CompareRequest, port: Port) -> CompareAnswer:
        one = self._mesh(request.surface, port)
        named = isinstance(request.other, str)
        other = read_mesh(Path(request.other)) if named else self._mesh(request.other, port)
        port.progress(0.5, "measuring distances")
        found = compare(one, other)
        return CompareAnswer(request, found.chamfer, found.forth, found.back, found.farthest)

    def _save(self, request: SaveRequest, port: Port) -> SaveAnswer:
        path, scene = Path(request.path), Scene.from_json(request.scene)
        if path.exists():
            raise ValueError(f"{path} is there already: choose another name")
        if path.suffix.lower() in DENSITY_SUFFIXES:
            save_density(path, self._grid(request.surface.grid), scene)
        else:
            colours = np.asarray(mapped(request.colours)) if request.colours else None
            save_mesh(path, as_mesh(self._mesh(request.surface, port), colours), scene)
        if port.cancelled():
            path.unlink(missing_ok=True)  # it was given up while it was written
            raise Cancelled
        return SaveAnswer(request, str(path), path.stat().st_size)
