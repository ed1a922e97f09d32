"""The surface of one Scene, from its densities to its picture: which request follows from which answer; nothing waits.

Densities come coarse at first, and as finely as the Scene asks for once the coarse surface is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.geometry.geometry_messages import (
    GRID,
    PAINT,
    SURFACE,
    VIEW,
    GridAnswer,
    GridFile,
    GridRequest,
    PaintAnswer,
    PaintRequest,
    SurfaceAnswer,
    SurfaceRequest,
    ViewAnswer,
    ViewRequest,
)
from app.model.model_messages import BakeRequest
from app.workers.asking import Asking
from app.workers.worker_share import Asked
from core.camera import Camera
from core.geometry import LEAST_RESOLUTION, Geometry
from core.scene import Scene
from core.surface_figures import Legend
from widgets.amounts import seconds_words, size_words
from widgets.notes import Problem
from widgets.viewport import Work

COARSE = LEAST_RESOLUTION
# A finer grid is not cut anew while a slider is dragged, but the coarse one; and finer ones are cut in no time.
LIVE_RESOLUTION = 128
# A new surface is shown without colours when these take longer, seconds.
UNPAINTED_AFTER_S = 0.5
# What is dragged is drawn anew only when the last picture of it has come, or did not come for so long, seconds.
PATIENCE_S = 0.3
# Colourings that the model worker evaluates at the vertices.
PAINTED = ("colour", "seen")
# What takes less is not worth a bar.
SHOW_WORK_AFTER_S = 0.5
# Grids that take longer, seconds, are computed when somebody says so; but not those of so many points along an edge.
LONG_S, NEVER_WITHHELD = 30.0, 192
# Of so many surfaces the colours stay at hand.
MOST_PAINTED = 4
# Of the picture's edge, while the camera moves.
MOVING_SHARE = 0.5
BYTES_OF_A_DENSITY = 4


@dataclass(frozen=True)
class Expected:
    """What a grid takes before it is begun.

    Attributes:
        seconds: Time.
        size: Bytes of the densities.
        faces: Of the surface without filters, about.
    """

    seconds: float
    size: int
    faces: int

    @property
    def words(self) -> str:
        """For people."""
        return f"about {seconds_words(self.seconds)} and {size_words(self.size)}"


@dataclass(frozen=True)
class Look:
    """How a surface is to be drawn.

    Attributes:
        camera: From where.
        width: Pixels.
        height: Pixels.
        ground: Colour behind it, 0 to 1 each.
        ink: Colour of lines and letters.
        moving: Whether speed counts more than looks.
        against: Surface of B, for the colouring by distance.
    """

    camera: Camera
    width: int
    height: int
    ground: tuple[float, float, float]
    ink: tuple[float, float, float]
    moving: bool = False
    against: SurfaceRequest | None = None


class SurfaceSide:
    """All methods are called on the window's thread.

    Args:
        model: A desk of the model worker.
        geometry: A desk of the geometry worker.
        folder: Where arrays lie.
        clock: Seconds; replaced in tests.

    Attributes:
        version: Changes with the picture.
        withheld: A resolution whose densities take so long that somebody must ask for them; 0: none.
        put_off: Whether something is to be asked a moment later.
    """

    def __init__(self, model: Asked, geometry: Asked, folder: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._geometry, self._folder, self._clock = model, geometry, folder, clock
        self._came_at = 0.0
        self._rate: float | None = None  # seconds for a point of a grid
        self.grid: Asking[GridRequest, GridAnswer] = Asking(model, GRID, clock=clock)
        self.paint: Asking[PaintRequest, PaintAnswer] = Asking(model, PAINT, clock=clock)
        self.surface: Asking[SurfaceRequest, SurfaceAnswer] = Asking(geometry, SURFACE, PATIENCE_S, clock)
        self.view: Asking[ViewRequest, ViewAnswer] = Asking(geometry, VIEW, PATIENCE_S, clock)
        self._sample: BakeRequest | None = None
        self._grids: dict[int, GridAnswer] = {}
        self._colours: dict[str, str] = {}
        self._drawn: SurfaceAnswer | None = None
        self._permitted, self._fine, self._seen = 0, False, False
        self._known = False  # whether the sample is that of the Scene
        self.version, self.withheld, self.put_off = 0, 0, False

    # From frame to frame

    def update(self, sample: BakeRequest | None, scene: Scene, *, held: bool, may_compute: bool) -> None:
        """Take what has come, and ask for what is missing.

        Args:
            sample: Which sample is to be shown; None while that is not known, and what is shown stays.
            scene: With its threshold and geometry.
            held: Whether somebody is changing something with the mouse.
            may_compute: Whether the model worker has nothing to do that is waited for more.
        """
        self.receive()
        self._seen, self._known = scene.geometry.colouring == "seen", sample is not None
        if sample is not None and sample != self._sample:
            if self._sample is None or sample.checkpoint.path != self._sample.checkpoint.path:
                self._rate = None
            self._sample, self._grids, self._fine = sample, {}, False
            self.grid.retry()
        if self._sample is None:
            return
        self._ask_surface(scene, held)
        self._ask_colours(scene.geometry)
        if may_compute:
            self._ask_grid(scene.geometry.resolution)
        else:
            self.pause()

    def receive(self) -> None:
        """Take what has come; each worker counts its requests by itself."""
        for event in self._model.take():
            if self.grid.receive(event) and self.grid.answer is not None:
                grid = self.grid.answer
                if grid.request.sample == self._sample:
                    self._grids[grid.grid.resolution] = grid
                    self._came_at = self._clock()
                    self._learn(grid)
            if self.paint.receive(event) and self.paint.answer is not None:
                latest = list(self._colours.items())[1 - MOST_PAINTED :]
                request = self.paint.answer.request
                self._colours = {**dict(latest), request.normals or request.points: self.paint.answer.colours}
        for event in self._geometry.take():
            self.surface.receive(event)
            self.version += self.view.receive(event)

    def draw(self, scene: Scene, look: Look) -> None:
        """Ask for the picture, from what surface there is."""
        surface = self._to_draw(scene.geometry)
        if surface is None:
            return
        # What lies in the surface and the camera already must not have the same picture drawn twice.
        geometry = replace(scene.geometry, filters=(), resolution=Geometry().resolution, closed=False, camera=None)
        against = look.against if geometry.colouring == "distance" else None
        if geometry.colouring == "distance" and against is None:
            geometry = replace(geometry, colouring="plain")
        colours = self.colours_of(surface) if geometry.colouring in PAINTED else ""
        share = MOVING_SHARE if look.moving else 1.0
        size = max(round(look.width * share), 1), max(round(look.height * share), 1)
        request = ViewRequest(
            surface.request, geometry, look.camera, *size,
            colours=colours, against=against, ground=look.ground, ink=look.ink, smooth=not look.moving,
        )  # fmt: skip
        self.put_off = not self.view.want(request) or surface is not self.surface.answer or self.put_off

    def pause(self) -> None:
        """Give up densities that are on their way, for now."""
        if self.grid.waits:
            self.grid.cancel()
            self.grid.retry()

    def rest(self) -> None:
        """Nobody looks: give up what is on its way."""
        for each in self._all:
            if each.waits:
                each.cancel()
                each.retry()

    def forget(self) -> None:
        """There is no sample any more: show nothing."""
        for each in self._all:
            each.forget()
        self._sample, self._drawn, self._grids, self._fine = None, None, {}, False

    def cancel(self) -> None:
        """Somebody gives up what takes long."""
        self._permitted = 0
        (self.grid if self.grid.waits else self.surface).cancel()

    def retry(self, resolution: int) -> None:
        """Ask again for what has failed or was given up, however long densities of this resolution take."""
        self._permitted = resolution
        for each in self._all:
            each.retry()

    # What there is

    @property
    def densities(self) -> GridAnswer | None:
        """The finest densities of the sample that are there."""
        return self._grids[max(self._grids)] if self._grids else None

    @property
    def is_complete(self) -> bool:
        """Whether the surface of the Scene's sample is there, as finely as the Scene asks for."""
        return self._known and self._fine and self.surface.complete and not self.grid.waits

    @property
    def age_s(self) -> float:
        """Seconds since the densities came."""
        return self._clock() - self._came_at

    @property
    def waits(self) -> bool:
        """Whether anything is on its way."""
        return any(each.waits for each in self._all)

    @property
    def problem(self) -> Problem | None:
        """Why there is no picture of what was asked for."""
        return self.grid.problem or self.surface.problem or self.view.problem

    @property
    def legends(self) -> tuple[Legend, ...]:
        """What the colours of the picture mean."""
        return () if self.view.answer is None else self.view.answer.legends

    @property
    def pixels(self) -> np.ndarray | None:
        """The picture, [height, width, 4], uint8, top row first."""
        return self.view.arrays[0] if self.view.arrays else None

    @property
    def work(self) -> Work | None:
        """What is being computed, if it takes long enough to be told, or what waits for somebody."""
        if self.withheld:
            expected = self.expected(self.withheld)
            return Work(f"{self.withheld}³ takes {expected.words if expected else 'long'}", None)
        if self.grid.cancelled or self.surface.cancelled:
            return Work("The surface was not computed to the end", None)
        for each, usual in ((self.grid, "evaluating densities"), (self.surface, "making the surface")):
            if each.waits and each.busy_s >= SHOW_WORK_AFTER_S:
                progress = each.progress
                return Work(
                    usual if progress is None else progress.text, 0.0 if progress is None else progress.fraction
                )
        return None

    def expected(self, resolution: int) -> Expected | None:
        """What a grid takes, by what others have taken; None before the first."""
        if self._rate is None:
            return None
        seconds = self._rate * resolution**3
        surface = self.surface.answer
        faces = 0
        if surface is not None:
            faces = round(surface.raw.faces * (resolution / surface.request.grid.resolution) ** 2)
        return Expected(seconds, BYTES_OF_A_DENSITY * resolution**3, faces)

    @property
    def files(self) -> set[str]:
        """Names of all files that are still wanted."""
        requests = [each.request for each in (self._drawn, self.surface.answer, self.view.answer) if each is not None]
        surfaces = [each if isinstance(each, SurfaceRequest) else each.surface for each in requests]
        made = [each for each in (self._drawn, self.surface.answer) if each is not None]
        vertices = {path for each in made for path in (each.vertices, each.normals)}
        if self.paint.asked is not None:
            vertices |= {self.paint.asked.points, self.paint.asked.normals}
        vertices.discard("")
        grids = {each.grid.path for each in self._grids.values()} | {each.grid.path for each in surfaces}
        colours = {colours for points, colours in self._colours.items() if points in vertices}
        return grids | vertices | colours

    # What is missing

    @property
    def _all(self) -> tuple[Asking[Any, Any], ...]:
        return self.grid, self.surface, self.paint, self.view

    def _to_draw(self, geometry: Geometry) -> SurfaceAnswer | None:
        """The newest surface; the one before while the colours of the newest are on their way."""
        newest = self.surface.answer
        paints = geometry.colouring in PAINTED and self.paint.waits and self.paint.busy_s < UNPAINTED_AFTER_S
        if newest is not self._drawn and not (paints and self._drawn is not None):
            self._drawn = newest
        return self._drawn

    def _ask_surface(self, scene: Scene, held: bool) -> None:
        wanted = scene.geometry.resolution
        live = held and wanted > LIVE_RESOLUTION
        at_hand = [each for each in self._grids if each <= wanted]
        if not at_hand:
            return
        grid = self._grids[min(at_hand) if live else max(at_hand)]
        self._fine = grid.grid.resolution == wanted
        geometry = scene.geometry
        request = SurfaceRequest(grid.grid, scene.quality.threshold, geometry.closed, geometry.applied)
        self.put_off = not self.surface.want(request)

    def _ask_colours(self, geometry: Geometry) -> None:
        surface = self.surface.answer
        if geometry.colouring in PAINTED and surface is not None and surface.request.grid == self._grid_of(surface):
            self.want_colours()

    def _grid_of(self, surface: SurfaceAnswer) -> GridFile | None:
        """The grid of a surface, if it is of the sample that is shown now."""
        found = self._grids.get(surface.request.grid.resolution)
        return None if found is None else found.grid

    def colours_of(self, surface: SurfaceAnswer) -> str:
        """File of its colours; empty while they are not there."""
        return self._colours.get(self._painted_by(surface), "")

    def _painted_by(self, surface: SurfaceAnswer) -> str:
        """What tells its colours from others: rays see them along the normals."""
        return surface.normals if self._seen else surface.vertices

    def _learn(self, grid: GridAnswer) -> None:
        """Note how fast densities are; the first ones also wait for the worker to load what it needs."""
        rate = grid.seconds / grid.grid.resolution**3
        self._rate = rate if self._rate is None else min(rate, self._rate)

    def want_colours(self) -> None:
        """Ask for the colours of the newest surface, unless they are there."""
        surface = self.surface.answer
        if surface is not None and self._sample is not None and self._painted_by(surface) not in self._colours:
            self.paint.want(PaintRequest(self._sample, surface.vertices, surface.normals if self._seen else ""))

    def _ask_grid(self, resolution: int) -> None:
        """Have the coarse grid computed, then, when all that follows from it is there, the fine one."""
        self.withheld = 0
        missing = [each for each in (min(COARSE, resolution), resolution) if each not in self._grids]
        if not missing or self._sample is None:
            self.pause()
            return
        if self._grids and not self.grid.waits and (self.surface.waits or self.paint.waits):
            return
        expected = self.expected(missing[0])
        long = expected is not None and expected.seconds > LONG_S and resolution > NEVER_WITHHELD
        if long and self._permitted != resolution:
            self.withheld = resolution
            self.pause()
            return
        self.grid.want(GridRequest(self._sample, missing[0], self._folder))
