"""A torch picture on its way: asked once, tile by tile, and given up as soon as another one is wanted."""

from dataclasses import replace

import numpy as np
import pytest

from app.model.model_messages import BakeRequest, CheckpointId, PictureRequest, TileAnswer
from app.view.reference_view import SAMPLES_IN_SECONDS, ReferenceView, size_within
from app.workers.worker_messages import Failure, Progress, Result
from app.workers.worker_share import WorkerShare
from core.camera import Camera
from core.scene import Latent
from tests.app.workers.test_worker_share import FakeWorker

WANTED = PictureRequest(BakeRequest(CheckpointId("a", 0, 0), Latent(0, 1.0), 0), Camera(), 6, 4, "learned")


class Bench:
    def __init__(self):
        self.worker, self.now = FakeWorker(), 10.0
        self.view = ReferenceView(WorkerShare(self.worker).desk("torch"), lambda: self.now)

    def tile(self, number: int, left: int, width: int, value: int, fraction: float) -> None:
        pixels = np.full((4, width, 3), value, np.uint8)
        self.worker.events.append(Result(number, "picture of torch", TileAnswer(left, 0, fraction), (pixels,)))


@pytest.fixture
def bench():
    return Bench()


def test_tiles_come_one_by_one(bench):
    for _ in range(3):
        bench.view.update(WANTED)
    assert bench.worker.asked == [("picture of torch", WANTED)], "asked once"
    assert bench.view.progress is not None
    assert bench.view.pixels is None
    bench.tile(1, 2, 2, 90, 0.3)
    bench.view.update(WANTED)
    assert bench.view.pixels[..., 3].tolist() == [[0, 0, 255, 255, 0, 0]] * 4
    assert (bench.view.pixels[:, 1:5, :3] == 90).all(), "with the same colour in the holes beside it"
    assert not bench.view.pixels[:, [0, 5], :3].any()
    assert (bench.view.fraction, bench.view.complete) == (0.3, False)
    version = bench.view.version
    bench.now = 13.0
    assert bench.view.busy_s == 3
    bench.tile(1, 0, 2, 10, 0.6)
    bench.tile(1, 4, 2, 20, 1.0)
    bench.view.update(WANTED)
    assert bench.view.complete
    assert bench.view.version > version
    assert (bench.view.seconds, bench.view.progress, bench.view.busy_s) == (3, None, 0)
    assert bench.worker.cancelled == []


def test_another_picture_gives_up_the_first_at_once(bench):
    bench.view.update(WANTED)
    bench.tile(1, 0, 2, 50, 0.3)
    bench.view.update(WANTED)
    turned = replace(WANTED, camera=Camera(yaw=1))
    bench.view.update(turned)
    assert bench.worker.cancelled == ["picture of torch"]
    assert bench.view.pixels is None
    bench.tile(1, 2, 2, 50, 0.6)  # was on its way
    bench.view.update(turned)
    assert bench.view.pixels is None
    bench.tile(2, 0, 6, 70, 1.0)
    bench.view.update(turned)
    assert bench.view.complete
    bench.view.update(None)
    assert bench.view.pixels is None
    assert bench.worker.cancelled == ["picture of torch"], "what is complete needs no cancelling"


def test_cancelled_by_somebody_it_stays_so_until_asked_again(bench):
    bench.view.update(WANTED)
    bench.tile(1, 0, 2, 50, 0.3)
    bench.view.update(WANTED)
    bench.view.cancel()
    bench.view.update(WANTED)
    assert (bench.view.cancelled, bench.view.progress, len(bench.worker.asked)) == (True, None, 1)
    assert bench.view.pixels is not None
    bench.view.retry()
    bench.view.update(WANTED)
    assert (bench.view.cancelled, len(bench.worker.asked)) == (False, 2)


def test_a_failure_is_told_once(bench):
    bench.view.update(WANTED)
    bench.worker.events = [Progress(1, 0.2, "drawing"), Failure(1, "no memory", "Traceback", True)]
    bench.view.update(WANTED)
    bench.view.update(WANTED)
    assert bench.view.problem.message == "no memory"
    assert bench.view.problem.out_of_memory
    assert (bench.view.progress, len(bench.worker.asked)) == (None, 1)
    bench.view.update(replace(WANTED, width=3))
    assert bench.view.problem is None


@pytest.mark.parametrize(
    ("room", "largest", "size"),
    [((1000, 500), 512, (512, 256)), ((300, 200), 512, (300, 200)), ((3, 4000), 400, (1, 400))],
)
def test_a_picture_is_as_large_as_the_viewport_up_to_a_limit(room, largest, size):
    assert size_within(*room, largest, 96) == size


def test_by_itself_a_picture_has_as_many_samples_as_take_some_seconds():
    assert size_within(300, 200, 0, 24) == (300, 200)
    for samples in (24, 96):
        width, height = size_within(1600, 1000, 0, samples)
        assert width / height == pytest.approx(1.6, rel=0.01)
        assert width * height * samples == pytest.approx(SAMPLES_IN_SECONDS, rel=0.01)
