"""From densities to a picture: what follows from what, coarse first, nothing twice, nothing that nobody waits for."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.geometry.geometry_messages import (
    GridAnswer,
    GridFile,
    PaintAnswer,
    SurfaceRequest,
    ViewAnswer,
)
from app.geometry.surface_side import LONG_S, Look, SurfaceSide
from app.geometry.surface_words import costs, surface_view
from app.model.model_messages import BakeRequest, CheckpointId
from app.workers.worker_messages import Failure, Result
from core.camera import Camera
from core.geometry import Decimate, Largest
from core.scene import Latent, Quality, Scene
from core.surface_figures import Densities, Legend
from tests.app.geometry_handlers import surface_of
from tests.app.workers.test_worker_share import FakeWorker

SAMPLE = BakeRequest(CheckpointId("a", 0, 0), Latent(0, 1.0), 0)
DENSITIES = Densities(0.0, 60.0, (0.1, 1.0, 60.0), (5, 3), 20.0)
LOOK = Look(Camera(), 200, 100, (0, 0, 0), (1, 1, 1))


class Bench:
    """A side with two workers that answer when they are told to."""

    def __init__(self, folder):
        self.model, self.geometry, self.now, self.folder = FakeWorker(), FakeWorker(), 10.0, folder
        self.side = SurfaceSide(self.model, self.geometry, str(folder), lambda: self.now)
        self.scene = Scene(quality=Quality(threshold=20.0))
        self.seconds_for_64 = 0.1

    def frame(self, *, held: bool = False, may_compute: bool = True, sample=SAMPLE, moving: bool = False) -> None:
        self.side.update(sample, self.scene, held=held, may_compute=may_compute)
        self.side.draw(self.scene, replace(LOOK, moving=moving))

    def asked(self, kind: str) -> list:
        return [payload for worker in (self.model, self.geometry) for each, payload in worker.asked if each == kind]

    def answer(self, kind: str) -> None:
        """Answer the last request of a kind."""
        worker = self.model if kind in ("grid", "paint") else self.geometry
        number, payload = next(
            (number, payload) for number, (each, payload) in reversed(list(enumerate(worker.asked, 1))) if each == kind
        )
        arrays = (np.zeros((payload.height, payload.width, 4), np.uint8),) if kind == "view" else ()
        worker.events.append(Result(number, kind, self._value(kind, payload), arrays))

    def _value(self, kind: str, payload):
        match kind:
            case "grid":
                grid = GridFile(
                    f"{self.folder}/grid-{payload.sample.latent.seed}-{payload.resolution}.npy", payload.resolution, 0.5
                )
                seconds = self.seconds_for_64 * (payload.resolution / 64) ** 3
                return GridAnswer(payload, grid, DENSITIES, 0.02, seconds)
            case "surface":
                return surface_of(payload)
            case "paint":
                return PaintAnswer(payload, f"{payload.normals or payload.points}.colours")
            case "view":
                return ViewAnswer(payload, (), 5.0)

    def settle(self) -> None:
        """Frames until everything is there."""
        for _ in range(12):
            self.frame()
            for kind, asking in (
                ("grid", self.side.grid), ("surface", self.side.surface), ("paint", self.side.paint),
                ("view", self.side.view),
            ):  # fmt: skip
                if asking.waits:
                    self.answer(kind)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_coarse_at_once_and_fine_when_that_is_shown(bench):
    for _ in range(3):
        bench.frame()
    assert [each.resolution for each in bench.asked("grid")] == [64]
    assert not bench.asked("surface")
    bench.answer("grid")
    bench.frame()
    [surface] = bench.asked("surface")
    assert (surface.grid.resolution, surface.threshold) == (64, 20.0)
    bench.answer("surface")
    bench.frame()
    assert bench.asked("paint")
    assert bench.asked("view")[-1].colours == "", "the first picture does not wait for colours"
    assert len(bench.asked("grid")) == 1, "the fine densities come after all of that"
    bench.answer("paint")
    bench.answer("view")
    bench.frame()
    assert bench.asked("view")[-1].colours.endswith(".colours")
    assert [each.resolution for each in bench.asked("grid")] == [64, 128]
    assert not bench.side.is_complete
    bench.settle()
    assert bench.side.is_complete
    assert bench.side.pixels.shape == (100, 200, 4)
    assert bench.asked("surface")[-1].grid.resolution == 128
    counts = len(bench.model.asked), len(bench.geometry.asked)
    for _ in range(5):
        bench.frame()
    assert (len(bench.model.asked), len(bench.geometry.asked)) == counts, "at rest nothing is asked"


def test_a_dragged_threshold_cuts_the_coarse_grid_and_the_last_colours_stay(bench):
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, resolution=256))
    bench.settle()
    drawn = bench.asked("view")[-1]
    bench.scene = replace(bench.scene, quality=Quality(threshold=25.0))
    bench.frame(held=True, moving=True)
    assert (bench.asked("surface")[-1].grid.resolution, bench.asked("surface")[-1].threshold) == (64, 25.0)
    bench.answer("surface")
    bench.frame(held=True, moving=True)
    moving = bench.asked("view")[-1]
    assert moving.surface == drawn.surface, "until the new colours are there, or take too long"
    assert (moving.width, moving.height, moving.smooth) == (100, 50, False)
    bench.answer("view")
    bench.now += 1
    bench.frame(held=True, moving=True)
    assert bench.asked("view")[-1].surface.threshold == 25.0
    bench.now += 1
    bench.settle()
    assert bench.asked("surface")[-1].grid.resolution == 256
    assert bench.asked("view")[-1].smooth


def test_what_does_not_change_the_picture_does_not_ask_for_another_one(bench):
    bench.settle()
    views = len(bench.asked("view"))
    bench.scene = replace(
        bench.scene, geometry=replace(bench.scene.geometry, camera=Camera(yaw=1), filters=(Largest(on=False),))
    )
    bench.settle()
    assert len(bench.asked("view")) == views
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, filters=(Decimate(faces=500),)))
    bench.settle()
    assert bench.asked("surface")[-1].filters == (Decimate(faces=500),)
    assert bench.side.surface.answer.figures.faces == 500
    assert len(bench.asked("view")) > views


def test_another_sample_shows_the_last_one_until_it_is_there(bench):
    bench.settle()
    other = replace(SAMPLE, latent=Latent(1, 1.0))
    bench.frame(sample=other)
    assert bench.asked("grid")[-1].sample == other
    assert bench.side.surface.answer is not None
    bench.answer("grid")
    bench.frame(sample=other)
    assert "grid-1-64" in bench.asked("surface")[-1].grid.path
    bench.frame(sample=None)
    assert not bench.side.is_complete


def test_what_the_viewport_waits_for_comes_first_and_nothing_is_computed_for_nobody(bench):
    bench.frame(may_compute=False)
    assert not bench.asked("grid")
    bench.frame()
    bench.frame(may_compute=False)
    assert bench.model.cancelled == ["grid"]
    bench.frame()
    assert len(bench.asked("grid")) == 2
    bench.side.rest()
    bench.side.rest()
    assert bench.model.cancelled == ["grid", "grid"]
    assert not bench.side.waits


def test_what_takes_long_says_so_and_waits_for_somebody(bench):
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, resolution=512))
    bench.settle()
    expected = bench.side.expected(512)
    assert expected.seconds == pytest.approx(0.1 * 512)
    assert expected.seconds > LONG_S
    assert expected.size == 4 * 512**3
    assert expected.faces == bench.side.surface.answer.raw.faces * 64
    assert [each.resolution for each in bench.asked("grid")] == [64]
    assert bench.side.work.text == "512³ takes about 51 s and 537 MB"
    assert not bench.side.is_complete
    bench.side.retry(512)
    bench.settle()
    assert bench.side.is_complete
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, resolution=192))
    bench.settle()
    assert [each.resolution for each in bench.asked("grid")] == [64, 512, 192]


def test_errors_are_told_and_the_rest_goes_on(bench):
    bench.settle()
    bench.scene = replace(bench.scene, quality=Quality(threshold=70.0))
    bench.frame()
    bench.geometry.events.append(Failure(len(bench.geometry.asked), "no surface at 70"))
    bench.frame()
    assert bench.side.problem.message == "no surface at 70"
    bench.scene = replace(bench.scene, quality=Quality(threshold=20.0))
    bench.settle()
    assert bench.side.problem is None
    assert bench.side.is_complete
    bench.scene = replace(bench.scene, quality=Quality(threshold=21.0))
    bench.frame()
    bench.now += 1
    assert bench.side.work.fraction == 0, "long enough to be told"
    bench.side.cancel()
    bench.frame()
    assert bench.side.work.fraction is None
    bench.side.retry(128)
    bench.settle()
    assert bench.side.is_complete


def test_only_what_is_shown_needs_its_files(bench):
    bench.settle()
    names = {name.rpartition("/")[2] for name in bench.side.files}
    assert {"grid-0-64.npy", "grid-0-128.npy"} <= names
    assert sum("vertices" in name for name in names) == 2, "of the last surface: its vertices and their colours"


def test_distances_are_drawn_to_b_once_it_is_there(bench):
    bench.settle()
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, colouring="distance"))
    bench.frame()
    assert bench.asked("view")[-1].geometry.colouring == "plain"
    bench.answer("view")
    against = SurfaceRequest(GridFile("b", 64, 0.5), 20.0)
    bench.side.update(SAMPLE, bench.scene, held=False, may_compute=True)
    bench.side.draw(bench.scene, replace(LOOK, against=against))
    assert (bench.asked("view")[-1].geometry.colouring, bench.asked("view")[-1].against) == ("distance", against)


def of_viewport(hint: str = "", *, flat: bool = False):
    """The viewport's side, as far as words about surfaces look at it."""
    values = np.zeros((2, 4, 4, 4) if flat else (4, 4, 4, 4))
    engine = SimpleNamespace(shown=SimpleNamespace(volume=SimpleNamespace(values=values)), hint=hint, problem=None)
    return SimpleNamespace(engine=engine)


