"""The engine: what a Scene asks of the worker, and what it shows, without processes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.model.model_messages import (
    BAKE,
    PREFETCH,
    BakeAnswer,
    BakeRequest,
    CheckpointId,
    Effort,
    Prefetched,
    arrays_of,
)
from app.sharing import Sharing
from app.view import engine as engine_module
from app.view.engine import Engine, carried_camera
from app.workers.worker_messages import Failure, GaveWay, Progress, Result
from core.baked import BakedVolume
from core.camera import Camera
from core.description import UNKNOWN, Description
from core.folded import FoldedField
from core.scene import Latent, Quality, Scene, Source
from tests.app.workers.test_loader import wait_for

RUN = Source("run", "/runs/00001-test")
WEIGHTS = CheckpointId("/runs/00001-test/live.safetensors", 1, 100)
EFFORT = Effort(read=1.0, bake=20.0, sent=7.0)


class FakeWorker:
    def __init__(self):
        self.requests: list[BakeRequest] = []
        self.kinds: list[str] = []
        self.events: list = []
        self.cancelled = 0
        self.busy = False

    def request(self, kind: str, payload: BakeRequest) -> int:
        self.requests.append(payload)
        self.kinds.append(kind)
        self.busy = self.busy or kind == BAKE
        return len(self.requests)

    def cancel(self, kind: str) -> None:
        self.cancelled += 1
        self.busy = self.busy and kind != BAKE

    def fetched(self, number: int | None = None) -> None:
        """Answer what was to be fetched ahead."""
        number = number or len(self.requests)
        assert self.kinds[number - 1] == PREFETCH
        self.events.append(Result(number, PREFETCH, Prefetched(self.requests[number - 1], seconds=3.0), ()))

    def take(self) -> tuple:
        events, self.events = tuple(self.events), []
        return events

    def answer(self, number: int | None = None, preview: bool = False, made_of: Description = UNKNOWN) -> None:
        number = number or len(self.requests)
        request = self.requests[number - 1]
        values = np.full((4, 4, 4, 4), number, np.float16)
        volume = BakedVolume(values, 0.35, 0.74, 1.26, 1.0, 30.0, 24)
        self.events.append(
            Result(
                number, BAKE, BakeAnswer.of(volume, None, request, preview, 2.5, 4.0, EFFORT, made_of), (values,), 7.25
            )
        )
        if not preview:
            self.busy = False


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def worker():
    return FakeWorker()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(worker, clock, monkeypatch, tmp_path):
    monkeypatch.setattr(engine_module, "asset", lambda name: tmp_path / name)
    engine = Engine(worker, lambda: None, clock)
    yield engine
    engine.close()


def folded_field() -> FoldedField:
    groups = 2
    arrays = (np.zeros((3 * groups, 4, 4, 4), np.float16), np.zeros(8), np.zeros((8, 4)), np.zeros(4))
    return FoldedField(*arrays, half=0.35, coarse=12, fine=12, cut=True)


def scene(seed: int = 0, source: Source = RUN, **quality) -> Scene:
    return Scene(source=source, latent=Latent(seed=seed), quality=Quality(**quality))


def test_without_a_demo_it_says_what_to_do(engine, worker):
    assert not engine.update(Scene())
    assert "Start a training" in engine.hint
    assert worker.requests == []


def test_the_shipped_volume_needs_no_worker(engine, worker, tmp_path):
    volume = BakedVolume(np.zeros((4, 4, 4, 4), np.float16), 0.3, 0.7, 1.3, 1.1, 20, 24)
    volume.save(tmp_path / "demo.npz")
    wait_for(lambda: engine.update(Scene()))
    assert engine.shown.volume.radius == 1.1
    assert (engine.home.radius, engine.home.fov) == (1.1, 20)
    assert not engine.update(Scene())
    assert worker.requests == []
    camera = replace(Scene(), camera=Camera(yaw=1))
    assert not engine.update(camera)


def test_a_broken_demo_is_told(engine, tmp_path):
    (tmp_path / "demo.npz").write_text("nothing")
    wait_for(lambda: engine.update(Scene()) or engine.problem is not None)
    assert "demo.npz" in engine.problem.message


def test_a_new_latent_is_asked_once_with_a_preview(engine, worker):
    engine.set_run_weights(RUN.path, WEIGHTS)
    for _ in range(3):
        engine.update(scene())
    assert worker.requests == [BakeRequest(WEIGHTS, Latent(0, 0.7), Quality().volume, preview=32)]
    engine.update(scene(seed=3))
    assert worker.requests[1].latent.seed == 3
    engine.update(scene(seed=3, volume=32))
    assert (worker.requests[2].resolution, worker.requests[2].preview) == (32, 0)


def test_the_camera_asks_nothing(engine, worker):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    engine.update(replace(scene(), camera=Camera(yaw=2)))
    engine.update(scene(steps=200, backdrop="white"))
    assert len(worker.requests) == 1


def test_answers_are_shown(engine, worker):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    worker.answer(preview=True)
    assert engine.update(scene())
    assert (engine.shown.preview, engine.shown.kimg) == (True, 2.5)
    worker.answer()
    assert engine.update(scene())
    assert not engine.shown.preview
    assert engine.progress is None
    assert not engine.update(scene())


def test_a_window_that_bakes_is_content_with_a_coarse_volume_and_the_field(worker, clock):
    engine = Engine(worker, lambda: None, clock, window_bakes=lambda: True)
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    request = worker.requests[-1]
    assert request.field_will_do
    volume = BakedVolume(np.zeros((32, 32, 32, 4), np.float16), 0.35, 0.74, 1.26, 1.0, 30.0, 24)
    field = folded_field()
    for answered, finer in ((field, request.resolution), (None, 0)):
        answer = BakeAnswer.of(volume, answered, request, False, 2.5, 4.0, EFFORT)
        arrays = tuple(arrays_of(volume, answered).values())
        worker.events.append(Result(len(worker.requests), BAKE, answer, arrays, 7.25))
        assert engine.update(scene())
        assert engine.shown.finer == finer
    engine.close()


def test_live_weights_wait_for_the_worker_and_for_the_trainer(engine, worker, clock):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    newer = replace(WEIGHTS, modified=2)
    engine.set_run_weights(RUN.path, newer)
    engine.update(scene())
    assert len(worker.requests) == 1, "one bake at a time"
    worker.answer()
    engine.update(scene())
    clock.now += 3.9
    engine.update(scene())
    assert len(worker.requests) == 1, "the trainer gets its share"
    clock.now += 0.2
    engine.update(scene())
    assert worker.requests[1] == BakeRequest(newer, Latent(0, 0.7), Quality().volume, preview=0)


def test_what_is_drawn_counts_as_looking(engine, worker, clock):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.picture_s = 2.0
    engine.update(scene())
    worker.answer()
    engine.set_run_weights(RUN.path, replace(WEIGHTS, modified=2))
    engine.update(scene())
    clock.now += 5.9
    engine.update(scene())
    assert len(worker.requests) == 1
    clock.now += 0.2
    engine.update(scene())
    assert len(worker.requests) == 2


def test_the_person_is_not_kept_waiting(engine, worker):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    engine.set_run_weights(RUN.path, replace(WEIGHTS, modified=2))
    engine.update(scene(seed=9))
    assert worker.requests[1].latent.seed == 9
    assert worker.requests[1].checkpoint.modified == 2


def test_answers_for_another_source_are_dropped(engine, worker):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    other = Source("run", "/runs/00002-other")
    engine.set_run_weights(other.path, replace(WEIGHTS, path="/runs/00002-other/live.safetensors"))
    engine.update(scene(source=other))
    worker.answer(1)
    assert not engine.update(scene(source=other))
    worker.answer(2)
    assert engine.update(scene(source=other))


def test_going_back_to_the_demo_cancels(engine, worker, tmp_path):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    BakedVolume(np.zeros((4, 4, 4, 4), np.float16), 0.3, 0.7, 1.3, 1.1, 20, 24).save(tmp_path / "demo.npz")
    wait_for(lambda: engine.update(Scene()))
    assert worker.cancelled
    worker.answer(1)
    assert not engine.update(Scene())


def test_a_failure_is_shown_and_not_repeated(engine, worker):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    worker.events += [Progress(1, 0.5, "reading"), Failure(1, "broken file", "Traceback")]
    engine.update(scene())
    engine.update(scene())
    assert engine.problem.message == "broken file"
    assert engine.progress is None
    assert len(worker.requests) == 1
    engine.retry()
    engine.update(scene())
    assert len(worker.requests) == 2
    assert engine.problem is None


def test_a_run_without_weights_says_so(engine):
    engine.set_run_weights(RUN.path, None)
    engine.update(scene())
    assert "not written weights yet" in engine.hint


def test_checkpoint_files(engine, worker, tmp_path: Path):
    path = tmp_path / "my.safetensors"
    engine.update(scene(source=Source("checkpoint", str(path))))
    assert "my.safetensors" in engine.hint
    path.write_bytes(b"x")
    engine.update(scene(source=Source("checkpoint", str(path))))
    assert worker.requests[0].checkpoint.size == 1


def test_an_untouched_camera_follows_the_training():
    old, new = Camera(radius=1, fov=30), Camera(radius=3.5, fov=45)
    turned = Camera(yaw=2, pitch=1, radius=1, fov=30)
    assert carried_camera(turned, old, new) == Camera(yaw=2, pitch=1, radius=3.5, fov=45)
    assert carried_camera(replace(turned, radius=0.8), old, new).radius == 0.8


@pytest.fixture
def snapshots(tmp_path) -> list[Source]:
    """Four snapshots of a run."""
    folder = tmp_path / "run" / "snapshots"
    folder.mkdir(parents=True)
    names = [f"00000{number}.safetensors" for number in range(4)]
    for name in names:
        (folder / name).write_bytes(name.encode())
    return [Source("run", str(tmp_path / "run"), name) for name in names]


def test_a_snapshot_is_shown_whatever_the_newest_weights_are(engine, worker, snapshots):
    held = scene(source=snapshots[1])
    engine.set_run_weights(snapshots[1].path, WEIGHTS)
    engine.update(held)
    assert worker.requests[0].checkpoint.path == snapshots[1].snapshot_file
    worker.answer()
    engine.update(held)
    assert engine.complete
    assert (engine.shown.source, engine.shown.effort, engine.shown.transfer_ms) == (snapshots[1], EFFORT, 250.0)
    engine.set_run_weights(snapshots[1].path, replace(WEIGHTS, modified=9))
    engine.update(held)
    assert len(worker.requests) == 1
    Path(snapshots[1].snapshot_file).unlink()
    engine.update(held)
    assert "not there any more" in engine.hint
    assert engine.shown.source == snapshots[1], "what is shown stays"


def test_neighbours_are_fetched_one_after_the_other_when_nothing_else_is_to_be_done(engine, worker, snapshots):
    held, ahead = scene(source=snapshots[1]), (snapshots[2], snapshots[0])
    engine.update(held, ahead)
    engine.update(held, ahead)
    assert worker.kinds == [BAKE]
    worker.answer()
    engine.update(held, ahead)
    engine.update(held, ahead)
    assert worker.kinds == [BAKE, PREFETCH]
    worker.fetched()
    engine.update(held, ahead)
    assert [Path(request.checkpoint.path).name for request in worker.requests[1:]] == [
        snapshots[2].snapshot,
        snapshots[0].snapshot,
    ]
    worker.events.append(Failure(3, "broken file"))
    engine.update(held, ahead)
    engine.update(held, ahead)
    assert len(worker.requests) == 3, "all that can be had is at hand"
    assert engine.problem is None, "nobody has asked for the broken one"


def test_fetching_ahead_leaves_a_trainer_its_share(engine, worker, clock, snapshots):
    engine.sharing = Sharing(0.25, training=True, gpu_taken=True)
    held, ahead = scene(source=snapshots[1]), (snapshots[2], snapshots[0])
    engine.update(held, ahead)
    worker.answer()
    engine.update(held, ahead)
    assert [request.device for request in worker.requests] == ["cpu"], "it rests, and the GPU is the trainer's"
    clock.now += 3 * 4.0 + 0.1
    engine.update(held, ahead)
    worker.fetched()
    engine.update(held, ahead)
    assert len(worker.requests) == 2
    clock.now += 3 * 3.0 - 0.1
    engine.update(held, ahead)
    assert len(worker.requests) == 2
    clock.now += 0.2
    engine.update(held, ahead)
    assert len(worker.requests) == 3
    engine.update(scene(source=snapshots[3]), ahead)
    assert (worker.kinds[-1], len(worker.requests)) == (BAKE, 4), "a person is not kept waiting"


def test_who_plays_waits_for_what_is_on_its_way(engine, worker, snapshots):
    ahead = (snapshots[1],)
    engine.update(scene(source=snapshots[0]), ahead, patient=True)
    assert worker.requests[0].preview == 0
    worker.answer()
    engine.update(scene(source=snapshots[0]), ahead, patient=True)
    assert worker.kinds == [BAKE, PREFETCH]
    engine.update(scene(source=snapshots[1]), (), patient=True)
    assert len(worker.requests) == 2
    assert not engine.complete
    worker.fetched()
    engine.update(scene(source=snapshots[1]), (), patient=True)
    assert worker.kinds[2:] == [BAKE]


def test_a_told_pose_that_follows_a_played_camera_gets_pictures(engine, worker, snapshots):
    """Each frame of a played camera is another sample: what was begun is finished before the newest is asked for."""
    frames = [Scene(snapshots[0], Latent(pose_follows=True), Camera(yaw=0.1 * index), Quality()) for index in range(6)]
    for frame in frames[:3]:
        engine.update(frame, (), patient=True)
    assert len(worker.requests) == 1
    worker.answer(made_of=Description(poses=True))
    engine.update(frames[3], (), patient=True)
    assert engine.shown is not None
    assert [request.latent.pose[0] for request in worker.requests] == [0.0, pytest.approx(0.3)]
    engine.update(frames[4], ())
    assert len(worker.requests) == 3, "who turns it by hand is not kept waiting"


def test_what_gave_way_to_others_is_fetched_again(engine, worker, snapshots):
    held, ahead = scene(source=snapshots[0]), (snapshots[1],)
    engine.update(held, ahead, patient=True)
    worker.answer()
    engine.update(held, ahead, patient=True)
    worker.events.append(GaveWay(2))
    engine.update(held, ahead, patient=True)
    assert worker.kinds == [BAKE, PREFETCH, PREFETCH]
    worker.events.append(GaveWay(3))
    engine.update(scene(source=snapshots[1]), (), patient=True)
    assert worker.kinds[3:] == [BAKE], "nobody waits for what was given up"


def test_going_elsewhere_gives_up_what_was_fetched_ahead(engine, worker, snapshots):
    engine.update(scene(source=snapshots[0]), snapshots)
    worker.answer()
    engine.update(scene(source=snapshots[0]), snapshots)
    assert worker.kinds[-1] == PREFETCH
    engine.update(Scene(), snapshots)
    assert worker.cancelled == 2


def test_the_sample_that_is_shown_is_known_once_it_is_that_of_the_scene(engine, worker, tmp_path):
    engine.set_run_weights(RUN.path, WEIGHTS)
    engine.update(scene())
    assert engine.waits
    assert engine.sample_of(scene()) is None
    worker.answer(preview=True)
    engine.update(scene())
    assert engine.sample_of(scene()) is None, "a finer one is on its way"
    worker.answer()
    engine.update(scene())
    assert engine.sample_of(scene()) == BakeRequest(WEIGHTS, Latent(0, 0.7), Quality().volume)
    assert not engine.waits
    engine.update(scene(seed=4))
    assert engine.sample_of(scene(seed=4)) is None, "the old one is still on the screen"


def test_the_shipped_volume_is_known_by_its_generator(engine, tmp_path):
    BakedVolume(np.zeros((4, 4, 4, 4), np.float16), 0.3, 0.7, 1.3, 1.1, 20, 24).save(tmp_path / "demo.npz")
    wait_for(lambda: engine.update(Scene()))
    assert engine.sample_of(Scene()) is None, "there is no generator beside it"
    (tmp_path / "demo.safetensors").write_bytes(b"x")
    assert engine.sample_of(Scene()).checkpoint.path == str(tmp_path / "demo.safetensors")
