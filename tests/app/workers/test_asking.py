"""What is asked of a worker: once, the latest wins, and nothing is given up that nearly has come."""

import pytest

from app.workers.asking import Asking
from app.workers.worker_messages import Failure, GaveWay, Progress, Result
from tests.app.workers.test_worker_share import FakeWorker


class Bench:
    def __init__(self, patience: float = 0.0):
        self.worker, self.now = FakeWorker(), 5.0
        self.asking: Asking[str, str] = Asking(self.worker, "cut", patience, lambda: self.now)


@pytest.fixture
def bench():
    return Bench()


def test_it_is_asked_once_and_the_answer_stays_until_another_comes(bench):
    asking = bench.asking
    assert asking.want("one")
    assert asking.want("one")
    assert bench.worker.asked == [("cut", "one")]
    assert (asking.waits, asking.complete) == (True, False)
    bench.now = 7.0
    assert asking.busy_s == 2
    assert not asking.receive(Progress(1, 0.5, "cutting"))
    assert asking.progress is not None
    assert asking.receive(Result(1, "cut", "first", ()))
    assert (asking.answer, asking.complete, asking.busy_s, asking.progress) == ("first", True, 0, None)
    asking.want("two")
    assert (asking.answer, asking.complete) == ("first", False)
    assert not asking.receive(Result(1, "cut", "late", ())), "of a request that nobody waits for"
    assert asking.receive(Result(2, "cut", "second", ()))
    assert asking.answer == "second"


def test_with_patience_what_nearly_has_come_is_not_given_up():
    bench = Bench(patience=0.3)
    assert bench.asking.want("one")
    bench.now += 0.2
    assert not bench.asking.want("two"), "a moment later"
    bench.now += 0.2
    assert bench.asking.want("two")
    assert [payload for _, payload in bench.worker.asked] == ["one", "two"]


def test_a_failure_is_not_asked_again_before_somebody_says_so(bench):
    asking = bench.asking
    asking.want("one")
    assert not asking.receive(Failure(1, "no surface", "trace", True))
    assert (asking.problem.message, asking.problem.out_of_memory, asking.complete) == ("no surface", True, False)
    asking.want("one")
    assert len(bench.worker.asked) == 1
    asking.retry()
    asking.want("one")
    assert len(bench.worker.asked) == 2
    assert asking.problem is None
    asking.receive(Failure(0, "a library is missing"))
    assert asking.problem.message == "a library is missing", "what concerns the worker concerns who waits for it"


def test_given_up_it_stays_so_until_something_else_is_wanted(bench):
    asking = bench.asking
    asking.cancel()
    assert (bench.worker.cancelled, asking.cancelled) == ([], False), "nothing to give up"
    asking.want("one")
    asking.cancel()
    assert (bench.worker.cancelled, asking.cancelled, asking.waits) == (["cut"], True, False)
    asking.want("one")
    assert len(bench.worker.asked) == 1
    asking.want("two")
    assert (len(bench.worker.asked), asking.cancelled) == (2, False)
    asking.receive(Result(2, "cut", "second", ()))
    asking.forget()
    assert asking.answer is None


def test_what_gave_way_is_asked_anew_when_it_is_still_wanted(bench):
    asking = bench.asking
    asking.want("one")
    asking.receive(Progress(1, 0.5, "cutting"))
    assert not asking.receive(GaveWay(1))
    assert (asking.waits, asking.progress, asking.problem, asking.cancelled) == (False, None, None, False)
    asking.want("one")
    assert bench.worker.asked == [("cut", "one"), ("cut", "one")]
    assert asking.receive(Result(2, "cut", "done", ()))
