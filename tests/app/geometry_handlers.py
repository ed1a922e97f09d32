"""Workers of tests that answer as the geometry worker and the model worker do, of a ball, without VTK and torch."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.geometry.geometry_messages import (
    CompareAnswer,
    CompareRequest,
    GridAnswer,
    GridFile,
    GridRequest,
    PaintAnswer,
    PaintRequest,
    PickAnswer,
    PickRequest,
    SaveAnswer,
    SaveRequest,
    SurfaceAnswer,
    SurfaceRequest,
    ViewAnswer,
    ViewRequest,
)
from app.workers.worker_child import Port
from app.workers.worker_share import plain_kind
from core.geometry import Decimate, FillHoles
from core.projection import picture_extent
from core.surface_figures import Densities, Figures, Legend, Picked, Step

HALF, CORE, SLOPE = 0.5, 60.0, 200.0
# A threshold over which the worker dies.
DEADLY = 13.0
VIRIDIS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))


class FakeModel:
    """Densities of a ball: CORE in the middle, less outwards, and nothing from 0.3 on."""

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        match payload:
            case GridRequest():
                began = time.perf_counter()
                port.progress(0.5, "evaluating densities")
                places = np.linspace(-HALF, HALF, payload.resolution)
                z, y, x = np.meshgrid(places, places, places, indexing="ij", sparse=True)
                values = np.clip(CORE - SLOPE * np.sqrt(x * x + y * y + z * z), 1e-4, None).astype(np.float32)
                path = Path(payload.folder) / f"grid-{payload.sample.latent.seed}-{payload.resolution}.npy"
                np.save(path, values)
                edges = np.geomspace(1e-4, CORE, 41)
                counts = np.histogram(values, edges)[0]
                densities = Densities(
                    float(values.min()), float(values.max()), tuple(edges.tolist()), tuple(counts.tolist()), 20.0
                )
                grid = GridFile(str(path), payload.resolution, HALF, "a ball")
                port.answer(GridAnswer(payload, grid, densities, 0.02, time.perf_counter() - began))
            case PaintRequest():
                points = np.load(payload.points)
                path = Path(payload.points).with_suffix(".colours.npy")
                np.save(path, np.uint8(np.clip(255 * (points / HALF + 1) / 2, 0, 255)))
                port.answer(PaintAnswer(payload, str(path)))
            case _:
                raise ValueError(f"{kind} is not known here")


class FakeGeometry:
    """Surfaces of such balls."""

    def handle(self, kind: str, payload: Any, port: Port) -> None:
        match plain_kind(kind), payload:
            case "surface", SurfaceRequest():
                port.answer(surface_of(payload))
            case "view", ViewRequest():
                legends = ()
                if payload.geometry.colouring in ("mean", "gaussian", "density", "distance"):
                    legends = (Legend(f"{payload.geometry.colouring}, per world unit", 0.5, 40.0, True, VIRIDIS),)
                port.answer(ViewAnswer(payload, legends, 5.0), (disc(payload),))
            case "pick", PickRequest():
                radius, spot = radius_of(payload.view.surface.threshold), place(payload)
                found = Picked((0.0, 0.0, radius), (0.0, 0.0, 1.0), payload.view.surface.threshold, "surface")
                port.answer(PickAnswer(payload, found if np.hypot(*spot) < 0.5 else None))
            case "compare", CompareRequest(surface=one, other=SurfaceRequest() as two):
                apart = abs(radius_of(one.threshold) - radius_of(two.threshold))
                port.answer(CompareAnswer(payload, 2 * apart, apart, apart, apart))
            case "save", SaveRequest():
                if Path(payload.path).exists():
                    raise FileExistsError(f"{payload.path} is there already")
                Path(payload.path).write_text(f"{payload.surface} {payload.colours}")
                port.answer(SaveAnswer(payload, payload.path, Path(payload.path).stat().st_size))
            case _:
                raise ValueError(f"{kind} is not known here")


def radius_of(threshold: float) -> float:
    return (CORE - threshold) / SLOPE


def surface_of(request: SurfaceRequest) -> SurfaceAnswer:
    if request.threshold == DEADLY:
        os._exit(9)
    if request.threshold >= CORE:
        raise ValueError(f"there is no surface at density {request.threshold:g}: the largest is {CORE:g}")
    radius = radius_of(request.threshold)
    faces = 6 * request.grid.resolution**2
    raw = figures(faces, radius, 3)
    steps, now = [], raw
    for each in request.filters:
        after = figures(min(each.faces, now.faces), radius, 1) if isinstance(each, Decimate) else now
        after = figures(now.faces, radius, 1) if isinstance(each, FillHoles) else after
        steps.append(Step(each, now, after, 3.0))
        now = after
    name = f"{Path(request.grid.path).stem}-{request.threshold:.6f}-{len(request.filters)}.vertices.npy"
    vertices = Path(request.grid.path).parent / name
    normals = vertices.with_name(name.replace("vertices", "normals"))
    np.save(vertices, np.full((8, 3), radius, np.float32))
    np.save(normals, np.full((8, 3), 3**-0.5, np.float32))
    return SurfaceAnswer(request, raw, tuple(steps), str(vertices), False, (), 0.01, str(normals))


def figures(faces: int, radius: float, components: int) -> Figures:
    corner = (radius, radius, radius)
    return Figures(
        faces // 2 + 2, faces, components, 0, True, 4 * np.pi * radius**2, 4 / 3 * np.pi * radius**3,
        ((-radius, -radius, -radius), corner),
    )  # fmt: skip


def place(request: PickRequest) -> tuple[float, float]:
    return 2 * request.x / request.view.width - 1, 1 - 2 * request.y / request.view.height


def disc(request: ViewRequest) -> np.ndarray:
    """The ball, lit from the eye."""
    width, height = request.width, request.height
    across, up = picture_extent(width, height)
    focal = 1 / np.tan(np.radians(request.camera.fov) / 2)
    reach = focal * radius_of(request.surface.threshold) / request.camera.radius
    x, y = np.meshgrid(np.linspace(-across, across, width) / reach, np.linspace(up, -up, height) / reach)
    square = x * x + y * y
    light = np.sqrt(np.clip(1 - square, 0, 1))[..., None]
    colour = np.array([0.8, 0.6, 0.4] if request.colours else [0.7, 0.7, 0.7])
    ground = np.array(request.ground or (0, 0, 0))
    pixels = np.where(square[..., None] < 1, colour * light, ground)
    alpha = np.ones((height, width, 1))
    return np.uint8(255 * np.concatenate([pixels, alpha], -1))
