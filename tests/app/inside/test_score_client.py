"""Score maps are asked step by step, coarse first, one question at a time, and only while somebody wants them."""

from dataclasses import replace

import numpy as np
import pytest

from app.inside.score_client import ScoreClient, Wanted
from app.model.model_messages import BakeRequest, CheckpointId
from app.model.score_messages import CurveAnswer, CurveQuestion, Facts, Judged, MapAnswer, MapQuestion, RealData
from app.workers.worker_messages import Failure, GaveWay, Result
from core.scene import Latent
from tests.app.workers.test_worker_share import FakeWorker

SAMPLE = BakeRequest(CheckpointId("a.safetensors", 1, 1), Latent(), 0)
JUDGED = tuple(Judged(kind, RealData(archive="data.zip"), 0) for kind in ("generated", "real"))
FACTS = Facts("a picture", None, 5, 0.5, 16, 4)


class Bench:
    """A client and a worker whose answers are given by hand."""

    def __init__(self):
        self.worker = FakeWorker()
        self.client = ScoreClient(self.worker, lambda: 0.0)
        self.wanted = Wanted(SAMPLE, JUDGED, 0.5, 9, (0.5, 0.5))

    def step(self):
        """Ask for what is missing.  Returns it, or None."""
        before = len(self.worker.asked)
        self.client.update(self.wanted)
        return self.worker.asked[-1] if len(self.worker.asked) > before else None

    def answer(self, kind, question) -> None:
        number, arrays = len(self.worker.asked), (np.zeros((3, 3)), np.zeros((4, 4, 3)))
        is_map = isinstance(question, MapQuestion)
        value = MapAnswer(question, question.scale, FACTS) if is_map else CurveAnswer(question)
        self.send(Result(number, kind, value, arrays))

    def send(self, event) -> None:
        self.worker.events.append(event)
        self.client.take()

    def finish(self) -> list[tuple[str, int]]:
        """Answer all that is asked.  Returns kinds and counts in order."""
        asked = []
        while (found := self.step()) is not None:
            assert self.step() is None, "one at a time"
            asked.append((found[0], found[1].count))
            self.answer(*found)
        return asked


@pytest.fixture
def bench():
    return Bench()


def test_all_comes_coarse_first(bench):
    asked = bench.finish()
    counts = [(3, 5), (5, 9), (9, 17)]
    wanted = [
        (f"score {name} {kind}", count)
        for both in counts
        for kind in ("generated", "real")
        for name, count in zip(("map", "curve"), both, strict=True)
    ]
    assert asked == [*wanted, ("score curve generated", 33), ("score curve real", 33)]
    assert bench.client.complete
    bench.wanted = replace(bench.wanted, count=17)
    assert bench.finish() == [("score map generated", 17), ("score map real", 17)], "only what is new"
    bench.wanted = replace(bench.wanted, place=(0.1, 0.1))
    assert {name.split()[1] for name, _ in bench.finish()} == {"curve"}


def test_the_whole_image_has_one_score(bench):
    bench.wanted = replace(bench.wanted, scale=1.0)
    assert [count for name, count in bench.finish() if "map" in name] == [1, 1]


def test_what_nobody_wants_any_more_is_given_up(bench):
    kind, _ = bench.step()
    bench.wanted = replace(bench.wanted, scale=0.75)
    again, question = bench.step()
    assert (again, question.scale, bench.worker.cancelled) == (kind, 0.75, [kind])
    bench.client.update(None)
    assert not bench.client.waits


def test_cancel_lasts_until_somebody_goes_on_or_wants_something_else(bench):
    bench.step()
    bench.client.cancel()
    assert bench.step() is None
    assert bench.client.cancelled
    bench.client.retry()
    assert bench.step() is not None
    bench.client.cancel()
    bench.wanted = replace(bench.wanted, scale=0.8)
    assert bench.step() is not None


def test_one_that_fails_leaves_the_other_and_is_tried_again_on_request(bench):
    kind, _ = bench.step()
    bench.send(Failure(1, "no such luck", ""))
    rest = bench.finish()
    assert rest
    assert all("real" in name for name, _ in rest)
    assert bench.client.maps["generated"].problem.message == "no such luck"
    bench.client.retry()
    assert bench.step()[0] == kind


def test_what_gave_way_is_asked_again(bench):
    kind, question = bench.step()
    bench.send(GaveWay(1))
    assert bench.step() == (kind, question)


def test_answers_to_other_questions_do_not_count(bench):
    bench.finish()
    bench.wanted = replace(bench.wanted, sample=replace(SAMPLE, latent=Latent(4)))
    assert bench.step() is not None
    assert not bench.client.complete
    assert isinstance(bench.client.curves["real"].answer.question, CurveQuestion), "the last one is still shown"
