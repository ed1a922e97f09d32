"""The surfaces of A and B from frame to frame: the geometry worker, its files; what is picked, compared and saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from imgui_bundle import imgui

from app.export.saving import free_path
from app.geometry.geometry_messages import (
    COMPARE,
    GEOMETRY_ENTRY,
    PICK,
    CompareAnswer,
    CompareRequest,
    PickAnswer,
    PickRequest,
    SurfaceRequest,
)
from app.geometry.mesh_saves import MeshSaves
from app.geometry.surface_side import Look, SurfaceSide
from app.geometry.surface_words import costs, surface_view
from app.model.model_messages import BakeRequest
from app.paths import pictures_dir
from app.view.comparison import labels
from app.workers.asking import Asking
from app.workers.scratch import Scratch
from app.workers.worker import Worker
from app.workers.worker_child import Settings
from app.workers.worker_share import WorkerShare
from core.camera import Camera
from core.scene import Scene
from core.surface_figures import Picked
from widgets.geometry_view import Distances, GeometryView, Which
from widgets.picture import Picture

if TYPE_CHECKING:  # PyOpenGL waits until after the first frame
    from app.gl.image_texture import ImageTexture
    from app.view.side import Side
    from app.view.stage import Stage

GEOMETRY_WORKER = Settings(GEOMETRY_ENTRY, threads=2)
# Files that nothing needs any more are looked for so often, seconds.
TIDY_EVERY_S = 3.0


class Surfaces:
    """Worker, files, and the two surfaces; made when the panel is first looked at.

    Args:
        stage: Whose Scene is shown.
        wake: Called from threads when a frame should be drawn.
    """

    def __init__(self, stage: Stage, wake: Callable[[], None]) -> None:
        self._stage = stage
        self.scratch = Scratch()
        self.worker = Worker(GEOMETRY_WORKER, wake)
        self.worker.start()
        share = WorkerShare(self.worker)
        folder = str(self.scratch.path)
        model = stage.share
        self.sides: dict[Which, SurfaceSide] = {
            "a": SurfaceSide(model.desk("surface"), share.desk("a"), folder),
            "b": SurfaceSide(model.desk("surface b"), share.desk("b"), folder),
        }
        self._extra = share.desk("extra")
        self.pick: Asking[PickRequest, PickAnswer] = Asking(self._extra, PICK)
        self.compare: Asking[CompareRequest, CompareAnswer] = Asking(self._extra, COMPARE)
        self.saves = MeshSaves(model.desk("mesh file"), share.desk("mesh file"))
        self._textures: dict[Which, ImageTexture] = {}
        self._shown: dict[Which, tuple[int, Picture]] = {}
        self._samples: dict[Which, BakeRequest] = {}
        self._picked_on: Which = "a"
        self._handed: set[str] = set()  # files that another program reads
        self._tidied_at = 0.0

    # From frame to frame

    def update(self, *, held: bool) -> None:
        """Take what has come, and ask for what is missing."""
        for event in self._extra.take():
            self.pick.receive(event)
            self.compare.receive(event)
        stage, scene = self._stage, self._stage.scene
        may_compute = not (stage.engine.waits or (stage.comparison.side and stage.comparison.side.engine.waits))
        self._update_side("a", stage.side, replace(scene, other=None), held, may_compute)
        beside, other = scene.beside, stage.comparison.side
        if beside is None or other is None:
            self.sides["b"].rest()
        else:
            self._update_side("b", other, beside, held, may_compute and self.sides["a"].is_complete)
            self._measure(held)
        self._tidy()

    def _update_side(self, which: Which, side: Side, scene: Scene, held: bool, may_compute: bool) -> None:
        surface, sample = self.sides[which], self._sample(which, side, scene)
        if side.engine.hint or is_flat(side):
            surface.forget()
        else:
            surface.update(sample, scene, held=held, may_compute=may_compute)

    def _sample(self, which: Which, side: Side, scene: Scene) -> BakeRequest | None:
        """What the viewport shows, once that is the Scene's sample; live weights only now and then, as there."""
        sample = side.engine.sample_of(scene)
        if sample is None:
            return None
        sample = replace(sample, resolution=0, preview=0, exact=False, field_will_do=False)
        before, surface = self._samples.get(which), self.sides[which]
        if before is not None and sample != before and is_newer(sample, before):
            densities = surface.densities
            if not surface.is_complete and surface.problem is None:
                return before
            if densities is not None and before == densities.request.sample:
                rest = side.engine.sharing.pause_s(densities.seconds)
                if surface.age_s < rest:
                    return before
        self._samples[which] = sample
        return sample

    def _measure(self, held: bool) -> None:
        one, other = self.sides["a"], self.sides["b"]
        if held or not (one.is_complete and other.is_complete):
            return
        if one.surface.answer is not None and other.surface.answer is not None:
            self.compare.want(CompareRequest(one.surface.answer.request, other.surface.answer.request))

    def _tidy(self) -> None:
        """Delete files that nothing needs any more, once none is on its way whose name is not known yet."""
        now = time.monotonic()
        waits = self.saves.busy or any(side.waits for side in self.sides.values())
        if not waits and now - self._tidied_at >= TIDY_EVERY_S:
            self._tidied_at = now
            sides = (name for side in self.sides.values() for name in side.files)
            self.scratch.keep({*self._handed, *self.saves.files, *sides})

    def rest(self) -> None:
        """Nobody looks."""
        for side in self.sides.values():
            side.rest()
        if self.compare.waits:
            self.compare.cancel()
            self.compare.retry()

    # What is shown

    def picture(
        self, which: Which, camera: Camera, width: int, height: int, moving: bool, held: bool
    ) -> Picture | None:
        """Ask for a picture, and give the last one that has come."""
        side, scene = self.sides[which], self._stage.scene
        other = self.sides["b" if which == "a" else "a"].surface.answer
        against: SurfaceRequest | None = None if other is None or scene.beside is None else other.request
        side.draw(scene, Look(camera, width, height, *_colours(), moving or held, against))
        pixels = side.pixels
        if pixels is None:
            return None
        shown = self._shown.get(which)
        if shown is None or shown[0] != side.version:
            from app.gl.image_texture import ImageTexture

            texture = self._textures.setdefault(which, ImageTexture())
            self._shown[which] = side.version, texture.show(pixels, True)
        return self._shown[which][1]

    def view(self) -> GeometryView:
        """What the panel shows."""
        stage, scene = self._stage, self._stage.scene
        beside, other = scene.beside, stage.comparison.side
        names, second = ("", ""), None
        if beside is not None and other is not None:
            names = self._names(scene, beside)
            second = surface_view(self.sides["b"], other, names[1], self._picked("b"), "A")
        one, densities = self.sides["a"], self.sides["a"].densities
        return GeometryView(
            scene=scene,
            home=stage.training_views.home,
            half=None if densities is None else densities.grid.half,
            step=None if densities is None else densities.step,
            one=surface_view(one, stage.side, names[0], self._picked("a")),
            other=second,
            distances=self._distances(),
            trouble="" if self.compare.problem is None else self.compare.problem.message,
            costs=costs(one),
            saves=self.saves.items,
            folder=pictures_dir(),
        )

    @staticmethod
    def _names(scene: Scene, beside: Scene) -> tuple[str, str]:
        """What tells the surfaces apart."""
        one, other = labels(scene, beside)
        thresholds = scene.quality.threshold, beside.quality.threshold
        if thresholds[0] == thresholds[1]:
            return one, other
        return f"{one}  density {thresholds[0]:.3g}", f"{other}  density {thresholds[1]:.3g}"

    def _distances(self) -> Distances | None:
        answer = self.compare.answer
        if answer is None or not self.compare.complete or self._stage.scene.beside is None:
            return None
        surfaces = [side.surface.answer and side.surface.answer.request for side in self.sides.values()]
        if [answer.request.surface, answer.request.other] != surfaces:
            return None
        return Distances(answer.chamfer, answer.forth, answer.back, answer.farthest)

    def _picked(self, which: Which) -> Picked | None:
        """What was picked, as long as the same surface is shown."""
        answer, shown = self.pick.answer, self.sides[which].view.answer
        if answer is None or shown is None or which != self._picked_on:
            return None
        return answer.picked if answer.request.view.surface == shown.request.surface else None

    # What is asked for

    def pick_at(self, which: Which, x: float, y: float) -> None:
        """Ask what is seen at a place of a picture, in shares of its width and height."""
        shown = self.sides[which].view.answer
        if shown is not None:
            self._picked_on = which
            self.pick.forget()
            self.pick.want(PickRequest(shown.request, x * shown.request.width, y * shown.request.height))

    def handed_path(self, suffix: str) -> Path:
        """A new path for a file that another program reads; it is there until the studio is closed."""
        path = free_path(self.scratch.path, "mesh", suffix)
        self._handed.add(str(path))
        return path

    def save(self, scene: Scene, path: Path, then: Callable[[Path], None] | None = None) -> None:
        """Write the surface of A as soon as its colours are there."""
        side = self.sides["a"]
        surface, sample = side.surface.answer, self._samples.get("a")
        if surface is not None and sample is not None and side.is_complete:
            colours = side.colours_of(surface)
            self.saves.begin(surface, sample, colours, replace(scene, other=None), path, then=then)

    @property
    def waits_for_frames(self) -> bool:
        """Whether something was put off until a later frame."""
        return any(side.put_off for side in self.sides.values())

    def free_gpu(self) -> None:
        """Free what lies on the GPU."""
        for texture in self._textures.values():
            texture.close()
        self._textures, self._shown = {}, {}

    def close(self) -> None:
        """End the worker, and delete its files."""
        self.worker.close()
        self.scratch.close()


def is_flat(side: Side) -> bool:
    """Whether the generator paints pictures, and has no field whose surface could be made."""
    shown = side.engine.shown
    return shown is not None and len(shown.volume.values) == 2


def is_newer(sample: BakeRequest, before: BakeRequest) -> bool:
    """Whether this is the same sample by newer weights of the same file."""
    same = replace(sample, checkpoint=before.checkpoint) == before
    return same and sample.checkpoint.path == before.checkpoint.path


def _colours() -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Ground and ink of the theme in force."""
    style = imgui.get_style()
    ground, ink = style.color_(imgui.Col_.window_bg), style.color_(imgui.Col_.text)
    return (ground.x, ground.y, ground.z), (ink.x, ink.y, ink.z)