def test_what_the_panel_says_of_it(bench):
    assert "flat pictures" in surface_view(bench.side, of_viewport(flat=True)).hint
    assert surface_view(bench.side, of_viewport("There is no checkpoint")).hint == "There is no checkpoint"
    bench.settle()
    view = surface_view(bench.side, of_viewport(), "A")
    assert (view.name, view.resolution, view.is_complete, view.densities) == ("A", 128, True, DENSITIES)
    assert costs(bench.side)[256] == "6 s, 67.1 MB, 393 k faces"
    bench.side.paint.retry()
    bench.side.paint.want("anything")
    bench.model.events.append(Failure(len(bench.model.asked), "no colours there"))
    bench.side.receive()
    assert surface_view(bench.side, of_viewport()).warnings == ("It has no colours: no colours there",)
    bench.side.view.answer = replace(bench.side.view.answer, legends=(Legend("Distance to B", 0, 1, False, ()),))
    assert surface_view(bench.side, of_viewport(), other="A").legends[0].title == "Distance to A"
    bench.scene = replace(bench.scene, quality=Quality(threshold=70.0))
    bench.frame()
    bench.geometry.events.append(Failure(len(bench.geometry.asked), "no surface"))
    bench.frame()
    view = surface_view(bench.side, of_viewport())
    assert (view.problem.message, view.raw, view.is_complete) == ("no surface", None, False)
    bench.side.forget()
    assert bench.side.pixels is None
    assert surface_view(bench.side, of_viewport()).densities is None


