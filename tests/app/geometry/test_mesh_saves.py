"""Files of the inspector: one after the other, with colours, none over another one, and none lost by a failure."""

from pathlib import Path

import numpy as np
import pytest

from app.geometry.geometry_messages import GridFile, PaintAnswer, SaveAnswer, SurfaceRequest
from app.geometry.mesh_saves import MeshSaves, dated_path
from app.model.model_messages import BakeRequest, CheckpointId
from app.workers.worker_messages import Failure, Result
from core.scene import Latent, Scene
from tests.app.geometry_handlers import surface_of
from tests.app.workers.test_worker_share import FakeWorker

SAMPLE = BakeRequest(CheckpointId("a", 0, 0), Latent(0, 1.0), 0)


class Bench:
    def __init__(self, folder: Path):
        self.folder, self.model, self.geometry = folder, FakeWorker(), FakeWorker()
        self.saves = MeshSaves(self.model, self.geometry)
        np.save(folder / "grid.npy", np.zeros(1))
        self.surface = surface_of(SurfaceRequest(GridFile(str(folder / "grid.npy"), 64, 0.5), 20.0))

    def begin(self, name: str, colours: str = "", then=None) -> None:
        self.saves.begin(self.surface, SAMPLE, colours, Scene(), self.folder / name, then=then)

    def answer(self) -> None:
        """The geometry worker has written what was asked last."""
        kind, request = self.geometry.asked[-1]
        Path(request.path).write_bytes(b"12345")
        self.geometry.events.append(Result(len(self.geometry.asked), kind, SaveAnswer(request, request.path, 5), ()))
        self.saves.update()

    def states(self) -> list[tuple[str, str]]:
        return [(item.path.name, item.state) for item in self.saves.items]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_colours_come_first_where_the_format_has_a_place_for_them(bench):
    bench.begin("a.glb")
    bench.begin("a.glb")
    bench.begin("b.stl")
    assert bench.states() == [("b.stl", "waiting"), ("a-2.glb", "waiting"), ("a.glb", "waiting")]
    bench.saves.update()
    [(kind, wanted)] = bench.model.asked
    assert (kind, wanted.points, bench.geometry.asked) == ("paint", bench.surface.vertices, [])
    bench.model.events.append(Result(1, "paint", PaintAnswer(wanted, "colours.npy"), ()))
    bench.saves.update()
    assert "colours.npy" in bench.saves.files
    request = bench.geometry.asked[-1][1]
    assert (Path(request.path).name, request.colours) == ("a.glb", "colours.npy")
    assert Scene.from_json(request.scene) == Scene()
    bench.answer()
    bench.saves.update()
    assert len(bench.model.asked) == 2, "the second file asks for itself"
    bench.saves.cancel(2)
    assert bench.model.cancelled == ["paint"]
    bench.saves.update()
    assert bench.geometry.asked[-1][1].colours == ""
    bench.answer()
    assert bench.states() == [("b.stl", "done"), ("a-2.glb", "cancelled"), ("a.glb", "done")]
    assert bench.saves.items[0].text == "5 bytes"
    assert not bench.saves.busy


def test_a_failure_is_told_and_the_next_file_is_written(bench):
    bench.begin("a.stl")
    bench.begin("b.stl")
    bench.saves.update()
    bench.geometry.events.append(Failure(1, "no space left"))
    bench.saves.update()
    assert (bench.saves.items[1].state, bench.saves.items[1].text) == ("failed", "no space left")
    bench.saves.update()
    bench.answer()
    assert bench.states() == [("b.stl", "done"), ("a.stl", "failed")]


def test_what_waits_can_be_given_up_and_what_is_handed_on_is_not_listed(bench):
    opened = []
    bench.begin("a.ply", "colours.npy", opened.append)
    bench.begin("b.stl")
    bench.saves.cancel(2)
    assert bench.states() == [("b.stl", "cancelled")]
    bench.saves.update()
    assert bench.model.asked == [], "its colours were there"
    bench.answer()
    assert opened == [bench.folder / "a.ply"]


def test_names_say_what_is_in_the_file(tmp_path):
    assert dated_path(tmp_path, ".glb").name.startswith("epigraf-mesh-")
    assert dated_path(tmp_path, ".mrc").name.startswith("epigraf-density-")


def test_a_folder_that_cannot_be_made_is_left_to_the_worker_to_tell(bench, tmp_path):
    (tmp_path / "taken").write_text("no folder")
    bench.begin("taken/a.stl")
    bench.saves.update()
    number = len(bench.geometry.asked)
    bench.geometry.events.append(Failure(number, "taken is not a folder", ""))
    bench.saves.update()
    assert bench.states() == [("a.stl", "failed")]