def test_colours_as_rays_see_them_are_evaluated_along_the_normals(bench):
    bench.settle()
    plain = bench.asked("view")[-1].colours
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, colouring="seen"))
    bench.settle()
    painted = bench.asked("paint")[-1]
    assert painted.normals == bench.side.surface.answer.normals != ""
    assert bench.asked("view")[-1].geometry.colouring == "seen"
    assert bench.asked("view")[-1].colours not in ("", plain)
    assert {painted.points, painted.normals} <= bench.side.files
    bench.scene = replace(bench.scene, geometry=replace(bench.scene.geometry, colouring="colour"))
    asked = len(bench.asked("paint"))
    bench.settle()
    assert bench.asked("view")[-1].colours == plain
    assert len(bench.asked("paint")) == asked, "both are at hand"


def test_a_surface_of_another_sample_is_not_that_of_the_scene(bench):
    bench.settle()
    assert bench.side.is_complete
    bench.frame(sample=None)
    assert not bench.side.is_complete, "the sample of the Scene is not known yet"
    bench.frame()
    assert bench.side.is_complete
    bench.frame(sample=replace(SAMPLE, latent=Latent(9, 1.0)))
    bench.side.cancel()
    assert not bench.side.is_complete, "its densities were given up, and the old surface is not its own"
